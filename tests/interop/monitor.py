"""The events of a socket, by name."""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

from tests.interop.library import DEADLINE, Socket, zmq


class Happening(NamedTuple):
    name: str
    value: int
    endpoint: str


class Watch:
    """Reads a socket's monitor. Close it after the socket, or before."""

    def __init__(self, socket: Socket, events: int = 0xFFFF) -> None:
        self._monitor: Any = socket.get_monitor_socket(events)
        self._watched = socket

    def next(self, timeout: float = DEADLINE) -> Happening | None:
        """Return the next event, or None when the seconds are over."""
        if not self._monitor.poll(int(timeout * 1000)):
            return None
        head, endpoint = self._monitor.recv_multipart()
        number, value = struct.unpack("=HI", head)
        return Happening(zmq.Event(number).name, value, endpoint.decode())

    def until(self, name: str) -> list[Happening]:
        """Return the events up to the first of that name; fail when it does not come."""
        seen: list[Happening] = []
        while not seen or seen[-1].name != name:
            happening = self.next()
            assert happening is not None, f"no {name} after {seen}"
            seen.append(happening)
        return seen

    def names_until(self, name: str) -> list[str]:
        return [happening.name for happening in self.until(name)]

    def close(self) -> None:
        """Stop watching."""
        if not self._watched.closed:
            self._watched.disable_monitor()
        self._monitor.close(0)
