"""STREAM with a plain TCP socket."""

from __future__ import annotations

import socket as system
from collections.abc import Iterator

import pytest

from tests.interop.library import DEADLINE, Open, Socket, bind, errno_of, let_work, wait_until, zmq
from tests.interop.peer import Peer


@pytest.fixture
def stream(sock: Open) -> Socket:
    return sock("STREAM")


@pytest.fixture
def plain(stream: Socket) -> Iterator[system.socket]:
    """A plain connection to the STREAM socket."""
    host, _, port = bind(stream).removeprefix("tcp://").rpartition(":")
    with system.create_connection((host, int(port)), DEADLINE) as connection:
        yield connection


def test_connection_is_announced(stream: Socket, plain: system.socket) -> None:
    """STREAM-1, STREAM-2."""
    name, notice = stream.recv_multipart()
    assert (len(name), name[:1], notice) == (5, b"\0", b"")
    assert stream.getsockopt(zmq.ROUTING_ID) == name


def test_octets_pass_both_ways(stream: Socket, plain: system.socket) -> None:
    """STREAM-5."""
    name, _ = stream.recv_multipart()
    plain.sendall(b"GET /")
    assert stream.recv_multipart() == [name, b"GET /"]
    stream.send_multipart([name, b"200 OK"])
    assert plain.recv(100) == b"200 OK"
    plain.sendall(b"x" * 100_000)
    total = b""
    while len(total) < 100_000:
        sender, piece = stream.recv_multipart()
        assert sender == name
        total += piece
    assert total == b"x" * 100_000


def test_end_of_the_peer_is_announced(stream: Socket, plain: system.socket) -> None:
    """STREAM-2."""
    name, _ = stream.recv_multipart()
    plain.close()
    assert stream.recv_multipart() == [name, b""]


def test_empty_frame_ends_the_connection(stream: Socket, plain: system.socket) -> None:
    """STREAM-3: after what was sent before it."""
    name, _ = stream.recv_multipart()
    stream.send_multipart([name, b"bye"])
    stream.send_multipart([name, b""])
    plain.setblocking(False)
    pieces: list[bytes] = []

    def has_ended() -> bool:
        let_work(stream)
        try:
            pieces.append(plain.recv(100))
        except BlockingIOError:
            return False
        return pieces[-1] == b""

    wait_until(has_ended)
    assert b"".join(pieces) == b"bye"


def test_unknown_peer_cannot_be_reached(stream: Socket) -> None:
    """STREAM-3."""
    assert errno_of(stream.send, b"nobody", zmq.SNDMORE) == zmq.EHOSTUNREACH


def test_notices_can_be_switched_off(sock: Open) -> None:
    """STREAM-2."""
    stream = sock("STREAM", stream_notify=0)
    host, _, port = bind(stream).removeprefix("tcp://").rpartition(":")
    with system.create_connection((host, int(port)), DEADLINE) as connection:
        connection.sendall(b"hello")
        assert stream.recv_multipart()[1] == b"hello"


def test_stream_connects_too(stream: Socket) -> None:
    """STREAM-4."""
    with system.create_server(("127.0.0.1", 0)) as server:
        stream.connect(f"tcp://127.0.0.1:{server.getsockname()[1]}")
        name, notice = stream.recv_multipart()
        assert notice == b""
        connection, _ = server.accept()
        with connection:
            stream.send_multipart([name, b"hello"])
            assert connection.recv(100) == b"hello"


def test_stream_shows_what_a_zmtp_peer_says(stream: Socket, peer: Peer) -> None:
    dealer = peer.socket("DEALER")
    dealer.connect(bind(stream))
    name, notice = stream.recv_multipart()
    assert notice == b""
    assert stream.recv_multipart() == [name, b"\xff" + bytes(7) + b"\x01\x7f"]
