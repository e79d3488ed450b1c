"""What has happened to the links of a context's sockets lately, for whoever inspects it."""

from __future__ import annotations

from collections import deque
from itertools import count
from time import time
from typing import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from zerowire.constants import Event
    from zerowire.engine.monitor import Monitor
    from zerowire.engine.socket import SocketCore
    from zerowire.routing.pipe import Pipe

MOST_EVENTS = 256  # that are kept; older ones go


class Happening(NamedTuple):
    """An event of a monitor, with when and to which socket it happened."""

    serial: int
    time: float  # seconds since 1970
    socket: int  # as the inspector counts them
    event: int
    value: int
    local: str
    remote: str
    words: str


class Journal:
    """A ring of events. Any thread may write; a reader takes a copy."""

    def __init__(self) -> None:
        self.recent: deque[Happening] = deque(maxlen=MOST_EVENTS)
        self._serial = count(1)

    def note(self, socket: int, event: int, value: int, ends: tuple[str, str], words: str) -> None:
        """Write an event down."""
        self.recent.append(Happening(next(self._serial), time(), socket, event, value, *ends, words))


class Tap:
    """Stands where a socket's monitor would, or is told by the one that does, and fills the journal."""

    __slots__ = ("_journal", "_socket")

    def __init__(self, journal: Journal, socket: int) -> None:
        self._journal = journal
        self._socket = socket

    @property
    def tap(self) -> Tap:
        """What a monitor that takes this place shall tell."""
        return self

    def wants(self, event: Event | int) -> bool:
        """Whether an event was asked for: PIPES_STATS, say, which a journal has no use for."""
        return False

    def emit(
        self, event: Event | int, value: int, endpoint: str, local: str, remote: str, words: str = ""
    ) -> None:
        """Write an event down."""
        self._journal.note(self._socket, event, value, (local, remote), words)

    def emit_pipe(self, pipe: Pipe) -> None:
        """Nobody asked for this."""

    def stop(self) -> None:
        """A monitor takes this place, or the socket is closed."""


def tap(core: SocketCore, journal: Journal, socket: int) -> None:
    """Have a socket's events written down, whoever else listens. Called with its lock held."""
    if core.is_closed:
        return
    if core.monitor is None:
        core.monitor = cast("Monitor", Tap(journal, socket))
    elif core.monitor.tap is None:
        core.monitor.tap = Tap(journal, socket)


def untap(core: SocketCore) -> None:
    """Write nothing down any more. Called with the socket's lock held."""
    if isinstance(core.monitor, Tap):
        core.monitor = None
    elif core.monitor is not None:
        core.monitor.tap = None
