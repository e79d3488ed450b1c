"""A peer in a process of its own, with pyzmq or a module like it, which does what lines of JSON tell it.

    python -m tests.interop.peer_program [module]

A line on standard input is [method, argument, ...] of Program, the answer is one line:
{"value": ...}, or {"errno": ..., "text": ...} when libzmq refused.
"""

from __future__ import annotations

import importlib
import json
import sys
import threading
from typing import Any

from tests.interop.payload import from_json, pattern, to_json

zmq: Any = importlib.import_module(sys.argv[1] if len(sys.argv) > 1 else "zmq")
PATIENCE = 10_000


class Handler(threading.Thread):
    """A ZAP handler that answers everybody the same."""

    def __init__(self, context: Any, status: bytes, user: bytes) -> None:
        super().__init__(daemon=True)
        self.requests: list[list[bytes]] = []
        self._answer = [status, b"", user, b""]
        self._is_stopped = False
        self._socket = context.socket(zmq.REP)
        self._socket.bind("inproc://zeromq.zap.01")

    def run(self) -> None:
        while not self._is_stopped:
            if self._socket.poll(20):
                self.requests.append(self._socket.recv_multipart())
                self._socket.send_multipart([*self.requests[-1][:2], *self._answer])
        self._socket.close(0)

    def stop(self) -> None:
        self._is_stopped = True
        self.join()


class Program:
    """What the peer can be told to do. Sockets are numbered in the order of their opening."""

    def __init__(self) -> None:
        self._context = zmq.Context()
        self._sockets: dict[int, Any] = {}
        self._handler: Handler | None = None

    def open(self, kind: str, options: dict[str, Any]) -> int:
        socket = self._context.socket(getattr(zmq, kind))
        number = max(self._sockets, default=0) + 1
        self._sockets[number] = socket
        for name, value in {"linger": 0, "sndtimeo": PATIENCE, **options}.items():
            self.set(number, name, value)
        return number

    def set(self, number: int, name: str, value: Any) -> None:
        self._sockets[number].setsockopt(getattr(zmq, name.upper()), value)

    def get(self, number: int, name: str) -> Any:
        return self._sockets[number].getsockopt(getattr(zmq, name.upper()))

    def bind(self, number: int, endpoint: str) -> str:
        self._sockets[number].bind(endpoint)
        last: bytes = self._sockets[number].getsockopt(zmq.LAST_ENDPOINT)
        return last.decode()

    def unbind(self, number: int, endpoint: str) -> None:
        self._sockets[number].unbind(endpoint)

    def connect(self, number: int, endpoint: str) -> None:
        self._sockets[number].connect(endpoint)

    def disconnect(self, number: int, endpoint: str) -> None:
        self._sockets[number].disconnect(endpoint)

    def send(self, number: int, frames: list[bytes]) -> None:
        self._sockets[number].send_multipart(frames)

    def recv(self, number: int, timeout: int) -> list[bytes] | None:
        """Receive a message, or return None when the milliseconds are over."""
        socket = self._sockets[number]
        return socket.recv_multipart() if socket.poll(timeout) else None

    def recv_many(self, number: int, count: int) -> list[list[bytes] | None]:
        return [self.recv(number, PATIENCE) for _ in range(count)]

    def send_numbers(self, number: int, count: int) -> None:
        """Send the numbers from 0 as text."""
        for i in range(count):
            self._sockets[number].send(str(i).encode())

    def send_bulky(self, number: int, most: int, size: int) -> int:
        """Send [number, pattern] until SNDTIMEO runs out, or `most` times; return how often."""
        body = pattern(size)
        for sent in range(most):
            try:
                self._sockets[number].send_multipart([str(sent).encode(), body])
            except zmq.Again:
                return sent
        return most

    def recv_properties(self, number: int, names: list[str]) -> list[str]:
        """Receive a message and return what its first frame tells of the peer."""
        frame = self._sockets[number].recv_multipart(copy=False)[0]
        return [str(frame.get(name)) for name in names]

    def decide(self, status: bytes, user: bytes) -> None:
        """Have a ZAP handler answer everybody so, from now on."""
        self._handler = Handler(self._context, status, user)
        self._handler.start()

    def requests(self) -> list[list[bytes]]:
        """Return what the handler was asked."""
        return [] if self._handler is None else self._handler.requests

    def close(self, number: int, linger: int) -> None:
        self._sockets.pop(number).close(linger)

    def close_all(self) -> None:
        for number in list(self._sockets):
            self.close(number, 0)
        if self._handler is not None:
            self._handler.stop()
            self._handler = None

    def end(self) -> None:
        """Close all and wait until what lingers has been sent."""
        for number in list(self._sockets):
            self._sockets.pop(number).close()
        self._context.term()


def main() -> None:
    program = Program()
    for line in sys.stdin:
        method, *arguments = json.loads(line)
        try:
            answer = {"value": to_json(getattr(program, method)(*from_json(arguments)))}
        except zmq.ZMQError as error:
            answer = {"errno": error.errno, "text": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
