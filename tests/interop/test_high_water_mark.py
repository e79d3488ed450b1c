"""What happens when the other side does not keep up."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.interop.library import MOMENT, Open, Socket, bind, errno_of, wait_until, zmq
from tests.interop.payload import pattern
from tests.interop.peer import Peer

BULKY = pattern(65536)
MANY = 1500
"""Bulky messages that no kernel takes without a reader."""
NOWHERE = "tcp://127.0.0.1:1"
SMALL = {"sndhwm": 10, "rcvhwm": 10}


def fill(socket: Socket, *frames: bytes, most: int = MANY) -> int:
    """Send until there is no room, or `most` times; return how often."""
    for sent in range(most):
        if errno_of(socket.send_multipart, list(frames), zmq.DONTWAIT) == zmq.EAGAIN:
            return sent
    return most


@pytest.mark.parametrize("kind", ["PUSH", "DEALER", "PAIR"])
def test_messages_for_a_peer_that_never_came_are_limited(sock: Open, kind: str) -> None:
    """PIPE-2, PIPE-7: whole messages are counted, whatever their frames."""
    socket = sock(kind, sndhwm=5)
    socket.connect(NOWHERE)
    assert fill(socket, b"", b"", b"") == 5


@pytest.mark.parametrize("kind", ["PUSH", "DEALER", "PAIR", "REQ"])
def test_bound_socket_without_peers_cannot_send(sock: Open, kind: str) -> None:
    """PIPE-7: bind() makes no pipe."""
    socket = sock(kind, sndtimeo=10)
    bind(socket)
    assert errno_of(socket.send, b"", zmq.DONTWAIT) == zmq.EAGAIN
    assert errno_of(socket.send, b"") == zmq.EAGAIN
    assert socket.getsockopt(zmq.EVENTS) == 0


def test_mark_of_an_inproc_pipe_is_the_sum_of_both(sock: Open) -> None:
    """PIPE-1, PIPE-2: it takes 3 + 4 messages, and has room again when four were read."""
    push, pull = sock("PUSH", sndhwm=3), sock("PULL", rcvhwm=4)
    pull.bind("inproc://marks")
    push.connect("inproc://marks")
    assert fill(push, b"x") == 7
    pull.recv()
    assert errno_of(push.send, b"x", zmq.DONTWAIT) == zmq.EAGAIN
    for _ in range(3):
        pull.recv()
    wait_until(lambda: push.poll(0, zmq.POLLOUT), "no room after four reads")


@pytest.mark.parametrize(("sndhwm", "rcvhwm"), [(0, 4), (3, 0)])
def test_inproc_pipe_without_one_mark_has_none(sock: Open, sndhwm: int, rcvhwm: int) -> None:
    """PIPE-1."""
    push, pull = sock("PUSH", sndhwm=sndhwm), sock("PULL", rcvhwm=rcvhwm)
    pull.bind("inproc://marks")
    push.connect("inproc://marks")
    assert fill(push, b"x", most=3000) == 3000


def test_mark_of_a_live_socket_can_be_changed(sock: Open) -> None:
    """PIPE-3."""
    push = sock("PUSH", sndhwm=3)
    push.connect(NOWHERE)
    push.send(b"")
    push.setsockopt(zmq.SNDHWM, 5)
    assert fill(push, b"") == 4


def test_sender_waits_for_a_peer_that_does_not_read(sock: Open, peer: Peer, endpoint: str) -> None:
    """RT-7: nothing is lost."""
    push, pull = sock("PUSH", **SMALL), peer.socket("PULL", **SMALL)
    push.connect(pull.bind(endpoint))
    sent = 0
    while sent < MANY and push.poll(200, zmq.POLLOUT):
        push.send_multipart([b"%d" % sent, BULKY])
        sent += 1
    assert 15 <= sent < MANY  # both marks, less what a full pipe waits for before it opens again
    assert errno_of(push.send, b"", zmq.DONTWAIT) == zmq.EAGAIN
    assert [message[0] for message in pull.recv_many(sent)] == [b"%d" % number for number in range(sent)]
    push.send(b"there is room again")
    assert pull.recv() == [b"there is room again"]


def test_peer_waits_when_we_do_not_read(sock: Open, peer: Peer, endpoint: str) -> None:
    """RT-7: what is read ahead is limited by RCVHWM."""
    pull, push = sock("PULL", **SMALL), peer.socket("PUSH", **SMALL, sndtimeo=200)
    push.connect(bind(pull, endpoint))
    sent = push.send_bulky(MANY, len(BULKY))
    assert 20 <= sent < MANY
    for number in range(sent):
        assert pull.recv_multipart() == [b"%d" % number, BULKY]
    push.set("sndtimeo", 10_000)
    push.send(b"there is room again")
    assert pull.recv() == b"there is room again"


def test_publisher_drops_for_a_slow_subscriber(sock: Open, peer: Peer) -> None:
    """The table of 1.1: PUB never waits, and what arrives is in order."""
    pub, sub = sock("PUB", **SMALL), peer.socket("SUB", **SMALL, subscribe=b"")
    sub.connect(bind(pub))
    wait_until(lambda: pub.send(b"is anybody there?") or sub.recv(MOMENT))
    for number in range(MANY):
        pub.send_multipart([b"%d" % number, BULKY], zmq.DONTWAIT)
    numbers = []
    while (message := sub.recv(200)) is not None:
        if len(message) == 2:
            numbers.append(int(message[0]))
    assert 0 < len(numbers) < MANY
    assert all(one < other for one, other in pairwise(numbers))
    wait_until(lambda: pub.send(b"and on") or sub.recv(MOMENT) == [b"and on"])


def test_publisher_told_not_to_drop_waits(sock: Open, peer: Peer) -> None:
    """XPUB-7."""
    xpub = sock("XPUB", xpub_nodrop=1, **SMALL)
    sub = peer.socket("SUB", subscribe=b"", **SMALL)
    sub.connect(bind(xpub))
    assert xpub.recv() == b"\x01"
    sent = 0
    while sent < MANY and errno_of(xpub.send_multipart, [b"%d" % sent, BULKY], zmq.DONTWAIT) is None:
        sent += 1
    assert sent < MANY
    assert [message[0] for message in sub.recv_many(sent)] == [b"%d" % number for number in range(sent)]
    xpub.send(b"there is room again")
    assert sub.recv() == [b"there is room again"]


@pytest.mark.parametrize("mandatory", [0, 1])
def test_router_drops_or_refuses(sock: Open, peer: Peer, mandatory: int) -> None:
    """ROUTER-3: a full pipe loses the message, or raises with ROUTER_MANDATORY."""
    router = sock("ROUTER", router_mandatory=mandatory, **SMALL)
    dealer = peer.socket("DEALER", routing_id=b"slow", **SMALL)
    dealer.connect(bind(router))
    dealer.send(b"hello")
    router.recv_multipart()
    sent = 0
    while sent < MANY and errno_of(router.send_multipart, [b"slow", BULKY], zmq.DONTWAIT) is None:
        sent += 1
    assert (sent < MANY) == bool(mandatory)
    received = 0
    while dealer.recv(200) is not None:
        received += 1
    assert received == sent if mandatory else 0 < received < MANY


def test_sender_that_waits_is_woken(sock: Open, peer: Peer, endpoint: str) -> None:
    """A send() with a peer that begins to read meanwhile ends without error."""
    push, pull = sock("PUSH", **SMALL), peer.socket("PULL", **SMALL)
    push.connect(pull.bind(endpoint))
    while push.poll(100, zmq.POLLOUT):
        push.send(BULKY)
    peer.ask("recv_many", pull.number, 30)
    for _ in range(10):
        push.send(b"waits")
    assert len(peer.answer()) == 30
