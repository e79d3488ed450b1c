from __future__ import annotations

from collections.abc import Callable

import pytest

from zerowire.constants import Errno, SocketOption
from zerowire.error import ZMQError
from zerowire.message import Message
from zerowire.options import Settings
from zerowire.patterns.rep import TRANSITIONS, Rep, State
from zerowire.routing.pipe import Pipe

Connect = Callable[..., Pipe]


@pytest.fixture
def rep() -> Rep:
    return Rep(Settings(), 1)


def assert_out_of_turn(call: Callable[[], object]) -> None:
    with pytest.raises(ZMQError) as caught:
        call()
    assert caught.value.errno == Errno.EFSM


def test_table_covers_every_state() -> None:
    assert set(TRANSITIONS) == set(State)


@pytest.mark.parametrize("envelope", [[b""], [b"id", b""], [b"a", b"b", b""]])
def test_rep_puts_the_envelope_before_its_reply(rep: Rep, connect: Connect, envelope: list[bytes]) -> None:
    """REP-1."""
    peer = connect(rep)
    peer.push([*envelope, b"question"])
    assert rep.can_receive()
    assert rep.receive() == b"question"
    assert rep.last_pipe is peer.inbound.writer
    assert rep.send([b"ans", b"wer"])
    assert peer.pop() == [*envelope, b"ans", b"wer"]


def test_rep_replies_to_the_peer_that_asked(rep: Rep, connect: Connect) -> None:
    """RFC 28: fair-queuing, and the reply goes to the peer of the last request."""
    peers = [connect(rep) for _ in range(2)]
    for peer in peers:
        peer.push([b"", b"1"])
        peer.push([b"", b"2"])
    for place, question in ((0, b"1"), (1, b"1"), (0, b"2"), (1, b"2")):
        assert rep.receive() == question
        rep.send(question)
        assert peers[place].pop() == [b"", question]


def test_empty_request_is_a_request(rep: Rep, connect: Connect) -> None:
    peer = connect(rep)
    peer.push([b"", b""])
    assert rep.can_receive()
    assert rep.receive() == b""


def test_replying_before_a_request_is_out_of_turn(rep: Rep, connect: Connect) -> None:
    peer = connect(rep)
    assert not rep.can_send()  # REP-4
    assert_out_of_turn(lambda: rep.send(b"x"))
    peer.push([b"", b"x"])
    assert rep.can_receive()
    assert_out_of_turn(lambda: rep.check_send(b"x"))


def test_next_request_is_out_of_turn_until_the_reply(rep: Rep, connect: Connect) -> None:
    peer = connect(rep)
    peer.push([b"", b"1"])
    peer.push([b"", b"2"])
    rep.receive()
    assert not rep.can_receive()  # REP-4
    assert_out_of_turn(rep.receive)
    assert rep.can_send()
    assert rep.check_send(b"x")
    rep.send(b"x")
    assert rep.receive() == b"2"


def test_without_requests_there_is_nothing_to_receive(rep: Rep) -> None:
    assert rep.receive() is None
    assert rep.state is State.IDLE


@pytest.mark.parametrize("malformed", [b"", b"x", [b"x", b"y"], [b"x", b""]])
def test_rep_skips_a_request_without_delimiter(rep: Rep, connect: Connect, malformed: Message) -> None:
    """REP-2."""
    peer = connect(rep)
    peer.push(malformed)
    assert not rep.can_receive()
    peer.push(malformed)
    peer.push([b"", b"x"])
    assert rep.receive() == b"x"
    assert rep.dropped == 2


def test_reply_to_a_peer_that_has_left_is_dropped(rep: Rep, connect: Connect) -> None:
    """REP-3."""
    peer = connect(rep)
    peer.push([b"", b"x"])
    rep.receive()
    peer.close()
    assert rep.send(b"y")
    assert rep.state is State.IDLE
    assert rep.dropped == 1


def test_reply_to_a_peer_without_room_is_dropped(rep: Rep, connect: Connect) -> None:
    """REP-3."""
    peer = connect(rep, hwm=1)
    for _ in range(2):
        peer.push([b"", b"x"])
        rep.receive()
        assert rep.send(b"y")
    assert peer.inbound.writer.dropped == 1


def test_request_of_a_peer_that_has_left_is_received(rep: Rep, connect: Connect) -> None:
    peer = connect(rep)
    peer.push([b"", b"x"])
    peer.close()
    assert rep.receive() == b"x"


def test_new_peer_is_greeted(rep: Rep, connect: Connect) -> None:
    """HELLO_MSG."""
    rep.set_option(SocketOption.HELLO_MSG, b"hello")
    peer = connect(rep, connecting=True)
    assert peer.pop() == b"hello"
    rep.on_reconnected(peer.inbound.writer)
    assert peer.pop() == b"hello"
