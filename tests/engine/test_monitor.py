"""Telling the application what happens to a socket's links."""

from __future__ import annotations

import errno
import os
import struct
from typing import Any

import pytest

from tests.engine.bench import Bench, take_all
from zerowire.constants import Errno, Event, SocketOption, SocketType
from zerowire.engine import monitor
from zerowire.engine.monitor import MOST_EVENTS, event_v1, event_v2
from zerowire.engine.socket import SocketCore
from zerowire.error import ZMQError

HERE = "inproc://monitor"


def watched(bench: Bench, events: int = Event.ALL, version: int = 1) -> SocketCore:
    """Return a socket with a monitor."""
    core = bench.open(SocketType.PULL)
    monitor.start(core, HERE, events, version, SocketType.PAIR)
    return core


def reader(bench: Bench, kind: SocketType = SocketType.PAIR) -> SocketCore:
    core = bench.open(kind)
    core.endpoints.connect(HERE)
    with_sink = next(iter(each for each in bench.context.sockets if each not in bench.cores))
    with with_sink.lock:
        with_sink.serve()  # lets the reader in
    return core


def test_event_of_version_1_has_two_frames() -> None:
    """MON-3: 16-bit event, 32-bit value; endpoint."""
    assert event_v1(Event.LISTENING, 7, "tcp://é:1") == [struct.pack("=HI", 8, 7), "tcp://é:1".encode()]


def test_value_is_cut_to_its_size() -> None:
    assert event_v1(Event.CLOSED, -1, "")[0] == struct.pack("=HI", 128, 2**32 - 1)
    assert event_v2(Event.CLOSED, (-1,), "", "")[2] == struct.pack("=Q", 2**64 - 1)


def test_event_of_version_2_has_its_values_and_both_endpoints() -> None:
    """MON-4."""
    q = struct.Struct("=Q").pack
    assert event_v2(Event.CONNECTED, (7,), "a", "b") == [q(1), q(1), q(7), b"a", b"b"]
    assert event_v2(Event.PIPES_STATS, (3, 4), "", "b") == [q(Event.PIPES_STATS), q(2), q(3), q(4), b"", b"b"]


def test_endpoint_of_a_peer_may_be_any_octets() -> None:
    """A local peer chooses the path that it comes from."""
    strange = "ipc://" + os.fsdecode(b"\xff")
    octets = b"ipc://\xff"
    q = struct.Struct("=Q").pack
    assert event_v1(Event.ACCEPTED, 7, strange) == [struct.pack("=HI", 32, 7), octets]
    assert event_v2(Event.ACCEPTED, (7,), strange, strange) == [q(32), q(1), q(7), octets, octets]


def test_a_failed_handshake_is_told_in_words_to_who_wants_them(bench: Bench) -> None:
    """Others get what libzmq's monitors have."""
    for version, behind in ((2, []), (monitor.WORDY, [b"no ticket"])):
        core = watched(bench, version=version)
        listening = reader(bench)
        assert core.monitor is not None
        core.monitor.emit(Event.HANDSHAKE_FAILED_NO_DETAIL, 13, "", "a", "b", "no ticket")
        bench.serve()
        told = event_v2(Event.HANDSHAKE_FAILED_NO_DETAIL, (13,), "a", "b")
        assert take_all(listening) == [[*told, *behind]]
        core.monitor.stop()
        core.monitor = None


def test_reader_gets_events_in_order(bench: Bench) -> None:
    core = watched(bench)
    listening = reader(bench)
    core.emit(Event.LISTENING, 1, "tcp://a")
    core.emit(Event.ACCEPTED, 2, "tcp://b")
    bench.serve()
    assert take_all(listening) == [
        event_v1(Event.LISTENING, 1, "tcp://a"),
        event_v1(Event.ACCEPTED, 2, "tcp://b"),
    ]


def test_events_before_there_is_a_reader_are_kept_for_it(bench: Bench) -> None:
    core = watched(bench)
    core.emit(Event.LISTENING, 1, "tcp://a")
    listening = reader(bench)
    bench.serve()
    assert take_all(listening) == [event_v1(Event.LISTENING, 1, "tcp://a")]


def test_only_events_that_were_asked_for_are_sent(bench: Bench) -> None:
    core = watched(bench, Event.ACCEPTED)
    listening = reader(bench)
    core.emit(Event.LISTENING, 1, "tcp://a")
    core.emit(Event.ACCEPTED, 2, "tcp://b")
    assert core.monitor is not None
    assert not core.monitor.wants(Event.LISTENING)
    bench.serve()
    assert take_all(listening) == [event_v1(Event.ACCEPTED, 2, "tcp://b")]


def test_version_2_tells_both_endpoints(bench: Bench) -> None:
    core = watched(bench, version=2)
    listening = reader(bench)
    core.emit(Event.CONNECTED, 7, "shown to nobody", local="tcp://here", remote="tcp://there")
    bench.serve()
    assert take_all(listening) == [event_v2(Event.CONNECTED, (7,), "tcp://here", "tcp://there")]


def test_monitor_without_a_reader_drops_the_oldest_and_counts(bench: Bench) -> None:
    """MON-5: it never holds anything up."""
    core = watched(bench)
    for number in range(MOST_EVENTS + 5):
        core.emit(Event.ACCEPTED, number, "")
    assert core.monitor is not None
    assert core.monitor.dropped == 5
    listening = reader(bench)
    bench.serve()
    got: list[Any] = take_all(listening)
    assert len(got) == MOST_EVENTS
    assert struct.unpack("=HI", got[0][0])[1] == 5
    assert struct.unpack("=HI", got[-1][0])[1] == MOST_EVENTS + 4


def test_reader_that_stops_reading_holds_up_nothing(bench: Bench) -> None:
    core = watched(bench)
    listening = reader(bench)
    for number in range(5 * MOST_EVENTS):
        core.emit(Event.ACCEPTED, number, "")
    assert core.monitor is not None
    kept = len(take_all(listening))
    assert core.monitor.dropped > 0
    assert kept + core.monitor.dropped < 5 * MOST_EVENTS  # the others still wait


@pytest.mark.parametrize("kinds", [("PAIR", "PAIR"), ("PUSH", "PULL"), ("PUB", "SUB")])
def test_monitor_that_stops_says_so_to_a_reader_that_is_behind(bench: Bench, kinds: tuple[str, str]) -> None:
    core = bench.open(SocketType.PULL)
    monitor.start(core, HERE, Event.ALL, 1, SocketType[kinds[0]])
    listening = bench.open(SocketType[kinds[1]])
    if kinds[1] == "SUB":
        listening.pattern.set_option(SocketOption.SUBSCRIBE, b"")
    listening.endpoints.connect(HERE)
    (sink,) = (each for each in bench.context.sockets if each not in bench.cores)
    with sink.lock:
        sink.serve()
    for number in range(5 * MOST_EVENTS):
        core.emit(Event.ACCEPTED, number, "")
    assert core.monitor is not None
    core.monitor.stop()
    core.monitor = None
    bench.serve()
    assert take_all(listening)[-1] == event_v1(Event.MONITOR_STOPPED, 0, "")


def test_stopped_monitor_says_so_last(bench: Bench) -> None:
    core = watched(bench)
    listening = reader(bench)
    assert core.monitor is not None
    core.monitor.stop()
    core.monitor = None
    bench.serve()
    assert take_all(listening) == [event_v1(Event.MONITOR_STOPPED, 0, "")]
    core.emit(Event.LISTENING, 1, "")
    bench.serve()
    assert take_all(listening) == []


def test_closing_the_socket_stops_its_monitor(bench: Bench) -> None:
    core = watched(bench)
    listening = reader(bench)
    core.close()
    bench.serve()
    assert take_all(listening) == [event_v1(Event.MONITOR_STOPPED, 0, "")]
    assert core.monitor is None


def test_second_monitor_replaces_the_first(bench: Bench) -> None:
    core = watched(bench)
    first = core.monitor
    monitor.start(core, "inproc://second", Event.ALL, 1, SocketType.PAIR)
    assert core.monitor is not first
    monitor.start(core, HERE, Event.ALL, 1, SocketType.PAIR)  # the name is free again


@pytest.mark.parametrize(
    ("endpoint", "events", "version", "kind", "number"),
    [
        ("tcp://127.0.0.1:5555", Event.ALL, 1, SocketType.PAIR, Errno.EPROTONOSUPPORT),
        ("monitor", Event.ALL, 1, SocketType.PAIR, errno.EINVAL),
        (HERE, Event.ALL, 3, SocketType.PAIR, errno.EINVAL),
        (HERE, Event.PIPES_STATS, 1, SocketType.PAIR, errno.EINVAL),
        (HERE, Event.ALL, 1, SocketType.PULL, errno.EINVAL),
    ],
)
def test_monitor_that_cannot_be(
    bench: Bench, endpoint: str, events: int, version: int, kind: SocketType, number: int
) -> None:
    core = bench.open(SocketType.PULL)
    with pytest.raises(ZMQError) as caught:
        monitor.start(core, endpoint, events, version, kind)
    assert caught.value.errno == number
    assert core.monitor is None
    assert set(bench.context.sockets) == {core}


def test_name_that_is_taken_starts_no_monitor(bench: Bench) -> None:
    core = bench.open(SocketType.PULL)
    core.endpoints.bind(HERE)
    with pytest.raises(ZMQError) as caught:
        monitor.start(core, HERE, Event.ALL, 1, SocketType.PAIR)
    assert caught.value.errno == errno.EADDRINUSE
    assert set(bench.context.sockets) == {core}


def test_push_and_pub_monitors_serve_their_kind(bench: Bench) -> None:
    core = bench.open(SocketType.PULL)
    monitor.start(core, HERE, Event.ALL, 1, SocketType.PUSH)
    listening = reader(bench, SocketType.PULL)
    core.emit(Event.LISTENING, 1, "a")
    bench.serve()
    assert take_all(listening) == [event_v1(Event.LISTENING, 1, "a")]


def test_pipes_tell_how_many_messages_wait(bench: Bench) -> None:
    """MON-6."""
    core = bench.open(SocketType.DEALER)
    core.endpoints.connect("inproc://nobody")
    core.try_send(b"waits")
    monitor.start(core, HERE, Event.PIPES_STATS, 2, SocketType.PAIR)
    listening = reader(bench)
    monitor.report_pipes(core)
    bench.serve()
    assert take_all(listening) == [event_v2(Event.PIPES_STATS, (1, 0), "", "inproc://nobody")]


def test_pipes_are_reported_to_whoever_asked_only(bench: Bench) -> None:
    core = bench.open(SocketType.PULL)
    with pytest.raises(ZMQError) as caught:
        monitor.report_pipes(core)
    assert caught.value.errno == errno.EINVAL
    monitor.start(core, HERE, Event.PIPES_STATS, 2, SocketType.PAIR)
    with pytest.raises(ZMQError) as caught:
        monitor.report_pipes(core)
    assert caught.value.errno == errno.EAGAIN
