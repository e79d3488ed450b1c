"""What tests of udp share: sockets of UDP that the test holds, and words for messages."""

from __future__ import annotations

import os
import select
import socket
from types import TracebackType
from typing import Any, Self

from tests.engine.bench import DEADLINE, Bench
from zerowire.constants import SocketType
from zerowire.engine.records import DatagramStats
from zerowire.engine.socket import SocketCore
from zerowire.engine.stats import peer_stats
from zerowire.message import Frame

HERE = "127.0.0.1"
GROUP = f"239.255.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"


def has_ipv6() -> bool:
    """Tell whether there is a loopback address of IPv6."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
            sock.bind(("::1", 0))
    except OSError:
        return False
    return True


class Plain:
    """A plain socket of UDP."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HERE, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    @property
    def address(self) -> str:
        host, port = self._socket.getsockname()
        return f"{host}:{port}"

    def say(self, to: str, *datagrams: bytes) -> None:
        """Send datagrams to an endpoint."""
        host, _, port = to.removeprefix("udp://").rpartition(":")
        for octets in datagrams:
            self._socket.sendto(octets, (host, int(port)))

    def hear(self, timeout: float = DEADLINE) -> bytes | None:
        """Return the next datagram."""
        ready = select.select([self._socket], [], [], timeout)[0]
        return self._socket.recv(65536) if ready else None


def letter(group: str, body: bytes) -> Frame:
    """Return what a RADIO sends to a group."""
    frame = Frame(body)
    frame.group = group
    return frame


def listening(bench: Bench, *groups: str, address: str = f"{HERE}:*", **options: Any) -> SocketCore:
    """Return a DISH that is bound, and has joined groups."""
    core = bench.open(SocketType.DISH, **options)
    for group in groups:
        pattern: Any = core.pattern
        pattern.join(group.encode())
    core.endpoints.bind(f"udp://{address}")
    return core


def sending(bench: Bench, endpoint: str, **options: Any) -> SocketCore:
    """Return a RADIO that is connected."""
    core = bench.open(SocketType.RADIO, **options)
    core.endpoints.connect(endpoint)
    return core


def send(core: SocketCore, message: Any) -> bool:
    """Send a message, and have it written."""
    is_sent = core.try_send(message)
    core.flush()
    return is_sent


def received(bench: Bench, core: SocketCore) -> Any:
    """Return the next message."""
    found: list[Any] = []

    def look() -> bool:
        found.append(core.try_receive())
        return found[-1] is not None

    bench.until(look)
    message = found[-1]
    return (message.group, message.bytes) if isinstance(message, Frame) else message


def counts(core: SocketCore) -> DatagramStats:
    """Return what has become of a socket's datagrams."""
    (pipe,) = core.pipes
    found = peer_stats(core, pipe).datagrams
    assert found is not None
    return found
