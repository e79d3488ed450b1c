"""When a lost or failed connection is tried again, and when it is not (section 2.10)."""

from __future__ import annotations

import errno
from collections.abc import Callable

import pytest

from tests.conformance.raw import RawListener, frame, greeting
from tests.interop.library import Open, Socket, errno_of, let_work
from tests.interop.monitor import Watch

StartWatch = Callable[[Socket], Watch]
A_WHILE = 0.15
"""Seconds without an attempt, where one every ten milliseconds would be made."""
FAST = {"reconnect_ivl": 10}


def intervals(events: Watch, count: int) -> list[int]:
    return [events.until("CONNECT_RETRIED")[-1].value for _ in range(count)]


def test_interval_has_a_random_part(sock: Open, watch: StartWatch) -> None:
    """REC-1: RECONNECT_IVL, and less than as much again."""
    socket = sock("DEALER", **FAST)
    events = watch(socket)
    socket.connect("tcp://127.0.0.1:1")
    found = intervals(events, 8)
    assert all(10 <= each < 20 for each in found)
    assert len(set(found)) > 1


@pytest.mark.parametrize(("most", "expected"), [(70, [10, 20, 40, 70, 70]), (5, [5, 5, 5])])
def test_interval_grows_to_its_limit(sock: Open, watch: StartWatch, most: int, expected: list[int]) -> None:
    """REC-1: doubled each time, without a random part."""
    socket = sock("DEALER", reconnect_ivl_max=most, **FAST)
    events = watch(socket)
    socket.connect("tcp://127.0.0.1:1")
    assert intervals(events, len(expected)) == expected


def test_interval_starts_again_after_a_success(sock: Open, listener: RawListener, watch: StartWatch) -> None:
    """REC-1."""
    socket = sock("DEALER", reconnect_ivl_max=1000, **FAST)
    events = watch(socket)
    socket.connect(listener.endpoint)
    for _ in range(3):
        with listener.accept(socket) as peer:
            peer.shake_hands("DEALER")
            events.until("HANDSHAKE_SUCCEEDED")
        assert intervals(events, 1) == [10]


def test_drop_within_the_handshake_is_tried_again(sock: Open, listener: RawListener) -> None:
    """REC-3."""
    socket = sock("DEALER", **FAST)
    socket.connect(listener.endpoint)
    for _ in range(3):
        listener.accept().close()


def test_reset_is_tried_again(sock: Open, listener: RawListener) -> None:
    """REC-3."""
    socket = sock("DEALER", **FAST)
    socket.connect(listener.endpoint)
    for _ in range(2):
        peer = listener.accept(socket)
        peer.shake_hands("DEALER")
        peer.reset()
    listener.accept().close()


def test_silent_peer_is_tried_again(sock: Open, listener: RawListener, watch: StartWatch) -> None:
    """REC-7: HANDSHAKE_IVL is over."""
    socket = sock("DEALER", handshake_ivl=30, **FAST)
    events = watch(socket)
    socket.connect(listener.endpoint)
    with listener.accept(), listener.accept():
        assert "HANDSHAKE_FAILED_NO_DETAIL" in events.names_until("CONNECT_RETRIED")


@pytest.mark.parametrize(
    "offence",
    [greeting(mechanism=b"PLAIN"), greeting() + b"\x04\x1b\x05READY\x0bSocket-Type\0\0\0\x05PULL!"],
    ids=["mechanism", "socket type"],
)
def test_peer_that_breaks_the_protocol_is_left_alone(
    sock: Open, listener: RawListener, watch: StartWatch, offence: bytes
) -> None:
    """REC-3: until disconnect() and connect() say otherwise."""
    socket = sock("DEALER", **FAST)
    events = watch(socket)
    socket.connect(listener.endpoint)
    with listener.accept(socket) as peer:
        peer.send(offence)
        peer.read_to_end()
    events.until("DISCONNECTED")
    assert listener.accept_within(A_WHILE) is None
    let_work(socket)
    assert errno_of(socket.disconnect, listener.endpoint) is None
    socket.connect(listener.endpoint)
    listener.accept().close()


@pytest.mark.parametrize("interval", [-1, 0])
def test_no_interval_means_no_second_attempt(
    sock: Open, listener: RawListener, watch: StartWatch, interval: int
) -> None:
    """REC-2: the endpoint is given up when its connection is lost."""
    socket = sock("DEALER", reconnect_ivl=interval)
    events = watch(socket)
    socket.connect(listener.endpoint)
    with listener.accept(socket) as peer:
        peer.shake_hands("DEALER")
        events.until("HANDSHAKE_SUCCEEDED")
    events.until("DISCONNECTED")
    assert listener.accept_within(A_WHILE) is None
    let_work(socket)
    assert errno_of(socket.disconnect, listener.endpoint) == errno.ENOENT


def test_stop_when_refused(sock: Open, watch: StartWatch) -> None:
    """REC-4, TCP-10: RECONNECT_STOP_CONN_REFUSED."""
    socket = sock("DEALER", reconnect_stop=1, **FAST)
    events = watch(socket)
    socket.connect("tcp://127.0.0.1:1")
    assert "CONNECT_RETRIED" not in events.names_until("CLOSED")
    assert events.next(A_WHILE) is None


def test_stop_when_the_handshake_fails(sock: Open, listener: RawListener) -> None:
    """REC-4: RECONNECT_STOP_HANDSHAKE_FAILED."""
    socket = sock("DEALER", reconnect_stop=2, **FAST)
    socket.connect(listener.endpoint)
    with listener.accept(socket) as peer:
        peer.read(10)
    assert listener.accept_within(A_WHILE) is None


def test_lost_link_is_tried_again_all_the_same(sock: Open, listener: RawListener) -> None:
    """REC-4: both of these are about links that never were."""
    socket = sock("DEALER", reconnect_stop=2, **FAST)
    socket.connect(listener.endpoint)
    with listener.accept(socket) as peer:
        peer.shake_hands("DEALER")
        socket.send(b"hello")
        peer.expect(frame(b"hello"))
    listener.accept().close()


def test_messages_that_wait_go_to_the_next_connection(
    sock: Open, listener: RawListener, watch: StartWatch
) -> None:
    """REC-5."""
    socket = sock("PUSH", **FAST)
    events = watch(socket)
    socket.connect(listener.endpoint)
    listener.accept().close()
    events.until("DISCONNECTED")
    socket.send(b"1")
    socket.send_multipart([b"2", b"3"])
    with listener.accept(socket) as peer:
        peer.shake_hands("PULL")
        peer.expect(frame(b"1") + frame(b"2", more=True) + frame(b"3"))


def test_subscriptions_go_to_the_next_connection(sock: Open, listener: RawListener) -> None:
    """REC-5."""
    sub = sock("SUB", subscribe=b"a", **FAST)
    sub.connect(listener.endpoint)
    for _ in range(3):
        with listener.accept(sub) as peer:
            peer.shake_hands("PUB")
            peer.expect(b"\x04\x0b\x09SUBSCRIBEa")


def test_messages_of_the_lost_connection_are_still_received(
    sock: Open, listener: RawListener, watch: StartWatch
) -> None:
    """RT-1: whole messages that arrived are not lost with the link; those in pieces are (REC-5)."""
    socket = sock("PULL", **FAST)
    events = watch(socket)
    socket.connect(listener.endpoint)
    with listener.accept(socket) as peer:
        peer.shake_hands("PUSH")
        peer.send(frame(b"1"), frame(b"2", more=True), frame(b"3"), frame(b"part", more=True))
    events.until("DISCONNECTED")
    with listener.accept(socket) as peer:
        peer.shake_hands("PUSH")
        peer.send(frame(b"4"))
        received = [socket.recv_multipart() for _ in range(3)]
    assert received == [[b"1"], [b"2", b"3"], [b"4"]]


def test_connect_works_before_anybody_listens(sock: Open, watch: StartWatch) -> None:
    """TCP-3: what is wrong beyond the syntax shows later."""
    socket = sock("DEALER", **FAST)
    events = watch(socket)
    socket.connect("tcp://no-such-host.invalid:5555")
    assert events.names_until("CONNECT_RETRIED")[-1] == "CONNECT_RETRIED"
