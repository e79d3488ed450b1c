"""What happens to a socket's links, as an asynchronous iterator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zerowire.api.events import EventStream, MonitorEvent, event_of
from zerowire.api.watching import Readiness
from zerowire.asyncio.waiters import Waiters
from zerowire.constants import Event
from zerowire.engine.socket import OTHER, RECEIVE
from zerowire.error import ZMQError
from zerowire.message import frames_of, octets_of

if TYPE_CHECKING:
    from typing import Self

    from zerowire.api.socket import Socket


class AsyncReadiness(Readiness):
    """The EVENTS of a socket; calling it iterates over the events of its links."""

    def __call__(self, mask: int = Event.ALL, timeout: float | None = None) -> AsyncEventStream:
        """Iterate over what happens to the socket's links; see Socket.events."""
        return AsyncEventStream(self._socket, mask, timeout)


class AsyncEventStream(EventStream):
    """The events of a socket, one after another, from now on, for `async for`.

    It ends as EventStream does. Leaving a loop early leaves it open; close() it, or use it as
    an asynchronous context manager.
    """

    __iter__ = None  # type: ignore[assignment]  # it would hold up the loop

    def __init__(self, socket: Socket, events: int = Event.ALL, timeout: float | None = None) -> None:
        super().__init__(socket, events, timeout)
        assert self._reader is not None
        self._core = self._reader._core
        self._waiters = Waiters(self._core)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> MonitorEvent:
        event = await self._await_next()
        if event is None or event.event == Event.MONITOR_STOPPED:
            self.close()
            raise StopAsyncIteration
        return event

    async def _await_next(self) -> MonitorEvent | None:
        """Return the next event; None when the time ran out, or none can come any more."""
        if self._reader is None:
            return None
        core = self._core

        def is_over() -> bool:
            return core.can_receive() or not core.pipes

        try:
            await self._waiters.look_out((RECEIVE, OTHER), is_over, self._timeout_ms)
            with core.lock:
                core.enter()
                message = core.try_receive()
        except ZMQError:
            return None  # closed, or its context is terminated
        return None if message is None else event_of([octets_of(part) for part in frames_of(message)])

    def close(self) -> None:
        """End the stream, and what collected events for it. Idempotent."""
        if not self._waiters.lookers:
            self._waiters.close()
        super().close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()
