"""What happens to a socket's links, for greenlets."""

from __future__ import annotations

from zerowire.api import events, watching
from zerowire.constants import Event
from zerowire.error import ZMQError


class EventStream(events.EventStream):
    """The events of a socket; other greenlets run until the next one. See zerowire.EventStream."""

    def _next(self) -> events.MonitorEvent | None:
        reader = self._reader
        if reader is None:
            return None
        core = reader._core
        try:
            if not reader._wait_until(lambda: core.can_receive() or not core.pipes, self._timeout_ms):
                return None
        except ZMQError:
            return None  # closed, or its context is terminated
        return super()._next()


class Readiness(watching.Readiness):
    """The EVENTS of a socket; calling it iterates over the events of its links."""

    def __call__(self, mask: int = Event.ALL, timeout: float | None = None) -> EventStream:
        """Iterate over what happens to the socket's links; see Socket.events."""
        return EventStream(self._socket, mask, timeout)
