"""The events of a socket's life (section 5.1)."""

from __future__ import annotations

import errno
import struct
from collections.abc import Callable

import pytest

from tests.conformance.raw import RawListener, RawPeer, frame
from tests.interop.library import DEADLINE, Open, Socket, bind, errno_of, let_work, ours, theirs, zmq
from tests.interop.monitor import Watch

Dial = Callable[[Socket], RawPeer]
StartWatch = Callable[[Socket], Watch]


def test_events_of_a_bound_socket(sock: Open, watch: StartWatch) -> None:
    """MON-7: each with the bound endpoint."""
    pull = sock("PULL")
    events = watch(pull)
    where = bind(pull)
    with RawPeer.dial(where, pull) as peer:
        peer.shake_hands("PUSH")
        events_so_far = events.until("HANDSHAKE_SUCCEEDED")
    lost = events.until("DISCONNECTED")
    pull.unbind(where)
    seen = [*events_so_far, *lost, *events.until("CLOSED")]
    assert [each.name for each in seen] == [
        "LISTENING", "ACCEPTED", "HANDSHAKE_SUCCEEDED", "DISCONNECTED", "CLOSED",
    ]  # fmt: skip
    assert {each.endpoint for each in seen} == {where}
    values = {each.name: each.value for each in seen}
    assert values["HANDSHAKE_SUCCEEDED"] == 0
    assert values["LISTENING"] == values["CLOSED"] != values["ACCEPTED"] == values["DISCONNECTED"]
    pull.close()
    assert events.names_until("MONITOR_STOPPED") == ["MONITOR_STOPPED"]


def test_events_of_a_connecting_socket(sock: Open, listener: RawListener, watch: StartWatch) -> None:
    """MON-7."""
    push = sock("PUSH", reconnect_ivl=10)
    events = watch(push)
    push.connect(listener.endpoint)
    with listener.accept(push) as peer:
        peer.shake_hands("PULL")
        seen = events.until("HANDSHAKE_SUCCEEDED")
    seen += events.until("CONNECT_RETRIED")
    assert [each.name for each in seen] == [
        "CONNECT_DELAYED", "CONNECTED", "HANDSHAKE_SUCCEEDED", "DISCONNECTED", "CONNECT_RETRIED",
    ]  # fmt: skip
    assert {each.endpoint for each in seen} == {listener.endpoint}
    assert seen[0].value == errno.EINPROGRESS
    assert 10 <= seen[-1].value < 20


def test_events_of_refused_attempts(sock: Open, watch: StartWatch) -> None:
    """MON-7."""
    push = sock("PUSH", reconnect_ivl=10)
    events = watch(push)
    push.connect("tcp://127.0.0.1:1")
    for _ in range(3):
        assert events.names_until("CONNECT_RETRIED") == ["CONNECT_DELAYED", "CLOSED", "CONNECT_RETRIED"]


def test_ipc_is_connected_at_once(sock: Open, watch: StartWatch, tmp_path: object) -> None:
    """Section 5.1: no CONNECT_DELAYED."""
    pull, push = sock("PULL"), sock("PUSH")
    events = watch(push)
    where = f"ipc://{tmp_path}/s"
    pull.bind(where)
    push.connect(where)
    seen = events.until("HANDSHAKE_SUCCEEDED")
    assert [each.name for each in seen] == ["CONNECTED", "HANDSHAKE_SUCCEEDED"]
    assert {each.endpoint for each in seen} == {where}


def test_own_close_is_not_a_disconnect(sock: Open, listener: RawListener, watch: StartWatch) -> None:
    """MON-8."""
    push = sock("PUSH")
    events = watch(push)
    push.connect(listener.endpoint)
    with listener.accept(push) as peer:
        peer.shake_hands("PULL")
        events.until("HANDSHAKE_SUCCEEDED")
        push.close()
        assert events.names_until("MONITOR_STOPPED") == ["MONITOR_STOPPED"]


@theirs
def test_failed_bind_is_reported_without_the_scheme(sock: Open, watch: StartWatch) -> None:
    """Section 5.1: after a CLOSED with no endpoint."""
    first, second = sock("PULL"), sock("PULL")
    where = bind(first)
    events = watch(second)
    assert errno_of(second.bind, where) == zmq.EADDRINUSE
    seen = events.until("BIND_FAILED")
    assert [(each.name, each.endpoint) for each in seen] == [
        ("CLOSED", ""), ("BIND_FAILED", where.removeprefix("tcp://")),
    ]  # fmt: skip


@ours
def test_failed_bind_is_reported_with_its_endpoint(sock: Open, watch: StartWatch) -> None:
    """Section 5.1: one event that names the endpoint, because nothing was closed."""
    first, second = sock("PULL"), sock("PULL")
    where = bind(first)
    events = watch(second)
    assert errno_of(second.bind, where) == zmq.EADDRINUSE
    assert [tuple(each) for each in events.until("BIND_FAILED")] == [
        ("BIND_FAILED", errno.EADDRINUSE, where),
    ]  # fmt: skip


def test_only_wanted_events_are_sent(sock: Open, dial: Dial) -> None:
    pull = sock("PULL")
    monitor = pull.get_monitor_socket(zmq.EVENT_ACCEPTED | zmq.EVENT_DISCONNECTED)
    peer = dial(pull)
    peer.shake_hands("PUSH")
    peer.close()
    monitor.rcvtimeo = int(DEADLINE * 1000)
    seen = [struct.unpack("=HI", monitor.recv_multipart()[0])[0] for _ in range(2)]
    assert seen == [zmq.EVENT_ACCEPTED, zmq.EVENT_DISCONNECTED]
    pull.disable_monitor()
    monitor.close()


def test_event_is_two_frames(sock: Open) -> None:
    """MON-3: six octets without padding, and the endpoint."""
    pull = sock("PULL")
    monitor = pull.get_monitor_socket()
    where = bind(pull)
    monitor.rcvtimeo = int(DEADLINE * 1000)
    head, endpoint = monitor.recv_multipart()
    assert len(head) == 6
    assert struct.unpack("=HI", head)[0] == zmq.EVENT_LISTENING
    assert endpoint.decode() == where
    pull.disable_monitor()
    monitor.close()


@pytest.mark.parametrize(
    ("endpoint", "number"),
    [
        ("tcp://127.0.0.1:*", "EPROTONOSUPPORT"),
        pytest.param("no endpoint", "EINVAL"),
    ],
)
def test_monitor_meets_its_reader_in_process(sock: Open, endpoint: str, number: str) -> None:
    """MON-1."""
    pull = sock("PULL")
    assert errno_of(pull.monitor, endpoint, zmq.EVENT_ALL) == getattr(zmq, number)


def test_address_of_a_monitor_is_its_own(sock: Open) -> None:
    """MON-1."""
    one, other = sock("PULL"), sock("PULL")
    one.monitor("inproc://events", zmq.EVENT_LISTENING)
    assert errno_of(other.monitor, "inproc://events", zmq.EVENT_LISTENING) == zmq.EADDRINUSE
    one.monitor(None, 0)


def test_second_monitor_stops_the_first(sock: Open) -> None:
    """MON-5."""
    pull = sock("PULL")
    readers = []
    for name in ("inproc://first", "inproc://second"):
        pull.monitor(name, zmq.EVENT_ALL)
        readers.append(sock("PAIR"))
        readers[-1].connect(name)
    assert struct.unpack("=HI", readers[0].recv_multipart()[0])[0] == zmq.EVENT_MONITOR_STOPPED
    bind(pull)
    assert struct.unpack("=HI", readers[1].recv_multipart()[0])[0] == zmq.EVENT_LISTENING
    pull.monitor(None, 0)


@ours
def test_monitor_without_a_reader_holds_up_nobody(sock: Open) -> None:
    """MON-5: libzmq's I/O thread waits, and every socket of the context with it."""
    pull = sock("PULL")
    pull.monitor("inproc://unread", zmq.EVENT_ALL & ~zmq.EVENT_LISTENING)
    where = bind(pull)
    for number in range(3):
        with RawPeer.dial(where, pull) as peer:
            peer.shake_hands("PUSH")
            peer.send(frame(b"%d" % number))
            assert pull.recv() == b"%d" % number
    reader = sock("PAIR")
    reader.connect("inproc://unread")
    let_work(pull)
    assert struct.unpack("=HI", reader.recv_multipart()[0])[0] == zmq.EVENT_ACCEPTED
    pull.monitor(None, 0)
