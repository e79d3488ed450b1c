"""The events of a socket's links."""

from __future__ import annotations

import errno
import struct
import threading

import pytest

import zerowire as zmq
from zerowire.api.events import EventStream, MonitorEvent, event_of

PATIENCE = 10_000  # milliseconds


def frames(event: int, *values: int, local: str = "", remote: str = "") -> list[bytes]:
    numbers = [struct.pack("=Q", number) for number in (event, len(values), *values)]
    return [*numbers, local.encode(), remote.encode()]


def test_event_of_version_2_is_read() -> None:
    """MON-4."""
    event = event_of(frames(zmq.EVENT_LISTENING, 7, local="tcp://127.0.0.1:1"))
    assert event == MonitorEvent(zmq.Event.LISTENING, 7, "tcp://127.0.0.1:1", "")


def test_first_of_several_values_counts() -> None:
    """MON-4: the event says how many values it has; none is 0."""
    assert event_of(frames(zmq.EVENT_PIPES_STATS, 3, 4)).value == 3
    assert event_of(frames(zmq.EVENT_MONITOR_STOPPED)).value == 0


def test_all_events_have_ours_among_them() -> None:
    """An application that asks for all of them is told of losses, too; pyzmq's number of ALL has no room."""
    with zmq.Context() as context, context.socket(zmq.SUB) as sub:
        for events, is_told in ((zmq.EVENT_ALL, True), (zmq.EVENT_CONNECTED, False)):
            with EventStream(sub, events) as stream:
                assert stream._monitor.wants(zmq.EVENT_PACKETS_LOST) == is_told


def test_words_may_stand_behind_an_event() -> None:
    event = event_of(
        [*frames(zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL, errno.EACCES), "no ticket for é".encode()]
    )
    assert (event.words, event.reason) == ("no ticket for é", "no ticket for é")
    with pytest.raises(ValueError, match="7 frames cannot have 1 values"):
        event_of([*frames(1, 2), b"words", b"more words"])


def test_endpoint_of_a_peer_may_be_any_octets() -> None:
    """A local peer chooses the path that it comes from."""
    event = event_of([*frames(1, 2)[:-1], b"ipc://\xff"])
    assert event.remote.encode(errors="surrogateescape") == b"ipc://\xff"


def test_value_may_be_negative() -> None:
    assert event_of(frames(zmq.EVENT_CLOSED, 2**64 - 1)).value == -1


@pytest.mark.parametrize(
    "message",
    [
        [],
        [b"x"],
        frames(1, 2)[:3],
        [b"short", *frames(1, 2)[1:]],
        [*frames(1, 2)[:2], b"odd", b"", b""],
        [frames(1)[0], struct.pack("=Q", 2), *frames(1, 2)[2:]],
    ],
)
def test_what_is_no_event_is_an_error(message: list[bytes]) -> None:
    with pytest.raises(ValueError):
        event_of(message)


@pytest.mark.parametrize(
    ("event", "value", "reason"),
    [
        (zmq.Event.CONNECTED, 5, ""),
        (zmq.Event.BIND_FAILED, errno.EADDRINUSE, zmq.strerror(errno.EADDRINUSE)),
        (zmq.Event.HANDSHAKE_FAILED_NO_DETAIL, errno.EFAULT, zmq.strerror(errno.EFAULT)),
        (zmq.Event.HANDSHAKE_FAILED_NO_DETAIL, 0, ""),
        (zmq.Event.HANDSHAKE_FAILED_AUTH, 400, "the authenticator refused"),
        (zmq.Event.HANDSHAKE_FAILED_AUTH, 401, "status 401"),
        (
            zmq.Event.HANDSHAKE_FAILED_PROTOCOL,
            zmq.PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH,
            "zmtp mechanism mismatch",
        ),
    ],
)
def test_reason_tells_what_went_wrong(event: zmq.Event, value: int, reason: str) -> None:
    assert MonitorEvent(event, value, "", "").reason == reason


def test_event_reads_as_text() -> None:
    event = MonitorEvent(zmq.Event.BIND_FAILED, errno.EACCES, "tcp://*:1", "")
    assert str(event) == f"BIND_FAILED tcp://*:1 ({zmq.strerror(errno.EACCES)})"
    assert str(MonitorEvent(zmq.Event.CONNECTED, 3, "a", "b")) == "CONNECTED b"


def test_stream_tells_the_life_of_a_link(context: zmq.Context) -> None:
    """MON-7: what a server sees."""
    server, client = context.socket(zmq.REP), context.socket(zmq.REQ)
    with server, client:
        stream = EventStream(server, timeout=PATIENCE)
        port = server.bind_to_random_port("tcp://127.0.0.1")
        client.connect(f"tcp://127.0.0.1:{port}")
        seen = []
        for event in stream:
            seen.append(event.event)
            if event.event == zmq.Event.HANDSHAKE_SUCCEEDED:
                client.close()
            if event.event == zmq.Event.DISCONNECTED:
                break
        assert [event.name for event in seen] == [
            "LISTENING",
            "ACCEPTED",
            "HANDSHAKE_SUCCEEDED",
            "DISCONNECTED",
        ]
        stream.close()


def test_stream_reports_only_what_was_asked_for(context: zmq.Context) -> None:
    with context.socket(zmq.REP) as server:
        with EventStream(server, zmq.EVENT_CLOSED, timeout=PATIENCE) as stream:
            port = server.bind_to_random_port("tcp://127.0.0.1")
            server.unbind(f"tcp://127.0.0.1:{port}")
            assert next(stream).event == zmq.Event.CLOSED
        assert list(stream) == []  # closed


def test_stream_ends_when_nothing_happens_in_time(context: zmq.Context) -> None:
    with context.socket(zmq.PAIR) as socket:
        stream = socket.events(timeout=1)
        assert list(stream) == []
        assert list(stream) == []  # and stays at its end


def test_stream_ends_with_its_socket(context: zmq.Context) -> None:
    socket = context.socket(zmq.PAIR)
    stream = EventStream(socket)
    seen: list[MonitorEvent] = []
    reader = threading.Thread(target=lambda: seen.extend(stream))
    reader.start()
    socket.close()
    reader.join(10)
    assert not reader.is_alive()
    assert zmq.Event.MONITOR_STOPPED not in [event.event for event in seen]


def test_stream_that_nobody_read_in_time_ends_too(context: zmq.Context) -> None:
    """MON-5: a monitor never holds anything up; what nobody reads is dropped."""
    socket = context.socket(zmq.PAIR)
    stream = EventStream(socket)
    monitor = socket._core.monitor
    assert monitor is not None
    for number in range(6000):
        with socket._core.lock:
            monitor.emit(zmq.Event.CONNECTED, number, "", "", "")
    socket.close()
    numbers = [event.value for event in stream]
    assert 0 < len(numbers) < 6000
    assert numbers == sorted(numbers)


def test_stream_ends_with_its_context() -> None:
    context = zmq.Context()
    socket = context.socket(zmq.PAIR)
    stream = EventStream(socket)
    ended = threading.Event()

    def read() -> None:
        assert list(stream) == []
        ended.set()

    reader = threading.Thread(target=read)
    reader.start()
    ending = threading.Thread(target=context.term)
    ending.start()
    assert ended.wait(10)
    socket.close()
    ending.join(10)
    reader.join(10)
    assert context.closed


def test_second_stream_ends_the_first(context: zmq.Context) -> None:
    """MON-5."""
    with context.socket(zmq.PAIR) as socket:
        first = EventStream(socket)
        second = EventStream(socket, timeout=PATIENCE)
        assert list(first) == []
        socket.bind("tcp://127.0.0.1:*")
        assert next(second).event == zmq.Event.LISTENING
        second.close()


def test_stream_that_is_let_go_of_closes_itself(context: zmq.Context) -> None:
    with context.socket(zmq.PAIR) as socket:
        for _ in EventStream(socket, timeout=1):
            pass
        EventStream(socket)  # no ResourceWarning
    assert context._core.sockets == set()


def test_stream_that_is_closed_leaves_nothing_open(context: zmq.Context) -> None:
    with context.socket(zmq.PAIR) as socket:
        with EventStream(socket):
            assert socket._core.monitor is not None
        assert socket._core.monitor is None
        assert context._core.sockets == {socket._core}


def test_stream_that_is_closed_leaves_its_successor_alone(context: zmq.Context) -> None:
    with context.socket(zmq.PAIR) as socket:
        first = EventStream(socket)
        with EventStream(socket, timeout=PATIENCE) as second:
            first.close()
            socket.bind("tcp://127.0.0.1:*")
            assert next(second).event == zmq.Event.LISTENING


def test_closed_socket_has_no_events(context: zmq.Context) -> None:
    socket = context.socket(zmq.PAIR)
    socket.close()
    with pytest.raises(zmq.ZMQError) as caught:
        EventStream(socket)
    assert caught.value.errno == zmq.ENOTSOCK
