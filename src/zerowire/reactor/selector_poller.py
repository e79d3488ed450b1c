"""The poller of systems without epoll: kqueue, else poll or select. poller.py has the contract.

The standard library's selectors do the work. Those without a descriptor of their own
do not notice what another thread registers while they wait, so a waker tells them.
"""

from __future__ import annotations

from contextlib import suppress

from zerowire._native import selectors
from zerowire.reactor.readiness import READABLE
from zerowire.reactor.waker import Waker


def _best_selector() -> selectors.BaseSelector:
    for name in ("KqueueSelector", "PollSelector"):
        if hasattr(selectors, name):
            selector: selectors.BaseSelector = getattr(selectors, name)()
            return selector
    return selectors.SelectSelector()


class SelectorPoller:
    """Waits with a selector of the standard library, whose event bits equal ours."""

    __slots__ = ("_handlers", "_interests", "_selector", "_waiting", "_waker", "closed")

    def __init__(self, selector: selectors.BaseSelector | None = None) -> None:
        self._selector = selector or _best_selector()
        self._handlers: dict[int, object] = {}
        self._interests: dict[int, int] = {}
        self._waiting = False
        self._waker: Waker | None = None
        self.closed = False
        if self.fileno() < 0:
            self._waker = Waker()
            self._selector.register(self._waker.fileno(), READABLE)

    def fileno(self) -> int:
        """Return a descriptor that is readable when wait() would return something; -1: none."""
        fileno = getattr(self._selector, "fileno", None)
        return fileno() if fileno else -1

    def register(self, fd: int, interest: int, handler: object) -> None:
        """Begin to watch a descriptor; wait() then returns the handler, which is not None.

        Raises:
            OSError: The descriptor is not open, or is registered already.
        """
        if fd in self._handlers:
            raise FileExistsError(f"descriptor {fd} is registered already")
        if interest:
            self._selector.register(fd, interest)
        self._handlers[fd] = handler
        self._interests[fd] = interest
        self._notice()

    def modify(self, fd: int, interest: int) -> None:
        """Change what a registered descriptor is watched for."""
        before = self._interests[fd]
        self._interests[fd] = interest
        if before and interest:
            self._selector.modify(fd, interest)
        elif interest:
            self._selector.register(fd, interest)
        elif before:
            self._selector.unregister(fd)
        self._notice()

    def unregister(self, fd: int) -> None:
        """Forget a descriptor; harmless when it is unknown or closed."""
        if self._handlers.pop(fd, None) is None:
            return
        if self._interests.pop(fd):
            with suppress(KeyError, OSError, ValueError):
                self._selector.unregister(fd)
        self._notice()

    def wait(self, timeout: float | None) -> list[tuple[object, int]]:
        """Return the handlers of ready descriptors, and for what each is ready.

        Args:
            timeout: Seconds; 0 does not wait, None waits for ever. An empty list
                means that it ran out, or that the set of descriptors has changed.
        """
        self._waiting = True
        try:
            events = self._selector.select(timeout)
        finally:
            self._waiting = False
        ready = []
        for key, mask in events:
            handler = self._handlers.get(key.fd)
            if handler is not None:
                ready.append((handler, mask))
            elif self._waker is not None and key.fd == self._waker.fileno():
                self._waker.clear()
        return ready

    def close(self) -> None:
        """Stop watching; the descriptors themselves stay open. Idempotent."""
        self.closed = True
        self._selector.close()
        self._handlers.clear()
        self._interests.clear()
        if self._waker is not None:
            self._waker.close()

    def _notice(self) -> None:
        if self._waiting and self._waker is not None:
            self._waker.wake()
