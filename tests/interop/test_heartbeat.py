"""Peers that are there and say nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.interop.library import Open, Socket, bind
from tests.interop.monitor import Watch
from tests.interop.peer import Peer

NewPeer = Callable[[], Peer]
StartWatch = Callable[[Socket], Watch]
BEATS = {"heartbeat_ivl": 20, "heartbeat_timeout": 60, "reconnect_ivl": 10}
PATIENT = {"heartbeat_ivl": 20, "heartbeat_timeout": 500}  # also with a machine that is busy


@pytest.mark.parametrize("we_bind", [True, False], ids=["we_bind", "they_bind"])
def test_frozen_peer_is_dropped(sock: Open, new_peer: NewPeer, watch: StartWatch, we_bind: bool) -> None:
    """HB-1, HB-2: no answer to PING ends the link, also while nobody calls the socket."""
    ours = sock("DEALER", **BEATS)
    events = watch(ours)
    process = new_peer()
    theirs = process.socket("DEALER", reconnect_ivl=10)
    if we_bind:
        theirs.connect(bind(ours))
    else:
        ours.connect(theirs.bind())
    events.until("HANDSHAKE_SUCCEEDED")
    with process.frozen():
        events.until("DISCONNECTED")
    events.until("HANDSHAKE_SUCCEEDED")
    theirs.send(b"here again")
    assert ours.recv() == b"here again"


def test_peer_that_beats_gives_us_its_time_to_live(sock: Open, new_peer: NewPeer, watch: StartWatch) -> None:
    """HB-1: the TTL in the peer's PING counts on our side, which has no heartbeat of its own."""
    ours = sock("DEALER")
    events = watch(ours)
    process = new_peer()
    theirs = process.socket("DEALER", heartbeat_ivl=20, heartbeat_ttl=100, heartbeat_timeout=5000)
    theirs.connect(bind(ours))
    events.until("HANDSHAKE_SUCCEEDED")
    assert theirs.recv(100) is None  # while it sends some PINGs
    with process.frozen():
        events.until("DISCONNECTED")


def test_link_of_two_that_beat_stays(sock: Open, peer: Peer, watch: StartWatch) -> None:
    """HB-4: each side answers; many heartbeats later it is still the first connection."""
    ours = sock("DEALER", **PATIENT)
    events = watch(ours)
    theirs = peer.socket("DEALER", **PATIENT)
    ours.connect(theirs.bind())
    events.until("HANDSHAKE_SUCCEEDED")
    lost = events.next(timeout=0.8)  # forty heartbeats, and more than the patience of each side
    assert lost is None
    theirs.send(b"x")
    assert ours.recv() == b"x"
