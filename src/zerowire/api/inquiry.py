"""Asks inspections of contexts, here and in other processes, what goes on there."""

from __future__ import annotations

import json
from collections.abc import Collection
from itertools import count
from typing import TYPE_CHECKING, Any

from zerowire._native import time
from zerowire.api.inspection import FORMAT, SNAPSHOT, VERSION, PrivateContext
from zerowire.api.poller import Poller
from zerowire.constants import Flag, PollEvent, SocketOption, SocketType
from zerowire.engine.inspection import readable
from zerowire.error import Again, ZMQError

if TYPE_CHECKING:
    from typing import Self

    from zerowire.api.socket import Socket

PATIENCE = 1000  # milliseconds


class Inquirer:
    """Keeps connected to the endpoints that it asks. One thread at a time."""

    def __init__(self) -> None:
        self._context = PrivateContext()
        self._sockets: dict[str, Socket] = {}
        self._serial = count(1)

    def ask(self, endpoints: Collection[str], timeout: float = PATIENCE) -> dict[str, dict[str, Any]]:
        """Return what each endpoint has answered; of one that did not in time there is nothing.

        Args:
            endpoints: Whom to ask; who was asked before, and is not now, is left.
            timeout: Milliseconds to wait for all of them together.

        Raises:
            ZMQError: As connect().
        """
        self._follow(endpoints)
        token = b"%d" % next(self._serial)  # comes back with the answer to this question, and no other
        waiting = {}
        poller = Poller()
        for endpoint, socket in self._sockets.items():
            try:
                socket.send_multipart([token, b"", SNAPSHOT], Flag.NOBLOCK)
            except Again:  # it has not answered for long
                continue
            poller.register(socket, PollEvent.POLLIN)
            waiting[socket] = endpoint
        answers = {}
        deadline = time.monotonic() + timeout / 1000
        while waiting and (left := deadline - time.monotonic()) > 0:
            for socket, _ in poller.poll(left * 1000):
                head, *rest = socket.recv_multipart()
                if head == token:
                    poller.unregister(socket)
                    answers[waiting.pop(socket)] = read(rest[-1])
        return answers

    def _follow(self, endpoints: Collection[str]) -> None:
        """Be connected to these endpoints, and to no others."""
        for endpoint in tuple(self._sockets):
            if endpoint not in endpoints:
                self._sockets.pop(endpoint).close(0)
        for endpoint in endpoints:
            if endpoint not in self._sockets:
                socket = self._context.socket(SocketType.DEALER)
                socket.set(SocketOption.LINGER, 0)
                socket.set(SocketOption.SNDHWM, 2)
                try:
                    socket.connect(endpoint)
                except ZMQError:
                    socket.close(0)
                    raise
                self._sockets[endpoint] = socket

    def close(self) -> None:
        """Leave everybody. Idempotent."""
        self._context.destroy(0)
        self._sockets.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read(octets: bytes) -> dict[str, Any]:
    """Return what an inspection has answered; with "error" in it if that is no snapshot."""
    try:
        found = harmless(json.loads(octets))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        return {"error": "what answers there is no inspection"}
    is_whole = found.get("version") == VERSION and isinstance(found.get("sockets"), list)
    if "error" not in found and not is_whole:
        return {"error": f"what answers there is no inspection of version {VERSION}"}
    return found


def harmless(value: Any) -> Any:
    """Return JSON whose texts can be printed: not all that answers is ours."""
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, list):
        return [harmless(each) for each in value]
    if isinstance(value, dict):
        return {readable(name): harmless(each) for name, each in value.items()}
    return value
