"""One process's part in a measurement, and what a measurement is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

HWM = 1000  # messages
QUEUED = 2**26  # octets that a queue of large messages may hold
UNLIMITED = 0

Figures = dict[str, float]
"""What was measured, by name; names that two processes report are added up."""


@dataclass(frozen=True)
class Work:
    """One process's part in a measurement.

    Attributes:
        zmq, context: The library and a context of it; None for bare sockets.
        module: What a program imports to have the library.
        place: Where to bind: an endpoint that nobody else has.
        targets: What the process before this one has announced.
        tell: Takes the endpoints that the next process is to connect to.
        stay: Returns when the first process has its figures. A socket of libzmq that is closed
            before may take what it has sent with it, over ipc.
        size: Octets a message, or a frame of it.
        count: Messages to measure.
        peers: How many take part, for workloads of many.
        rate: Messages a second, for workloads that keep to one.
        parts: Frames a message.
    """

    zmq: Any
    context: Any
    module: str
    place: str
    targets: list[str]
    tell: Callable[[list[str]], None]
    stay: Callable[[], object]
    size: int
    count: int
    peers: int
    rate: int
    parts: int

    @property
    def warm_up(self) -> int:
        """How many messages go ahead unmeasured."""
        return self.count // 5 + 1

    @property
    def hwm(self) -> int:
        """The high-water mark of every queue that the case does not speak of."""
        return max(10, min(HWM, QUEUED // (self.size * self.parts)))

    def bind(self, kind: str, name: str = "", hwm: int | None = None) -> Any:
        """Open a bound socket; a second one needs a name."""
        socket = self._open(kind, hwm)
        socket.bind(self.place if self.place.endswith("*") else self.place + name)
        return socket

    def connect(self, kind: str, target: int = 0, hwm: int | None = None) -> Any:
        """Open a socket that is connected to what was announced."""
        socket = self._open(kind, hwm)
        socket.connect(self.targets[target])
        return socket

    def announce(self, *sockets: Any) -> None:
        """Let the next process connect to these bound sockets."""
        self.tell([socket.get_string(self.zmq.LAST_ENDPOINT).rstrip("\0") for socket in sockets])

    def _open(self, kind: str, hwm: int | None) -> Any:
        socket = self.context.socket(getattr(self.zmq, kind))
        socket.set_hwm(self.hwm if hwm is None else hwm)
        return socket


Role = Callable[[Work], Figures]


@dataclass(frozen=True)
class Workload:
    """What the processes of a measurement do.

    Attributes:
        theme: What it belongs to in reports.
        roles: What each process does. Each announces endpoints, and the next connects to them.
        sockets: The same with bare sockets instead of a library, where that makes sense.
        endless: The role that goes on until it is killed, if one does.
    """

    theme: str
    roles: tuple[Role, ...]
    sockets: tuple[Role, ...] = ()
    endless: Role | None = None


def percentiles(nanoseconds: list[int]) -> Figures:
    """Return what half, 99 % and 99.9 % of the times do not exceed, in microseconds."""
    times = sorted(nanoseconds)
    last = len(times) - 1
    parts = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}
    return {name: times[min(last, int(len(times) * part))] / 1000 for name, part in parts.items()}
