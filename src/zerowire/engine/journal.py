"""What has happened to the links of a context's sockets lately, for whoever inspects it."""

from __future__ import annotations

from collections import deque
from itertools import count
from time import time
from typing import TYPE_CHECKING, NamedTuple, cast

from zerowire._native import Lock
from zerowire.constants import Event

if TYPE_CHECKING:
    from zerowire.engine.monitor import Monitor
    from zerowire.engine.socket import SocketCore
    from zerowire.routing.pipe import Pipe

MOST_EVENTS = 256  # that are kept; older ones go
REPEATED = (  # again and again, while somebody is not there or not let in: counted instead
    Event.CONNECTED
    | Event.CONNECT_DELAYED
    | Event.CONNECT_RETRIED
    | Event.CLOSED
    | Event.BIND_FAILED
    | Event.ACCEPT_FAILED
    | Event.HANDSHAKE_FAILED_NO_DETAIL
    | Event.HANDSHAKE_FAILED_PROTOCOL
    | Event.HANDSHAKE_FAILED_AUTH
)
NEAR = 12  # events among which a repeated one is looked for


class Happening(NamedTuple):
    """An event of a monitor, with when and to which socket it happened."""

    serial: int
    time: float  # seconds since 1970; of the last time
    socket: int  # as the inspector counts them
    event: int
    value: int
    local: str
    remote: str
    words: str
    times: int = 1


class Journal:
    """A ring of events. Any thread may write."""

    def __init__(self) -> None:
        self.recent: deque[Happening] = deque(maxlen=MOST_EVENTS)
        self._serial = count(1)
        self._lock = Lock()  # the last that anybody takes: nothing is called with it

    def copy(self) -> list[Happening]:
        """Return the events, the oldest first."""
        with self._lock:
            return [*self.recent]

    def note(self, socket: int, event: int, value: int, ends: tuple[str, str], words: str) -> None:
        """Write an event down, or count it with an equal one shortly before."""
        with self._lock:
            self._note(socket, event, value, ends, words)

    def _note(self, socket: int, event: int, value: int, ends: tuple[str, str], words: str) -> None:
        recent = self.recent
        if event & REPEATED:
            for back in range(1, min(NEAR, len(recent)) + 1):
                before = recent[-back]
                if before[2:4] + before[5:8] == (socket, event, *ends, words):
                    recent[-back] = before._replace(time=time(), value=value, times=before.times + 1)
                    return
        recent.append(Happening(next(self._serial), time(), socket, event, value, *ends, words))


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
