"""A peer in a process of its own, with ZeroWire or libzmq, which does what lines of JSON tell it.

    python -m tests.interop.pgm_program zerowire|libzmq

A line on standard input is [method, argument, ...] of Program, the answer is one line:
{"value": ...}, or {"errno": ..., "text": ...} when the library refused.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import zerowire
from tests.interop import pgm_libzmq
from tests.interop.payload import from_json, pattern, to_json
from zerowire.constants import Errno, SocketOption, SocketType
from zerowire.engine import multicast_publisher


class OurContext:
    """ZeroWire with the methods of pgm_libzmq.Context."""

    def __init__(self) -> None:
        self._context = zerowire.Context()

    def socket(self, kind: str) -> OurSocket:
        return OurSocket(self._context.socket(SocketType[kind]))


class OurSocket:
    """A socket of ZeroWire with the methods of pgm_libzmq.Socket."""

    def __init__(self, socket: zerowire.Socket) -> None:
        self.socket = socket
        for method in ("bind", "connect", "unbind", "send_multipart", "recv_multipart", "close"):
            setattr(self, method, getattr(socket, method))

    def setsockopt(self, name: str, value: int | bytes) -> None:
        self.socket.setsockopt(SocketOption[name], value)


def numbered(number: int, size: int, parts: int) -> list[bytes]:
    """Return the message that has a number: so many frames of so many octets, at least."""
    first = b"%d " % number
    return [first + pattern(size - len(first))] + [b"%d part %d" % (number, part) for part in range(1, parts)]


class Program:
    """What a peer can be told to do. Sockets are numbered in the order of their opening."""

    def __init__(self, library: str) -> None:
        self._context: Any = OurContext() if library == "zerowire" else pgm_libzmq.Context()
        self._sockets: dict[int, Any] = {}

    def open(self, kind: str, options: dict[str, Any]) -> int:
        number = len(self._sockets) + 1
        socket = self._sockets[number] = self._context.socket(kind)
        if kind == "SUB":
            options = {"subscribe": b"", **options}
        for name, value in {"linger": 0, **options}.items():
            socket.setsockopt(name.upper(), value)
        return number

    def begin_at(self, first: int) -> None:
        """Have sessions of ZeroWire begin with another packet than 0."""
        multicast_publisher.FIRST = first

    def bind(self, number: int, endpoint: str) -> None:
        self._sockets[number].bind(endpoint)

    def connect(self, number: int, endpoint: str) -> None:
        self._sockets[number].connect(endpoint)

    def unbind(self, number: int, endpoint: str) -> None:
        self._sockets[number].unbind(endpoint)

    def setsockopt(self, number: int, name: str, value: int | bytes) -> None:
        self._sockets[number].setsockopt(name, value)

    def send(self, number: int, frames: list[bytes]) -> None:
        self._sockets[number].send_multipart(frames)

    def send_numbers(self, number: int, first: int, count: int, size: int, parts: int, pause: float) -> None:
        """Send numbered messages, with a pause behind each."""
        for each in range(first, first + count):
            self._sockets[number].send_multipart(numbered(each, size, parts))
            if pause:
                time.sleep(pause)  # the peer's pace, not the test's: what libzmq cannot send at once it drops

    def recv(self, number: int, timeout: int) -> list[bytes] | None:
        """Receive a message, or return None when the milliseconds are over."""
        self._sockets[number].setsockopt("RCVTIMEO", timeout)
        try:
            message: list[bytes] = self._sockets[number].recv_multipart()
        except (zerowire.ZMQError, pgm_libzmq.LibzmqError) as error:
            if error.errno != Errno.EAGAIN:
                raise
            return None
        return message

    def recv_numbers(self, number: int, last: int, idle: int) -> list[list[int]]:
        """Receive numbered messages up to the last, or until none comes for so many milliseconds.

        Returns [first, last] of each run of numbers that followed each other, and [-1, -1] for each
        message that is not as it was sent.
        """
        runs: list[list[int]] = []
        while (message := self.recv(number, idle)) is not None:
            found = int(message[0].split(b" ")[0])
            if message != numbered(found, len(message[0]), len(message)):
                runs.append([-1, -1])
            elif runs and runs[-1][1] == found - 1:
                runs[-1][1] = found
            else:
                runs.append([found, found])
            if found >= last:
                break
        return runs

    def recv_all(self, number: int, count: int, idle: int) -> list[int]:
        """Receive so many numbered messages, or until none comes for so many milliseconds."""
        found: list[int] = []
        while len(found) < count and (message := self.recv(number, idle)) is not None:
            found.append(int(message[0].split(b" ")[0]))
        return found

    def recv_times(self, number: int, count: int, idle: int) -> list[float]:
        """Receive so many messages, and return when each came."""
        return [time.monotonic() for _ in range(count) if self.recv(number, idle) is not None]

    def stats(self, number: int) -> list[dict[str, Any]]:
        """Return what ZeroWire tells of multicast, an entry for each peer."""
        peers = self._sockets[number].socket.peers()
        return [{"endpoint": peer.endpoint, **peer.multicast._asdict()} for peer in peers]

    def wait_for_peers(self, number: int, count: int) -> bool:
        found: bool = self._sockets[number].socket.wait_for_peers(count, timeout=10_000)
        return found

    def close(self, number: int, linger: int) -> None:
        self._sockets[number].close(linger)


def main() -> None:
    program = Program(sys.argv[1])
    for line in sys.stdin:
        method, *arguments = json.loads(line)
        try:
            value = getattr(program, method)(*from_json(arguments))
            answer: dict[str, Any] = {"value": to_json(value)}
        except (zerowire.ZMQError, pgm_libzmq.LibzmqError) as error:
            answer = {"errno": error.errno, "text": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
