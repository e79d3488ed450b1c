"""Local connections through what looks like a connection of paramiko."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import WaitUntil
from zerowire.ssh.forward import ForwardServer, _pump, forward_tunnel
from zerowire.ssh.tunnel import select_random_ports

PATIENCE = 10


class Transport:
    """Opens channels whose other ends are at hand."""

    def __init__(self) -> None:
        self.far_ends: list[socket.socket] = []
        self.targets: list[object] = []
        self.refuses = False
        self.is_lost = False

    def open_channel(self, kind: str, target: object, origin: object) -> Any:
        self.targets.append((kind, target))
        if self.refuses:
            raise ConnectionError("refused")
        near, far = socket.socketpair()
        far.settimeout(PATIENCE)
        self.far_ends.append(far)
        return near

    def is_active(self) -> bool:
        return not self.is_lost


class Tunnel:
    """A tunnel that runs in a thread, and ends when it is unused for a while."""

    def __init__(self, transport: Any) -> None:
        (self.port,) = select_random_ports(1)
        arguments = (self.port, "inner", 5555, transport, 0.05)
        self.thread = threading.Thread(target=forward_tunnel, args=arguments)
        self.thread.start()


@pytest.fixture
def transport() -> Iterator[Transport]:
    transport = Transport()
    yield transport
    for far in transport.far_ends:
        far.close()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What each wait for a connection, after its end in vain, said of whether the tunnel is needed."""
    waits: list[bool] = []
    note = ForwardServer.handle_timeout

    def handle_timeout(server: ForwardServer) -> None:
        note(server)
        waits.append(server.is_needed)

    monkeypatch.setattr(ForwardServer, "handle_timeout", handle_timeout)
    return waits


def connect(tunnel: Tunnel, wait_until: WaitUntil) -> socket.socket:
    """Connect as soon as the tunnel listens."""
    client = socket.socket()
    client.settimeout(PATIENCE)
    wait_until(lambda: client.connect_ex(("127.0.0.1", tunnel.port)) == 0)
    return client


def read_all(source: socket.socket) -> bytes:
    return b"".join(iter(lambda: source.recv(65536), b""))


def send_all(sink: socket.socket, octets: bytes) -> threading.Thread:
    """Send in a thread, then no more."""

    def send() -> None:
        sink.sendall(octets)
        sink.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=send)
    thread.start()
    return thread


def test_octets_and_ends_pass_both_ways(transport: Transport, wait_until: WaitUntil) -> None:
    tunnel = Tunnel(transport)
    question, answer = b"q" * 1_000_000, b"a" * 1_000_000
    with connect(tunnel, wait_until) as client:
        wait_until(lambda: transport.far_ends)
        (far,) = transport.far_ends
        sending = send_all(client, question)
        assert read_all(far) == question
        sending.join()
        sending = send_all(far, answer)
        assert read_all(client) == answer
        sending.join()
    assert transport.targets == [("direct-tcpip", ("inner", 5555))]
    tunnel.thread.join(PATIENCE)
    assert not tunnel.thread.is_alive()


def test_tunnel_stays_as_long_as_a_connection_does(
    transport: Transport, waits: list[bool], wait_until: WaitUntil
) -> None:
    tunnel = Tunnel(transport)
    with connect(tunnel, wait_until) as client:
        wait_until(lambda: waits.count(True) >= 2)
        client.sendall(b"still there")
        assert transport.far_ends[0].recv(100) == b"still there"
        transport.far_ends[0].close()
    tunnel.thread.join(PATIENCE)
    assert waits[-1] is False


def test_connection_that_the_server_refuses_is_closed(transport: Transport, wait_until: WaitUntil) -> None:
    transport.refuses = True
    tunnel = Tunnel(transport)
    with connect(tunnel, wait_until) as client:
        assert client.recv(1) == b""
    tunnel.thread.join(PATIENCE)
    assert not tunnel.thread.is_alive()


def test_lost_connection_ends_the_other(transport: Transport, wait_until: WaitUntil) -> None:
    tunnel = Tunnel(transport)
    with connect(tunnel, wait_until) as client:
        wait_until(lambda: transport.far_ends)
        transport.far_ends[0].close()
        assert client.recv(1) == b""
        with pytest.raises(OSError):
            client.sendall(bytes(20_000_000))
    tunnel.thread.join(PATIENCE)
    assert not tunnel.thread.is_alive()


def test_lost_server_ends_the_tunnel(transport: Transport, waits: list[bool], wait_until: WaitUntil) -> None:
    tunnel = Tunnel(transport)
    with connect(tunnel, wait_until):
        transport.is_lost = True
        tunnel.thread.join(PATIENCE)
        assert False not in waits
    wait_until(lambda: transport.far_ends)
    transport.far_ends[0].close()


def test_taken_port_is_an_error(transport: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        forward_tunnel(taken.getsockname()[1], "inner", 5555, transport)


def test_end_that_cannot_be_passed_on_is_forgotten() -> None:
    source, far = socket.socketpair()
    far.close()
    with source, socket.socket() as never_connected:
        _pump(source, never_connected)
        assert source.recv(1) == b""
