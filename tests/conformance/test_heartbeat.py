"""PING and PONG, octet by octet: RFC 37."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conformance.raw import RawPeer, command, frame
from tests.interop.library import Socket, ours
from tests.interop.monitor import Watch

Greeted = Callable[..., tuple[Socket, RawPeer]]
StartWatch = Callable[[Socket], Watch]


@pytest.mark.parametrize("minor", [0, 1])
def test_ping_is_answered_with_its_context(greeted: Greeted, minor: int) -> None:
    """HB-4: whatever our options are, and while nobody calls the socket."""
    _, peer = greeted("ROUTER", "DEALER", minor)
    peer.send(b"\x04\x0b\x04PING\x00\x00ctxt")
    peer.expect(b"\x04\x09\x04PONGctxt")
    peer.send(command(b"PING", b"\0\0"))
    peer.expect(command(b"PONG"))


def test_context_is_cut_to_16_octets(greeted: Greeted) -> None:
    """RFC 37."""
    _, peer = greeted("PULL", "PUSH")
    peer.send(command(b"PING", b"\0\0" + b"0123456789abcdef" + b"and more"))
    peer.expect(command(b"PONG", b"0123456789abcdef"))


def test_ping_may_stand_within_a_message(greeted: Greeted) -> None:
    """HB-5."""
    pull, peer = greeted("PULL", "PUSH")
    peer.send(frame(b"a", more=True), command(b"PING", b"\0\0x"), frame(b"b"))
    peer.expect(command(b"PONG", b"x"))
    assert pull.recv_multipart() == [b"a", b"b"]


@pytest.mark.parametrize(("ttl", "sent"), [(0, 0), (1000, 10), (1234, 12)])
def test_ping_carries_our_ttl(greeted: Greeted, ttl: int, sent: int) -> None:
    """HB-1: in tenths of a second."""
    _, peer = greeted("PULL", "PUSH", heartbeat_ivl=20, heartbeat_ttl=ttl, heartbeat_timeout=5000)
    for _ in range(2):
        peer.expect(command(b"PING", sent.to_bytes(2, "big")))
        peer.send(command(b"PONG"))


def test_peer_that_does_not_answer_is_dropped(greeted: Greeted, watch: StartWatch) -> None:
    """HB-1: HEARTBEAT_TIMEOUT is HEARTBEAT_IVL when it is not set."""
    pull, peer = greeted("PULL", "PUSH", heartbeat_ivl=20)
    events = watch(pull)
    assert peer.read_to_end().startswith(command(b"PING", b"\0\0"))
    events.until("DISCONNECTED")


def test_any_frame_is_a_sign_of_life(greeted: Greeted) -> None:
    """HB-2: messages serve as well as PONG."""
    pull, peer = greeted("PULL", "PUSH", heartbeat_ivl=20, heartbeat_timeout=1000)
    for _ in range(5):
        peer.expect(command(b"PING", b"\0\0"))
        peer.send(frame(b"I am here"))
        assert pull.recv() == b"I am here"


def test_ttl_of_the_peer_counts(greeted: Greeted, watch: StartWatch) -> None:
    """HB-1: a tenth of a second after its PING a silent peer is dropped."""
    pull, peer = greeted("PULL", "PUSH")
    events = watch(pull)
    peer.send(command(b"PING", b"\0\1"))
    assert peer.read_to_end() == command(b"PONG")
    events.until("DISCONNECTED")


@ours
def test_long_ttl_is_not_cut(greeted: Greeted) -> None:
    """HB-3: libzmq takes 65.6 seconds for 64 milliseconds."""
    _, peer = greeted("PULL", "PUSH")
    peer.send(command(b"PING", (656).to_bytes(2, "big")))
    peer.expect(command(b"PONG"))
    peer.expect_nothing()
    peer.send(command(b"PING", b"\0\0alive"))
    peer.expect(command(b"PONG", b"alive"))
