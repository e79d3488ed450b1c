"""IMMEDIATE, CONFLATE and PROBE_ROUTER."""

from __future__ import annotations

from tests.interop.library import MOMENT, Open, bind, errno_of, zmq
from tests.interop.peer import Peer


def test_immediate_socket_sends_to_peers_that_are_there(sock: Open, peer: Peer) -> None:
    """PIPE-7: no message waits for the peer that never comes."""
    push, pull = sock("PUSH", immediate=1), peer.socket("PULL")
    push.connect("tcp://127.0.0.1:1")
    assert errno_of(push.send, b"x", zmq.DONTWAIT) == zmq.EAGAIN
    push.connect(pull.bind())
    for number in range(4):
        push.send(b"%d" % number)
    assert pull.recv_many(4) == [[b"%d" % number] for number in range(4)]


def test_other_socket_shares_its_messages_with_the_absent(sock: Open, peer: Peer) -> None:
    """PIPE-7: IMMEDIATE is off at first."""
    push, pull = sock("PUSH"), peer.socket("PULL")
    push.connect("tcp://127.0.0.1:1")
    push.connect(pull.bind())
    for number in range(4):
        push.send(b"%d" % number)
    assert pull.recv_many(2) == [[b"1"], [b"3"]]


def test_only_the_last_message_waits_to_be_sent(sock: Open, peer: Peer) -> None:
    """PIPE-4."""
    pull = peer.socket("PULL")
    push = sock("PUSH", conflate=1)
    push.connect(pull.bind())
    for number in range(100):
        push.send(b"%d" % number)
    received: list[list[bytes] | None] = []
    while not received or received[-1] != [b"99"]:
        received.append(pull.recv())
        assert received[-1] is not None
    assert len(received) < 100


def test_only_the_last_message_waits_to_be_received(sock: Open, peer: Peer) -> None:
    """PIPE-4."""
    pull, push = sock("PULL", conflate=1), peer.socket("PUSH")
    push.connect(bind(pull))
    push.send_numbers(100)
    received = [pull.recv()]
    while received[-1] != b"99":
        received.append(pull.recv())
    assert len(received) < 100
    assert not pull.poll(MOMENT)


def test_our_probe_tells_a_router_of_us(sock: Open, peer: Peer) -> None:
    """DEALER-2."""
    router = peer.socket("ROUTER")
    dealer = sock("DEALER", probe_router=1, routing_id=b"me")
    dealer.connect(router.bind())
    assert router.recv() == [b"me", b""]
    router.send(b"me", b"hello")
    assert dealer.recv() == b"hello"


def test_their_probe_tells_our_router(sock: Open, peer: Peer) -> None:
    """DEALER-2."""
    router = sock("ROUTER")
    dealer = peer.socket("DEALER", probe_router=1, routing_id=b"them")
    dealer.connect(bind(router))
    assert router.recv_multipart() == [b"them", b""]


def test_routers_probe_each_other(sock: Open, peer: Peer) -> None:
    """DEALER-2, ROUTER-7."""
    ours = sock("ROUTER", probe_router=1, routing_id=b"us")
    theirs = peer.socket("ROUTER", probe_router=1, routing_id=b"them")
    theirs.connect(bind(ours))
    assert ours.recv_multipart() == [b"them", b""]
    assert theirs.recv() == [b"us", b""]
    ours.send_multipart([b"them", b"hello"])
    assert theirs.recv() == [b"us", b"hello"]
