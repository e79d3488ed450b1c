"""What pyzmq had before Tornado's loop could watch its sockets."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from tornado.ioloop import IOLoop

from zerowire.api.poller import Poller
from zerowire.constants import PollEvent

EVENTS = {
    IOLoop.READ: PollEvent.POLLIN,
    IOLoop.WRITE: PollEvent.POLLOUT,
    IOLoop.ERROR: PollEvent.POLLERR,
}


def warn(name: str, instead: str) -> None:
    """Warn the caller of our caller."""
    warnings.warn(f"{name} is deprecated: {instead}", DeprecationWarning, stacklevel=3)


class DelayedCallback:
    """Calls a function once, some time after start(). Use IOLoop.call_later()."""

    def __init__(
        self, callback: Callable[[], Any], callback_time: float, io_loop: IOLoop | None = None
    ) -> None:
        """Args:
        callback: The function.
        callback_time: Milliseconds.
        io_loop: The loop that calls it; None is the one of this thread.
        """
        warn("DelayedCallback", "use IOLoop.call_later()")
        self.callback = callback
        self.callback_time = callback_time
        self.io_loop = io_loop or IOLoop.current()
        self._timeout: object = None

    def start(self) -> None:
        """Begin to wait, from the start if it waits already."""
        self.stop()
        self._timeout = self.io_loop.call_later(self.callback_time / 1000, self._run)

    def stop(self) -> None:
        """Do not call the function."""
        if self._timeout is not None:
            self.io_loop.remove_timeout(self._timeout)
            self._timeout = None

    def is_running(self) -> bool:
        """Return whether it waits."""
        return self._timeout is not None

    def _run(self) -> None:
        self._timeout = None
        self.callback()


class ZMQPoller:
    """A Poller with the events of IOLoop, and timeouts in seconds."""

    def __init__(self) -> None:
        self._poller = Poller()

    def register(self, fd: Any, events: int) -> None:
        """Wait for READ, WRITE, ERROR or several of them."""
        self._poller.register(fd, sum(ours for theirs, ours in EVENTS.items() if events & theirs))

    modify = register

    def unregister(self, fd: Any) -> None:
        """Stop waiting for something."""
        self._poller.unregister(fd)

    def poll(self, timeout: float) -> list[tuple[Any, int]]:
        """Wait until something is ready, for so many seconds."""
        ready = self._poller.poll(1000 * timeout)
        return [
            (item, sum(theirs for theirs, ours in EVENTS.items() if events & ours)) for item, events in ready
        ]

    def close(self) -> None:
        """Do nothing."""
