"""The end of a link whose last octet is written.

A connection that is closed over input, or while the peer still talks, is reset by the
system, and what has not reached the peer by then is thrown away. So a link that has
written all ends its own side first. Then it reads what nobody wants any more, until the
peer has ended too, or the system says that the peer has everything.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from zerowire.error import ZMQError
from zerowire.reactor.poller import READABLE
from zerowire.reactor.timers import Timer
from zerowire.transport.base import Stream

if TYPE_CHECKING:
    from zerowire.engine.socket import SocketCore

READ_SIZE = 65536
FIRST_LOOK = 0.001  # seconds; each look is twice as far from the last, as nothing announces an arrival
LONGEST_INTERVAL = 0.25
PATIENCE = 5.0  # seconds without any arrival after which the peer is given up; LINGER may end it earlier


class Parting:
    """Waits until the peer has all that was written to a stream."""

    __slots__ = ("_core", "_in_flight", "_interval", "_on_over", "_stream", "_timer", "_waited")

    def __init__(self, core: SocketCore, stream: Stream, on_over: Callable[[], None]) -> None:
        self._core = core
        self._stream = stream
        self._on_over = on_over  # called once, unless it is cancelled
        self._in_flight = stream.in_flight
        self._interval = FIRST_LOOK
        self._waited = 0.0  # seconds since something is known to have arrived
        self._timer: Timer | None = None

    def start(self) -> None:
        """End the writing side.

        Raises:
            ZMQError: The stream is broken.
        """
        self._stream.end()
        self._core.poller.register(self._stream.fileno(), READABLE, self)
        self._schedule()

    def cancel(self) -> None:
        """Leave the stream alone. Idempotent."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._core.poller.unregister(self._stream.fileno())

    def on_ready(self, ready: int) -> None:
        """The peer still talks, or it has heard the end, and ends as well."""
        if self._timer is None:
            return  # cancelled after the poller had found it ready
        try:
            data = self._stream.receive(READ_SIZE)
        except ZMQError:
            data = b""
        if data == b"" or (data and not self._stream.in_flight):
            self._finish()

    def _look(self) -> None:
        left = self._stream.in_flight
        self._waited += self._interval
        if left < self._in_flight:
            self._in_flight = left
            self._waited = 0.0
        if left and self._waited < PATIENCE:
            self._interval = min(2 * self._interval, LONGEST_INTERVAL)
            self._schedule()
        else:
            self._finish()

    def _schedule(self) -> None:
        self._timer = self._core.timers.schedule(monotonic() + self._interval, self._look)

    def _finish(self) -> None:
        self.cancel()
        self._on_over()
