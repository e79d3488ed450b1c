from __future__ import annotations

from collections.abc import Callable

import pytest

from zerowire.options import Settings
from zerowire.patterns.pair import Pair
from zerowire.routing.pipe import Pipe

Connect = Callable[..., Pipe]


@pytest.fixture
def pair() -> Pair:
    return Pair(Settings(), 1)


def test_pair_talks_both_ways(pair: Pair, connect: Connect) -> None:
    peer = connect(pair)
    peer.push(b"in")
    assert pair.can_receive()
    assert pair.receive() == b"in"
    assert pair.last_pipe is peer.inbound.writer
    assert pair.send([b"o", b"ut"])
    assert peer.pop() == [b"o", b"ut"]


def test_pair_refuses_a_second_peer(pair: Pair, connect: Connect) -> None:
    """PAIR-1."""
    first, second = connect(pair), connect(pair)
    assert not second.push(b"x")
    assert not first.is_closed
    pair.send(b"for the first")
    assert first.pop() == b"for the first"


def test_refused_peer_does_not_move_up(pair: Pair, connect: Connect) -> None:
    """PAIR-1: only a new connection takes the slot."""
    first, refused = connect(pair), connect(pair)
    first.close()
    assert not pair.can_send()
    third = connect(pair)
    pair.detach(refused.inbound.writer)
    assert pair.send(b"x")
    assert (refused.pop(), third.pop()) == (None, b"x")


def test_messages_of_a_refused_peer_are_never_read(pair: Pair, connect: Connect) -> None:
    connect(pair)
    refused = connect(pair)
    pair.on_readable(refused.inbound.writer)
    assert not pair.can_receive()


def test_what_a_former_peer_sent_is_still_received(pair: Pair, connect: Connect) -> None:
    peer = connect(pair)
    peer.push(b"last")
    peer.close()
    assert pair.receive() == b"last"


@pytest.mark.parametrize("hwm", [1, 2])
def test_pair_is_mute_without_a_peer_or_room(pair: Pair, connect: Connect, hwm: int) -> None:
    """PAIR-2."""
    assert not pair.send(b"x")
    assert not pair.check_send(b"x")
    connect(pair, hwm=hwm)
    assert [pair.send(b"x") for _ in range(hwm + 1)] == [True] * hwm + [False]
    assert not pair.can_send()


def test_attaching_the_same_pipe_again_keeps_it(pair: Pair, connect: Connect) -> None:
    peer = connect(pair)
    pair.attach(peer.inbound.writer)
    assert pair.send(b"x")
