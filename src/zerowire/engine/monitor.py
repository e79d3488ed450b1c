"""Tell the application what happens to a socket's links.

A monitor is a PAIR, PUB or PUSH socket of the same context that events are sent on. It is
never waited for, so that one without a reader holds up nothing (MON-5): events that find no
room in its pipe wait here for the next event, MOST_EVENTS at most, and the oldest of them are
dropped and counted. So a reader that falls far behind misses some in the middle, but not the
last one: MONITOR_STOPPED, and what waits then, goes out whether there is room or not.

Lock order: a socket's lock, then that of its monitor's socket. The latter has no monitor.
"""

from __future__ import annotations

import struct
from collections import deque
from typing import TYPE_CHECKING

from zerowire.constants import Errno, Event, SocketType
from zerowire.error import zmq_error
from zerowire.message import Message
from zerowire.routing.pipe import Pipe
from zerowire.transport.endpoint import encode, parse

if TYPE_CHECKING:
    from zerowire.engine.journal import Tap
    from zerowire.engine.socket import SocketCore

MOST_EVENTS = 1000  # that wait for a reader
WORDY = 1000  # a version of our own: as 2, and behind it what went wrong, in words
V1_EVENTS = 0xFFFF


class Monitor:
    """Sends a socket's events to whoever listens."""

    def __init__(self, sink: SocketCore, events: int, version: int, tap: Tap | None = None) -> None:
        self.tap = tap  # is told of all events, too
        self._sink = sink
        self._events = events
        self._version = version
        self._waiting: deque[Message] = deque()
        self.dropped = 0
        sink.on_attached = self._send

    def wants(self, event: Event | int) -> bool:
        """Whether an event was asked for."""
        return bool(self._events & event)

    def emit(
        self, event: Event | int, value: int, endpoint: str, local: str, remote: str, words: str = ""
    ) -> None:
        """Send an event, if it was asked for; `words` say what went wrong."""
        if self.tap is not None and event != Event.MONITOR_STOPPED:
            self.tap.emit(event, value, endpoint, local, remote, words)
        if not self._events & event:
            return
        if self._version == 1:
            self._keep(event_v1(event, value, endpoint))
            return
        behind = [encode(words)] if self._version == WORDY else []
        self._keep([*event_v2(event, (value,), local, remote), *behind])

    def emit_pipe(self, pipe: Pipe) -> None:
        """Send how many messages wait in a pipe: to be sent, and to be received (MON-6)."""
        waiting = (len(pipe.outbound.items), len(pipe.inbound.items))
        self._keep([*event_v2(Event.PIPES_STATS, waiting, "", pipe.endpoint)])

    def _keep(self, message: Message) -> None:
        with self._sink.lock:
            if len(self._waiting) >= MOST_EVENTS:
                self._waiting.popleft()
                self.dropped += 1
            self._waiting.append(message)
            self._send()

    def _send(self) -> None:
        """Send what waits; called when there is an event, and when a reader connects."""
        sink = self._sink
        if sink.is_closed or sink.is_stopped:
            return
        sink.enter()
        while self._waiting and sink.try_send(self._waiting[0]):
            self._waiting.popleft()

    def stop(self) -> None:
        """Send what waits and MONITOR_STOPPED, and close."""
        with self._sink.lock:
            self._sink.settings.sndhwm = 0  # no limit
            self._sink.update_hwm()
            self._send()
        self.emit(Event.MONITOR_STOPPED, 0, "", "", "")
        with self._sink.lock:
            self._sink.close(0)


def event_v1(event: Event | int, value: int, endpoint: str) -> Message:
    """Return an event in the older form: 16-bit event, 32-bit value; endpoint (MON-3)."""
    return [struct.pack("=HI", event, value & 0xFFFFFFFF), encode(endpoint)]


def event_v2(event: Event | int, values: tuple[int, ...], local: str, remote: str) -> list[bytes]:
    """Return an event in the newer form: event; number of values; values; both endpoints (MON-4)."""
    numbers = (event, len(values), *(value & 0xFFFFFFFFFFFFFFFF for value in values))
    return [*map(struct.Struct("=Q").pack, numbers), encode(local), encode(remote)]


def report_pipes(core: SocketCore) -> None:
    """Send a PIPES_STATS event for each pipe of a socket. Called with its lock held.

    Raises:
        ZMQError: EINVAL when no monitor asked for PIPES_STATS, EAGAIN when there are no pipes.
    """
    if core.monitor is None or not core.monitor.wants(Event.PIPES_STATS):
        raise zmq_error(Errno.EINVAL, "no monitor of version 2 asks for PIPES_STATS events")
    if not core.pipes:
        raise zmq_error(Errno.EAGAIN, "the socket has no pipes to tell of")
    for pipe in core.pipes:
        core.monitor.emit_pipe(pipe)


def start(core: SocketCore, endpoint: str, events: int, version: int, socket_type: int) -> Monitor:
    """Begin to monitor a socket; stops the monitor that it had. Called with its lock held.

    Raises:
        ZMQError: EPROTONOSUPPORT unless the endpoint is inproc, EINVAL for events that the
            version does not know or a socket type that cannot be a monitor, EADDRINUSE.
    """
    if parse(endpoint).scheme != "inproc":
        raise zmq_error(Errno.EPROTONOSUPPORT, f"a monitor needs an inproc:// endpoint, not {endpoint}")
    if version not in (1, 2, WORDY) or (version == 1 and events & ~V1_EVENTS):
        raise zmq_error(Errno.EINVAL, f"monitor version {version} does not know the events {events:#x}")
    tap = None
    if core.monitor is not None:
        tap = core.monitor.tap
        core.monitor.stop()
        core.monitor = None
    if socket_type not in (SocketType.PAIR, SocketType.PUB, SocketType.PUSH):
        raise zmq_error(Errno.EINVAL, f"a monitor is a PAIR, PUB or PUSH socket, not {socket_type!r}")
    sink = core.context.open_socket(SocketType(socket_type))
    with sink.lock:
        sink.settings.linger = 0
        try:
            sink.enter()
            sink.endpoints.bind(endpoint)
        except BaseException:
            sink.close(0)
            raise
    core.monitor = made = Monitor(sink, events, version, tap)
    return made
