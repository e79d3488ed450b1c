"""A ZMTP peer made of a plain socket: it says what a test tells it, and shows every octet that it gets."""

from __future__ import annotations

import socket
import struct
import time
from types import TracebackType
from typing import Self

import pytest

from tests.interop.library import DEADLINE, OURS, Socket, let_work

SIGNATURE = b"\xff" + b"\0" * 7 + b"\x01\x7f"
QUIET = 0.1
"""Seconds without an octet after which nothing more is expected, where the protocol gives no better sign."""


def greeting(minor: int = 1, mechanism: bytes = b"NULL", *, major: int = 3, as_server: int = 0) -> bytes:
    """Return a whole greeting of ZMTP 3."""
    head = SIGNATURE + bytes([major, minor]) + mechanism.ljust(20, b"\0") + bytes([as_server])
    return head.ljust(64, b"\0")


def frame(body: bytes, *, more: bool = False, command: bool = False) -> bytes:
    """Return a frame of ZMTP 2.0 and 3."""
    flags = more | command << 2
    if len(body) > 255:
        return struct.pack("!BQ", flags | 2, len(body)) + body
    return bytes([flags, len(body)]) + body


def old_frame(body: bytes, *, more: bool = False) -> bytes:
    """Return a frame of ZMTP 1.0."""
    size = len(body) + 1
    head = bytes([size]) if size < 255 else b"\xff" + struct.pack("!Q", size)
    return head + bytes([more]) + body


def command(name: bytes, data: bytes = b"") -> bytes:
    return frame(bytes([len(name)]) + name + data, command=True)


def properties(**values: bytes) -> bytes:
    """Return metadata; an underscore in a name stands for a hyphen."""
    return b"".join(
        bytes([len(name)]) + name.replace("_", "-").encode() + struct.pack("!I", len(value)) + value
        for name, value in values.items()
    )


def ready(kind: str, **more: bytes) -> bytes:
    return command(b"READY", properties(Socket_Type=kind.encode(), **more))


class RawPeer:
    """One connection, at the octets' level."""

    def __init__(self, stream: socket.socket, tested: Socket | None = None) -> None:
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._stream = stream
        self._tested = tested
        self._read_ahead = b""

    @classmethod
    def dial(cls, endpoint: str, tested: Socket | None = None) -> RawPeer:
        """Connect to a tcp endpoint, behind which stands the tested socket."""
        host, _, port = endpoint.removeprefix("tcp://").rpartition(":")
        return cls(socket.create_connection((host, int(port)), DEADLINE), tested)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send(self, *pieces: bytes) -> None:
        self._stream.sendall(b"".join(pieces))

    def read(self, size: int) -> bytes:
        """Return so many octets; fail when they do not come or the stream ends before."""
        deadline = time.monotonic() + DEADLINE
        while len(self._read_ahead) < size:
            data = self._receive()
            assert data != b"", f"the stream ended after {self._read_ahead!r} of {size} octets"
            assert time.monotonic() < deadline, f"only {self._read_ahead!r} of {size} octets came"
            self._read_ahead += data or b""
        result, self._read_ahead = self._read_ahead[:size], self._read_ahead[size:]
        return result

    def expect(self, octets: bytes) -> None:
        """Read as many octets, which must be these."""
        assert self.read(len(octets)) == octets

    def expect_nothing(self) -> None:
        """Fail when an octet comes, or the end, within a moment."""
        assert self._receive_within(QUIET) is None
        assert self._read_ahead == b""

    def read_to_end(self) -> bytes:
        """Return what comes until the other side closes."""
        deadline = time.monotonic() + DEADLINE
        while (data := self._receive()) != b"":
            assert time.monotonic() < deadline, f"the stream stays open after {self._read_ahead!r}"
            self._read_ahead += data or b""
        result, self._read_ahead = self._read_ahead, b""
        return result

    def expect_end(self) -> None:
        """Fail unless the other side closes without another octet."""
        assert self.read_to_end() == b""

    def read_frame(self) -> tuple[int, bytes]:
        """Return flags and body of the next frame of ZMTP 2.0 and 3."""
        flags = self.read(1)[0]
        size = int.from_bytes(self.read(8 if flags & 2 else 1), "big")
        return flags, self.read(size)

    def greet(self, minor: int = 1) -> dict[bytes, bytes]:
        """Exchange greetings with the mechanism NULL; return the properties of the other side's READY."""
        self.send(greeting(minor))
        self.read(64)
        flags, body = self.read_frame()
        assert (flags, body[:6]) == (4, b"\x05READY")
        return parse(body[6:])

    def shake_hands(self, kind: str, minor: int = 1, **more: bytes) -> dict[bytes, bytes]:
        """Be a ZMTP 3 peer with the mechanism NULL; return the properties of the other side's READY."""
        found = self.greet(minor)
        self.send(ready(kind, **more))
        return found

    def close(self) -> None:
        self._stream.close()

    def reset(self) -> None:
        """Close with a reset instead of an orderly end."""
        self._stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._stream.close()

    def _receive(self) -> bytes | None:
        """Wait for octets: b"" is the end of the stream, None is nothing for now."""
        if self._tested is not None and not self._tested.closed:
            let_work(self._tested)
        return self._receive_within(DEADLINE if OURS else 0.005)

    def _receive_within(self, seconds: float) -> bytes | None:
        self._stream.settimeout(seconds)
        try:
            return self._stream.recv(65536)
        except TimeoutError:
            return None
        except ConnectionError:
            return b""


def parse(metadata: bytes) -> dict[bytes, bytes]:
    """Return properties as they are, in their order."""
    found = {}
    while metadata:
        end = 1 + metadata[0]
        size = int.from_bytes(metadata[end : end + 4], "big")
        found[metadata[1:end]] = metadata[end + 4 : end + 4 + size]
        metadata = metadata[end + 4 + size :]
    return found


class RawListener:
    """A listening socket, for what connects."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"tcp://127.0.0.1:{self._socket.getsockname()[1]}"

    def accept(self, tested: Socket | None = None) -> RawPeer:
        """Return the next connection; fail when none comes."""
        peer = self.accept_within(DEADLINE, tested)
        if peer is None:
            pytest.fail("nobody connected")
        return peer

    def accept_within(self, seconds: float, tested: Socket | None = None) -> RawPeer | None:
        self._socket.settimeout(seconds)
        try:
            stream, _ = self._socket.accept()
        except TimeoutError:
            return None
        return RawPeer(stream, tested)

    def close(self) -> None:
        self._socket.close()
