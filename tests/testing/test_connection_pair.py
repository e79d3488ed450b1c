"""Two protocol machines on a pretended link."""

from __future__ import annotations

import pytest

from zerowire.constants import SocketType
from zerowire.error import RemoteProtocolError
from zerowire.testing import Config, ConnectionPair, VirtualClock
from zerowire.zmtp.connection import PeerTimeout, State


def pair(
    first: SocketType = SocketType.PUSH, second: SocketType = SocketType.PULL, piece: int = 0
) -> ConnectionPair:
    return ConnectionPair(Config(first), Config(second), piece=piece)


def test_handshake_is_done_after_a_run() -> None:
    both = pair()
    both.run()
    assert both.first.connection.state is both.second.connection.state is State.TRAFFIC
    assert both.second.connection.peer.socket_type == "PUSH"
    assert both.clock.now == 0.0


@pytest.mark.parametrize("piece", [0, 1, 7])
def test_messages_arrive_in_order_in_pieces_of_any_size(piece: int) -> None:
    both = pair(SocketType.DEALER, SocketType.DEALER, piece=piece)
    both.first.send(b"a", [b"b", b"c"])
    both.second.send(bytes(300))
    both.run()
    assert list(both.second.received) == [b"a", [b"b", b"c"]]
    assert list(both.first.received) == [bytes(300)]
    assert both.second.octets_out > 300


def test_clock_jumps_to_the_end_of_a_handshake_that_never_comes() -> None:
    both = ConnectionPair(Config(SocketType.REQ, handshake_timeout=30.0), Config(SocketType.REP))
    both.is_silent = True
    assert both.run(lambda: both.first.error)
    assert isinstance(both.first.error, PeerTimeout)
    assert both.clock.now == 30.0


def test_link_that_falls_silent_is_noticed_by_heartbeats() -> None:
    beating = Config(SocketType.PUSH, heartbeat_interval=1.0, heartbeat_timeout=2.0)
    both = ConnectionPair(beating, Config(SocketType.PULL))
    both.run()
    for _ in range(20):
        assert both.advance()
    assert both.first.error is None
    then = both.clock.now
    both.is_silent = True
    assert both.run(lambda: both.first.is_over)
    assert isinstance(both.first.error, PeerTimeout)
    assert 0 < both.clock.now - then <= 4.0
    assert both.second.error is None


def test_mistake_of_a_peer_ends_both_sides() -> None:
    both = pair(SocketType.REQ, SocketType.PUB)
    both.run()
    assert isinstance(both.first.error, RemoteProtocolError)
    assert isinstance(both.second.error, RemoteProtocolError)
    assert both.first.is_over
    assert both.second.is_over


def test_nothing_happens_when_there_is_no_deadline() -> None:
    both = pair()
    both.run()
    assert not both.advance()
    assert not both.run(until=lambda: False)
    assert both.run(until=lambda: True)


def test_condition_that_never_comes_true_ends_the_run() -> None:
    beating = Config(SocketType.PUSH, heartbeat_interval=1.0)
    assert not ConnectionPair(beating, Config(SocketType.PULL)).run(until=lambda: False)


def test_cut_ends_the_stream_for_both() -> None:
    clock = VirtualClock(100.0)
    both = ConnectionPair(Config(SocketType.PAIR), Config(SocketType.PAIR), clock=clock)
    both.first.send(b"before")
    both.run()
    both.cut()
    both.cut()
    both.first.send(b"after")
    both.run()
    assert both.first.connection.state is both.second.connection.state is State.CLOSED
    assert list(both.second.received) == [b"before"]
    assert both.clock is clock
    assert both.clock.now == 100.0
