"""Who may join a group, and how: bind() and connect() over epgm (features 2.7)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from errno import EADDRINUSE, EINVAL, ENODEV, ENOENT, EPERM
from typing import Any

import pytest

import zerowire as zmq
from tests.engine.groups import Open, new_endpoint, open_socket
from zerowire.constants import Errno
from zerowire.transport import pgm_sockets

PUBLISHERS = ["PUB", "XPUB"]
SUBSCRIBERS = ["SUB", "XSUB"]


@pytest.fixture
def sock(context: zmq.Context) -> Iterator[Open]:
    """Return `sock(kind, **options)`, which opens a socket until the test ends."""
    with ExitStack() as stack:
        yield lambda kind, **options: stack.enter_context(open_socket(context, kind, **options))


@pytest.fixture
def endpoint() -> str:
    return new_endpoint()


def refusal(call: Any, *arguments: Any) -> tuple[int | None, str]:
    with pytest.raises(zmq.ZMQError) as caught:
        call(*arguments)
    return caught.value.errno, str(caught.value)


@pytest.mark.parametrize("how", ["bind", "connect"])
@pytest.mark.parametrize("subscriber", SUBSCRIBERS)
@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_bind_is_equal_to_connect(
    sock: Open, endpoint: str, publisher: str, subscriber: str, how: str
) -> None:
    """PGM-3"""
    sub, pub = sock(subscriber), sock(publisher)
    for socket in (sub, pub):
        getattr(socket, how)(endpoint)
        assert socket.last_endpoint == endpoint.encode()
    pub.send_multipart([b"one", b"two"])
    assert sub.recv_multipart() == [b"one", b"two"]


@pytest.mark.parametrize("kind", ["PAIR", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH", "STREAM"])
@pytest.mark.parametrize("scheme", ["epgm", "pgm"])
def test_other_socket_types_are_refused(sock: Open, kind: str, scheme: str) -> None:
    socket = sock(kind)
    for call in (socket.bind, socket.connect):
        errno, told = refusal(call, f"{scheme}://127.0.0.1:5555")
        assert errno == Errno.ENOCOMPATPROTO
        assert f"{scheme} is for PUB, SUB, XPUB and XSUB, not for {kind}" in told


def test_socket_that_is_to_encrypt_is_refused(sock: Open, endpoint: str) -> None:
    """libzmq would send in clear."""
    socket = sock("PUB")
    socket.plain_server = True
    errno, told = refusal(socket.bind, endpoint)
    assert errno == EINVAL
    assert "can be neither encrypted nor authenticated, and the socket shall use PLAIN" in told


def test_packets_must_hold_more_than_headers(sock: Open, endpoint: str) -> None:
    """libzmq ends the process."""
    socket = sock("PUB", multicast_maxtpdu=74)
    errno, told = refusal(socket.bind, endpoint)
    assert errno == EINVAL
    assert "MULTICAST_MAXTPDU=74 is too small: headers alone take 72 octets" in told
    socket.multicast_maxtpdu = 75
    sub = sock("SUB")
    sub.connect(endpoint)
    socket.bind(endpoint)
    socket.send(b"hello")
    assert sub.recv() == b"hello"


@pytest.mark.parametrize(
    ("address", "number"),
    [("127.0.0.1", EINVAL), ("nosuch0:5555", ENODEV), ("lo;10.0.0.1:5555", EINVAL), ("lo:0", EINVAL)],
)
def test_address_that_does_not_fit_is_refused(sock: Open, address: str, number: int) -> None:
    socket = sock("SUB")
    for call in (socket.bind, socket.connect):
        errno, told = refusal(call, f"epgm://{address}")
        assert errno == number
        assert address in told


def test_right_to_raw_sockets_may_be_missing(sock: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """libzmq ends the process."""

    def refuse(*_: Any) -> None:
        raise PermissionError(EPERM, "operation not permitted")

    socket = sock("PUB")
    monkeypatch.setattr(pgm_sockets.Channel, "_open", refuse)
    errno, told = refusal(socket.bind, "pgm://127.0.0.1;239.192.0.1:5555")
    assert errno == EPERM
    assert "CAP_NET_RAW" in told
    monkeypatch.setattr(
        pgm_sockets.Channel, "_open", lambda _: (_ for _ in ()).throw(OSError(EADDRINUSE, ""))
    )
    assert refusal(socket.bind, "epgm://127.0.0.1;239.192.0.1:5555")[0] == EADDRINUSE
    assert socket.peers() == []


def test_no_threads_means_no_groups(endpoint: str) -> None:
    """CTX-2: IO_THREADS 0 allows inproc only."""
    with zmq.Context(0) as context, context.socket(zmq.PUB) as socket:
        assert refusal(socket.bind, endpoint)[0] == zmq.EMTHREAD


@pytest.mark.parametrize("kind", ["PUB", "SUB"])
def test_second_connection_to_the_same_group_is_the_first(sock: Open, endpoint: str, kind: str) -> None:
    """EP-5"""
    sub = sock("SUB")
    pub = sock("PUB")
    for _ in range(2):
        (sub if kind == "SUB" else pub).connect(endpoint)
    sub.connect(endpoint)
    pub.bind(endpoint)
    pub.send(b"once")
    pub.send(b"end")
    assert [sub.recv(), sub.recv()] == [b"once", b"end"]


@pytest.mark.parametrize("kind", [*PUBLISHERS, *SUBSCRIBERS])
@pytest.mark.parametrize("how", ["unbind", "disconnect"])
def test_group_is_left(sock: Open, endpoint: str, kind: str, how: str) -> None:
    socket = sock(kind)
    socket.bind(endpoint)
    getattr(socket, how)(endpoint)
    assert socket.peers() == []
    assert refusal(socket.unbind, endpoint)[0] == ENOENT
    socket.bind(endpoint)


def test_no_events_are_reported(sock: Open, endpoint: str) -> None:
    """As with libzmq."""
    pub = sock("PUB")
    with pub.events(timeout=0.1) as events:
        pub.bind(endpoint)
        pub.unbind(endpoint)
        assert [event.event for event in events] == []


def test_library_says_that_it_has_multicast() -> None:
    assert zmq.has("pgm")
