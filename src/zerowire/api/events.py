"""What happens to a socket's links, as typed events.

    for event in socket.events():
        print(event)

`Event` names them; MonitorEvent carries one, EventStream is what the loop runs over.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from zerowire.api.blocking import until
from zerowire.api.poller import milliseconds
from zerowire.constants import Event, SocketType
from zerowire.engine import monitor
from zerowire.error import ZMQError, strerror
from zerowire.message import frames_of, octets_of

if TYPE_CHECKING:
    from typing import Self

    from zerowire.api.socket import Socket

NUMBER = struct.Struct("=Q")
SIGNED = struct.Struct("=q")
WITH_ERRNO = (
    Event.CONNECT_DELAYED
    | Event.BIND_FAILED
    | Event.ACCEPT_FAILED
    | Event.CLOSE_FAILED
    | Event.HANDSHAKE_FAILED_NO_DETAIL
)
ZAP_STATUS = {  # RFC 27
    300: "the authenticator asks to try again later",
    400: "the authenticator refused",
    500: "the authenticator failed",
}

_serial = count(1)


class MonitorEvent(NamedTuple):
    """One thing that happened to a link.

    Attributes:
        event: What it was.
        value: A descriptor, an error number, milliseconds, a code or a count, as the event has it.
        local: The endpoint at this end; may be empty.
        remote: The endpoint at the peer's end; may be empty.
        words: What went wrong with a handshake, as this side has seen it; may be empty.
    """

    event: Event
    value: int
    local: str
    remote: str
    words: str = ""

    @property
    def endpoint(self) -> str:
        """Where it happened: the peer's endpoint, or ours when there is no peer."""
        return self.remote or self.local

    @property
    def reason(self) -> str:
        """What went wrong, in words; "" for an event that tells of no failure."""
        if self.event == Event.HANDSHAKE_FAILED_AUTH:
            return ZAP_STATUS.get(self.value, f"status {self.value}")
        if self.words:
            return self.words
        if self.event & WITH_ERRNO:
            return strerror(self.value) if self.value > 0 else ""
        if self.event == Event.PACKETS_LOST:
            return f"{self.value} will never come"
        if self.event == Event.HANDSHAKE_FAILED_PROTOCOL:
            name = Event(self.value).name or f"code {self.value:#x}"
            return name.removeprefix("PROTOCOL_ERROR_").replace("_", " ").lower()
        return ""

    def __str__(self) -> str:
        reason = f" ({self.reason})" if self.reason else ""
        return f"{self.event.name} {self.endpoint}{reason}"


def event_of(frames: Sequence[bytes | memoryview]) -> MonitorEvent:
    """Read an event of version 2, with or without words behind it; of several values the first (MON-4).

    Raises:
        ValueError: It is none.
    """
    try:
        number, how_many, *rest = frames
        (event,), (count,) = NUMBER.unpack(number), NUMBER.unpack(how_many)
        if len(rest) - count not in (2, 3):
            raise ValueError(f"an event of {len(frames)} frames cannot have {count} values")
        value = SIGNED.unpack(rest[0])[0] if count else 0
    except struct.error as error:
        raise ValueError("an event has a number that is not 8 octets long") from error
    texts = (bytes(text).decode(errors="surrogateescape") for text in rest[count:])
    return MonitorEvent(Event(event), value, *texts)


def listen(socket: Socket, endpoint: str, events: int, version: int) -> tuple[Socket, monitor.Monitor]:
    """Begin to monitor a socket; return the one that receives its events, and the monitor.

    Raises:
        ZMQError: As monitor.start(); ENOTSOCK when the socket is closed, ETERM, EMFILE.
    """
    core = socket._core
    with core.lock:
        core.enter()
    reader = socket.context.socket(SocketType.PAIR)  # first, as there may be no room for it
    reader._warns = False
    try:
        with core.lock:
            core.enter()
            made = monitor.start(core, endpoint, events, version, SocketType.PAIR)
        reader.connect(endpoint)
    except BaseException:
        reader.close(0)
        raise
    return reader, made


class EventStream:
    """The events of a socket, one after another, from now on.

    It ends when the socket is closed, when its context is terminated, or when another
    monitor takes over: a socket has one. Leaving a loop early leaves it open; close() it, or
    use it as a context manager.
    """

    def __init__(self, socket: Socket, events: int = Event.ALL, timeout: float | None = None) -> None:
        """Begin to collect events.

        Args:
            socket: Whose events.
            events: Which of them. ALL has PACKETS_LOST in it, too, which libzmq does not know.
            timeout: Milliseconds without an event after which the stream ends; None is for ever.

        Raises:
            ZMQError: ENOTSOCK when the socket is closed, ETERM.
        """
        self._watched = socket._core
        self._timeout_ms = milliseconds(timeout)
        endpoint = f"inproc://zerowire.events-{next(_serial)}"
        wanted = events | Event.MONITOR_STOPPED
        if events == Event.ALL:
            wanted |= Event.PACKETS_LOST
        self._reader: Socket | None
        self._reader, self._monitor = listen(socket, endpoint, wanted, monitor.WORDY)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> MonitorEvent:
        event = self._next()
        if event is None or event.event == Event.MONITOR_STOPPED:
            self.close()
            raise StopIteration
        return event

    def _next(self) -> MonitorEvent | None:
        """Return the next event; None when the time ran out, or none can come any more."""
        reader = self._reader  # another thread may close the stream meanwhile
        if reader is None:
            return None
        core = reader._core
        try:
            with core.lock:
                core.enter()
                until(core, lambda: core.can_receive() or not core.pipes, self._timeout_ms)
                message = core.try_receive()
        except ZMQError:
            return None  # closed, or its context is terminated
        return None if message is None else event_of([octets_of(part) for part in frames_of(message)])

    def close(self) -> None:
        """End the stream, and what collected events for it. Idempotent."""
        if self._reader is None:
            return
        watched = self._watched
        with watched.lock:
            if watched.monitor is not None and watched.monitor is self._monitor:
                watched.monitor.stop()
                watched.monitor = None
        self._reader.close(0)
        self._reader = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
