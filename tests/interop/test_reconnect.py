"""Peers that die, and peers that come back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.interop.library import MOMENT, Open, Socket, bind, let_work, wait_until, zmq
from tests.interop.peer import Peer, PeerError, RemoteEnd

NewPeer = Callable[[], Peer]
FAST = {"reconnect_ivl": 10}


def keeps_sending(send: Callable[[], None], receive: Callable[[int], object]) -> None:
    """Send until something arrives: what is sent while a link breaks may be lost."""

    def arrives() -> bool:
        send()
        return bool(receive(MOMENT))

    wait_until(arrives, "nothing arrived")


def test_connected_socket_finds_the_next_process(sock: Open, new_peer: NewPeer, endpoint: str) -> None:
    """REC-1: a lost link is made again."""
    dealer = sock("DEALER", **FAST)
    process = new_peer()
    router = process.socket("ROUTER")
    where = router.bind(endpoint)
    dealer.connect(where)
    dealer.send(b"1")
    assert router.recv() is not None
    process.kill()
    router = new_peer().socket("ROUTER")
    router.bind(where)
    keeps_sending(lambda: dealer.send(b"2"), router.recv)


def test_bound_socket_serves_the_next_process(sock: Open, new_peer: NewPeer, endpoint: str) -> None:
    pull = sock("PULL")
    where = bind(pull, endpoint)
    for text in (b"first", b"second"):
        process = new_peer()
        push = process.socket("PUSH")
        push.connect(where)
        push.send(text)
        assert pull.recv() == text
        process.kill()


def test_subscriptions_are_sent_again(sock: Open, new_peer: NewPeer, endpoint: str) -> None:
    """REC-5."""
    sub = sock("SUB", subscribe=b"a", **FAST)
    sub.setsockopt(zmq.SUBSCRIBE, b"b")
    sub.setsockopt(zmq.UNSUBSCRIBE, b"a")
    process = new_peer()
    xpub = process.socket("XPUB")
    where = xpub.bind(endpoint)
    sub.connect(where)
    assert xpub.recv() == [b"\x01b"]
    process.kill()
    process = new_peer()
    xpub = process.socket("XPUB")
    xpub.bind(where)
    assert subscription(xpub, sub) == [b"\x01b"]
    xpub.send(b"a")
    xpub.send(b"b")
    assert sub.recv() == b"b"


def subscription(xpub: RemoteEnd, sub: object) -> list[bytes] | None:
    received: list[list[bytes] | None] = []

    def is_there() -> bool:
        let_work(sub)
        received.append(xpub.recv(MOMENT))
        return received[-1] is not None

    wait_until(is_there, "no subscription arrived")
    return received[-1]


def test_messages_wait_for_a_peer_that_comes_later(sock: Open, new_peer: NewPeer, endpoint: str) -> None:
    """PIPE-7: connect() makes the pipe at once."""
    process = new_peer()
    where = process.socket("PULL").bind(endpoint)
    process.kill()  # unbind() and close() of libzmq go on in the background, and might let us in
    push = sock("PUSH", **FAST)
    push.connect(where)
    for number in range(3):
        push.send(b"%d" % number)
    pull = new_peer().socket("PULL")
    pull.bind(where)
    assert pull.recv_many(3) == [[b"0"], [b"1"], [b"2"]]


def test_requester_may_ask_again_after_its_peer_died(sock: Open, new_peer: NewPeer) -> None:
    """REQ-3: with REQ_RELAXED."""
    req = sock("REQ", req_relaxed=1, req_correlate=1, **FAST)
    process = new_peer()
    rep = process.socket("REP")
    where = rep.bind()
    req.connect(where)
    req.send(b"never answered")
    assert rep.recv() == [b"never answered"]
    process.kill()
    rep = new_peer().socket("REP")
    rep.bind(where)
    keeps_sending(lambda: req.send(b"again"), rep.recv)
    rep.send(b"answer")

    def is_answered() -> bool:
        """Of several questions that were sent, only the last still wants its answer."""
        try:
            return bool(req.recv(zmq.NOBLOCK) == b"answer")
        except zmq.Again:
            if rep.recv(MOMENT) is not None:
                rep.send(b"answer")
            return False

    wait_until(is_answered, "no answer arrived")


def test_disconnect_ends_the_attempts(sock: Open, peer: Peer) -> None:
    """EP-7: nobody comes to an endpoint that was given up; another one is served."""
    gone, there = peer.socket("ROUTER"), peer.socket("ROUTER")
    where = gone.bind()
    dealer = sock("DEALER", **FAST)
    dealer.connect(where)
    dealer.send(b"1")
    assert gone.recv() is not None
    dealer.disconnect(where)
    dealer.connect(there.bind())
    for number in range(3):
        dealer.send(b"%d" % number)
    received = there.recv_many(3)
    assert [message[1] for message in received] == [b"0", b"1", b"2"]
    assert gone.recv(0) is None


@pytest.mark.parametrize("ours_leaves", [True, False], ids=["we_leave", "they_leave"])
def test_peer_that_leaves_properly_is_replaced(sock: Open, peer: Peer, ours_leaves: bool) -> None:
    """END-1: an orderly end is an end of the stream, after which the other side connects again."""
    if ours_leaves:
        first, second = sock("PULL"), sock("PULL")
        push = peer.socket("PUSH", **FAST)
        where = bind(first)
        push.connect(where)
        push.send(b"1")
        assert first.recv() == b"1"
        first.close()
        wait_until(lambda: try_bind(second, where), f"{where} stays in use")
        keeps_sending(lambda: push.send(b"2"), second.poll)
        assert second.recv() == b"2"
    else:
        theirs = peer.socket("PULL")
        where = theirs.bind()
        ours = sock("PUSH", **FAST)
        ours.connect(where)
        ours.send(b"1")
        assert theirs.recv() == [b"1"]
        theirs.close()
        theirs = peer.socket("PULL")
        wait_until(lambda: try_bind(theirs, where), f"{where} stays in use")
        keeps_sending(lambda: ours.send(b"2"), theirs.recv)


def try_bind(socket: Socket | RemoteEnd, endpoint: str) -> bool:
    """Bind, unless somebody still leaves the endpoint: close() of libzmq goes on in the background."""
    try:
        socket.bind(endpoint)
    except (zmq.ZMQError, PeerError):
        return False
    return True
