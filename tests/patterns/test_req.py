from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from zerowire.constants import Errno, SocketOption
from zerowire.error import ZMQError
from zerowire.message import Message
from zerowire.options import Settings
from zerowire.patterns.req import TRANSITIONS, Req, State
from zerowire.routing.pipe import Pipe, Queue

Connect = Callable[..., Pipe]


@pytest.fixture
def req() -> Req:
    return Req(Settings(), 7)


def number(value: int) -> bytes:
    return value.to_bytes(4, sys.byteorder)


def assert_out_of_turn(call: Callable[[], object]) -> None:
    with pytest.raises(ZMQError) as caught:
        call()
    assert caught.value.errno == Errno.EFSM


def test_table_covers_every_state() -> None:
    assert set(TRANSITIONS) == set(State)


def test_req_asks_and_receives_the_reply(req: Req, connect: Connect) -> None:
    """REQ-1."""
    peer = connect(req)
    assert req.send(b"question")
    assert peer.pop() == [b"", b"question"]
    assert not req.can_receive()
    assert req.receive() is None
    peer.push([b"", b"ans", b"wer"])
    assert req.can_receive()
    assert req.receive() == [b"ans", b"wer"]
    assert req.last_pipe is peer.inbound.writer
    assert req.state is State.IDLE


def test_empty_reply_is_a_reply(req: Req, connect: Connect) -> None:
    peer = connect(req)
    req.send(b"x")
    peer.push([b"", b""])
    assert req.can_receive()
    assert req.receive() == b""


def test_req_asks_its_peers_in_turn(req: Req, connect: Connect) -> None:
    """RFC 28: round-robin."""
    peers = [connect(req) for _ in range(2)]
    for peer in peers * 2:
        req.send(b"x")
        assert peer.pop() == [b"", b"x"]
        peer.push([b"", b"y"])
        assert req.receive() == b"y"


def test_second_request_is_out_of_turn(req: Req, connect: Connect) -> None:
    connect(req)
    req.send(b"x")
    assert not req.can_send()  # REQ-6
    assert_out_of_turn(lambda: req.send(b"y"))
    assert_out_of_turn(lambda: req.check_send(b"y"))


def test_receiving_before_asking_is_out_of_turn(req: Req, connect: Connect) -> None:
    peer = connect(req)
    peer.push([b"", b"x"])
    assert not req.can_receive()  # REQ-6
    assert_out_of_turn(req.receive)


def test_req_is_mute_without_room_and_stays_idle(req: Req, connect: Connect) -> None:
    assert not req.send(b"x")
    peer = connect(req, hwm=1)
    req.send(b"1")
    peer.push([b"", b"r"])
    req.receive()
    assert not req.check_send(b"2")
    assert not req.send(b"2")
    assert req.state is State.IDLE
    peer.pop()
    assert req.can_send()


def test_peer_that_leaves_while_it_is_asked_makes_the_request_wait_for_another() -> None:
    """An inproc peer has left in another thread, and its notice is still under way."""
    there, back = Queue(0), Queue(0)
    req = Req(Settings(), 1)
    req.attach(Pipe(there, back, req))
    there.shut = True
    assert not req.send(b"x")
    assert req.state is State.IDLE


# -- what is not the reply ----------------------------------------------------------------


def test_req_discards_reply_from_another_peer(req: Req, connect: Connect) -> None:
    """REQ-3. RFC 28: SHALL discard silently any messages received from other peers."""
    asked, other = connect(req), connect(req)
    req.send(b"x")
    other.push([b"", b"wrong"])
    assert not req.can_receive()
    asked.push([b"", b"right"])
    assert req.receive() == b"right"
    assert req.dropped == 1


def test_req_accepts_nobody_elses_reply_when_its_peer_has_left(req: Req, connect: Connect) -> None:
    """REQ-3, as RFC 28 has it."""
    asked, other = connect(req), connect(req)
    req.send(b"x")
    asked.close()
    other.push([b"", b"wrong"])
    assert not req.can_receive()


def test_req_receives_the_reply_of_a_peer_that_has_left(req: Req, connect: Connect) -> None:
    asked = connect(req)
    req.send(b"x")
    asked.push([b"", b"last words"])
    asked.close()
    assert req.receive() == b"last words"


def test_req_discards_what_came_before_the_request(req: Req, connect: Connect) -> None:
    """REQ-2."""
    peer = connect(req)
    peer.push([b"", b"early"])
    req.send(b"x")
    assert not req.can_receive()
    assert req.dropped == 1


@pytest.mark.parametrize("malformed", [b"", b"x", [b"x", b"y"], [b"id", b"", b"x"]])
def test_req_skips_a_reply_without_the_envelope(req: Req, connect: Connect, malformed: Message) -> None:
    """REQ-4."""
    peer = connect(req)
    req.send(b"x")
    peer.push(malformed)
    peer.push([b"", b"y"])
    assert req.receive() == b"y"


# -- options ------------------------------------------------------------------------------


def test_requests_are_numbered(req: Req, connect: Connect) -> None:
    """REQ-1."""
    req.set_option(SocketOption.REQ_CORRELATE, True)
    peer = connect(req)
    for value in (8, 9):
        req.send([b"x", b"y"])
        assert peer.pop() == [number(value), b"", b"x", b"y"]
        peer.push([number(value), b"", b"z"])
        assert req.receive() == b"z"


@pytest.mark.parametrize("late", [[number(7), b"", b"x"], [b"", b"x"], [number(8), b"x", b"y"]])
def test_reply_to_another_request_is_skipped(req: Req, connect: Connect, late: Message) -> None:
    req.set_option(SocketOption.REQ_CORRELATE, True)
    peer = connect(req)
    req.send(b"x")
    peer.push(late)
    assert not req.can_receive()


def test_relaxed_req_may_ask_again_and_takes_the_last_reply_only(req: Req, connect: Connect) -> None:
    """REQ-7."""
    req.set_option(SocketOption.REQ_RELAXED, True)
    req.set_option(SocketOption.REQ_CORRELATE, True)
    peer = connect(req)
    req.send(b"first")
    peer.push([number(8), b"", b"to the first"])
    assert req.can_receive()
    assert req.can_send()
    req.send(b"second")
    assert not req.can_receive()
    peer.push([number(9), b"", b"to the second"])
    assert req.receive() == b"to the second"


def test_new_peer_is_greeted(req: Req, connect: Connect) -> None:
    """DEALER-2, HELLO_MSG."""
    req.set_option(SocketOption.PROBE_ROUTER, True)
    req.set_option(SocketOption.HELLO_MSG, b"hello")
    peer = connect(req, connecting=True)
    assert [peer.pop(), peer.pop(), peer.pop()] == [b"hello", b"", None]
    req.on_reconnected(peer.inbound.writer)
    assert [peer.pop(), peer.pop(), peer.pop()] == [b"hello", b"", None]
