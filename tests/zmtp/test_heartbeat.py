"""HB-1 to HB-5: who notices a silent peer, and when."""

from __future__ import annotations

import pytest

from zerowire.zmtp.events import PeerTimeout
from zerowire.zmtp.heartbeat import Heartbeat


def test_without_an_interval_nothing_is_due() -> None:
    heartbeat = Heartbeat(None, None)
    heartbeat.start(0.0)
    assert heartbeat.next_timeout() is None
    assert not heartbeat.handle_timeout(100.0)


def test_a_ping_is_due_every_interval() -> None:
    heartbeat = Heartbeat(10.0, None)
    heartbeat.start(5.0)
    assert heartbeat.next_timeout() == 15.0
    assert not heartbeat.handle_timeout(14.9)
    assert heartbeat.handle_timeout(15.0)
    assert heartbeat.next_timeout() == 25.0


def test_an_unanswered_ping_ends_in_a_timeout() -> None:
    """HB-1, HB-2: the first PING counts."""
    heartbeat = Heartbeat(10.0, 15.0)
    heartbeat.start(0.0)
    assert heartbeat.handle_timeout(10.0)
    assert heartbeat.handle_timeout(20.0)
    assert heartbeat.next_timeout() == 25.0
    with pytest.raises(PeerTimeout) as info:
        heartbeat.handle_timeout(25.0)
    assert not info.value.in_handshake


def test_anything_heard_is_an_answer() -> None:
    """HB-2."""
    heartbeat = Heartbeat(10.0, 5.0)
    heartbeat.start(0.0)
    heartbeat.handle_timeout(10.0)
    heartbeat.heard()
    assert heartbeat.next_timeout() == 20.0
    assert heartbeat.handle_timeout(20.0)


def test_a_peer_that_breaks_its_promise_is_gone() -> None:
    heartbeat = Heartbeat(None, None)
    heartbeat.on_ping(0.0, 1.0)
    assert heartbeat.next_timeout() is None
    heartbeat.on_ping(65.6, 1.0)
    heartbeat.on_ping(900.0, 2.0)
    assert heartbeat.next_timeout() == pytest.approx(66.6)
    with pytest.raises(PeerTimeout, match="time to live"):
        heartbeat.handle_timeout(67.0)


def test_a_stopped_heartbeat_waits_for_nothing() -> None:
    heartbeat = Heartbeat(1.0, 1.0)
    heartbeat.start(0.0)
    heartbeat.handle_timeout(1.0)
    heartbeat.stop()
    assert heartbeat.next_timeout() is None
