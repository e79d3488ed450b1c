"""What a socket tells of itself, against what was sent."""

from __future__ import annotations

from typing import Any

from tests.engine.bench import Bench, frame, take_all
from zerowire.constants import SocketType
from zerowire.engine.records import PeerStats
from zerowire.engine.socket import SocketCore
from zerowire.engine.stats import Totals, peer_stats, socket_stats


def only_peer(core: SocketCore) -> PeerStats:
    (peer,) = socket_stats(core).peers
    return peer


def joined(
    bench: Bench, bound: SocketType, connected: SocketType, **options: Any
) -> tuple[SocketCore, SocketCore]:
    """Return two sockets that share a pipe."""
    first, second = bench.open(bound, **options), bench.open(connected, **options)
    first.endpoints.bind("inproc://stats")
    second.endpoints.connect("inproc://stats")
    bench.serve()
    return first, second


def test_socket_without_peers_has_nothing_to_tell(bench: Bench) -> None:
    stats = socket_stats(bench.open(SocketType.PUSH))
    assert stats.peers == ()
    assert (stats.messages_in, stats.messages_out, stats.dropped, stats.lost) == (0, 0, 0, 0)


def test_inproc_counts_messages_and_payload(bench: Bench) -> None:
    pull, push = joined(bench, SocketType.PULL, SocketType.PUSH)
    push.try_send([b"four", b"six..."])
    push.try_send(b"x")
    assert (only_peer(push).queued_out, only_peer(push).messages_out) == (2, 0)
    assert (only_peer(pull).queued_in, only_peer(pull).messages_in) == (2, 2)
    assert take_all(pull) == [[b"four", b"six..."], b"x"]
    sent, received = only_peer(push), only_peer(pull)
    assert (sent.messages_out, sent.octets_out, sent.queued_out) == (2, 11, 0)
    assert (received.messages_in, received.octets_in, received.queued_in) == (2, 11, 0)
    assert (sent.endpoint, sent.state, sent.last_heard) == ("inproc://stats", "ready", None)


def test_wire_counts_messages_and_octets(bench: Bench, linked: Any) -> None:
    core = bench.open(SocketType.PAIR)
    link, owner, peer, _ = linked(core, "PAIR")
    owner.link, owner.is_ready = link, True
    core.try_send(b"12345")
    core.flush()
    peer.send(frame(b"a", more=True), frame(b"b"))
    bench.serve()
    owner.wire_octets = (link.octets_out, link.octets_in)
    stats = only_peer(core)
    assert (stats.messages_out, stats.messages_in, stats.queued_in) == (1, 1, 1)
    assert (stats.octets_out, stats.octets_in) == (link.octets_out, link.octets_in)
    assert stats.state == "ready"
    assert stats.last_heard is not None
    assert stats.last_heard >= 0


def test_expected_peer_is_connecting(bench: Bench) -> None:
    core = bench.open(SocketType.DEALER)
    core.endpoints.connect("inproc://nobody")
    core.try_send(b"waits")
    peer = only_peer(core)
    assert (peer.state, peer.queued_out, peer.messages_out) == ("connecting", 1, 0)


def test_peers_that_left_stay_in_the_totals(bench: Bench) -> None:
    pull, push = joined(bench, SocketType.PULL, SocketType.PUSH)
    for _ in range(3):
        push.try_send(b"12")
    assert len(take_all(pull)) == 3
    push.close()
    bench.serve()
    stats = socket_stats(pull)
    assert stats.peers == ()
    assert (stats.messages_in, stats.octets_in) == (3, 6)


def test_messages_for_a_subscriber_without_room_are_dropped(bench: Bench) -> None:
    pub, sub = joined(bench, SocketType.PUB, SocketType.SUB, sndhwm=2, rcvhwm=1)
    sub.pattern.set_option(6, b"")
    bench.serve()
    for number in range(10):
        assert pub.try_send(b"%d" % number)
    stats = socket_stats(pub)
    assert (stats.dropped, stats.peers[0].dropped) == (7, 7)
    assert len(take_all(sub)) == 3


def test_messages_for_nobody_are_dropped(bench: Bench) -> None:
    router = bench.open(SocketType.ROUTER)
    assert router.try_send([b"nobody", b"x"])
    assert socket_stats(router).dropped == 1


def test_messages_that_a_peer_left_behind_are_lost(bench: Bench) -> None:
    pull, push = joined(bench, SocketType.PULL, SocketType.PUSH)
    for _ in range(4):
        push.try_send(b"x")
    pull.close(0)
    bench.serve()
    assert socket_stats(push).lost == 4


def test_peer_of_an_old_connection_can_still_be_described(bench: Bench) -> None:
    pull, push = joined(bench, SocketType.PULL, SocketType.PUSH)
    (pipe,) = pull.pipes
    push.close()
    bench.serve()
    assert peer_stats(pull, pipe).state == "connecting"


def test_peers_add_up() -> None:
    totals = Totals()
    peer = PeerStats("", b"", "ready", "", 1, 2, 3, 4, 5, 6, 7, None)
    totals.add(peer)
    totals.add(peer)
    assert (totals.messages_in, totals.messages_out) == (2, 4)
    assert (totals.octets_in, totals.octets_out) == (6, 8)
