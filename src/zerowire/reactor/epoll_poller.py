"""The poller of Linux. poller.py has the contract."""

from __future__ import annotations

import sys
from contextlib import suppress

from zerowire._native import select
from zerowire.reactor.readiness import READABLE, WRITABLE

assert sys.platform == "linux"

MAX_EVENTS = 256  # a wait; more stay ready for the next one
TROUBLE = select.EPOLLERR | select.EPOLLHUP

# From READABLE | WRITABLE to epoll's mask, and from its mask back.
MASKS = (0, select.EPOLLIN, select.EPOLLOUT, select.EPOLLIN | select.EPOLLOUT)
READY = tuple(
    (READABLE if mask & select.EPOLLIN else 0) | (WRITABLE if mask & select.EPOLLOUT else 0)
    for mask in range(TROUBLE)
)


class EpollPoller:
    """Waits with epoll, level-triggered; its descriptor can be watched by another poller."""

    __slots__ = ("_epoll", "_handlers", "_interests", "_poll")

    def __init__(self) -> None:
        self._epoll = select.epoll(flags=select.EPOLL_CLOEXEC)
        self._poll = self._epoll.poll
        self._handlers: dict[int, object] = {}
        self._interests: dict[int, int] = {}

    def fileno(self) -> int:
        """Return a descriptor that is readable when wait() would return something."""
        return self._epoll.fileno()

    @property
    def closed(self) -> bool:
        return self._epoll.closed

    def register(self, fd: int, interest: int, handler: object) -> None:
        """Begin to watch a descriptor; wait() then returns the handler, which is not None.

        Raises:
            OSError: The descriptor is not open, or is registered already.
        """
        self._epoll.register(fd, MASKS[interest])
        self._handlers[fd] = handler
        self._interests[fd] = interest

    def modify(self, fd: int, interest: int) -> None:
        """Change what a registered descriptor is watched for."""
        self._epoll.modify(fd, MASKS[interest])
        self._interests[fd] = interest

    def unregister(self, fd: int) -> None:
        """Forget a descriptor; harmless when it is unknown or closed."""
        if self._handlers.pop(fd, None) is None:
            return
        del self._interests[fd]
        with suppress(OSError, ValueError):
            self._epoll.unregister(fd)

    def wait(self, timeout: float | None) -> list[tuple[object, int]]:
        """Return the handlers of ready descriptors, and for what each is ready.

        Args:
            timeout: Seconds; 0 does not wait, None waits for ever. An empty list
                means that it ran out.
        """
        handlers = self._handlers
        ready = []
        for fd, mask in self._poll(timeout, MAX_EVENTS):
            handler = handlers.get(fd)
            if handler is None:
                continue  # another thread unregistered it meanwhile
            if mask & TROUBLE:
                ready.append((handler, self._interests.get(fd) or READABLE))
            else:
                ready.append((handler, READY[mask]))
        return ready

    def close(self) -> None:
        """Stop watching; the descriptors themselves stay open. Idempotent."""
        self._epoll.close()
        self._handlers.clear()
        self._interests.clear()
