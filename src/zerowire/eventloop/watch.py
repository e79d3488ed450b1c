"""How Tornado's loop learns that a socket has something to do."""

from __future__ import annotations

import os
from collections.abc import Callable

from tornado.ioloop import IOLoop

from zerowire.api.poller import readiness
from zerowire.engine.socket import SocketCore
from zerowire.message import Message


class Handle:
    """A descriptor of our own, and to a loop a file: to close its handlers' files is to close the owner."""

    def __init__(self, fd: int, on_close: Callable[[], object]) -> None:
        self._fd = fd
        self._on_close = on_close

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._fd

    def close(self) -> None:
        """The loop closes what it watches."""
        self._on_close()

    def ignore(self, handle: object, events: int) -> None:
        """Handle an event that was not asked for."""

    def leave(self, io_loop: IOLoop) -> None:
        """Take leave of the loop, and close the descriptor. Idempotent."""
        if self._fd >= 0:
            io_loop.remove_handler(self)
            self.__del__()

    def __del__(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


class Watch:
    """The loop watches the socket's poller, by a descriptor that is nobody else's."""

    def __init__(
        self,
        core: SocketCore,
        io_loop: IOLoop,
        on_ready: Callable[[], object],
        on_close: Callable[[], object],
    ) -> None:
        """Begin to watch.

        Args:
            core: The socket's core.
            io_loop: The loop.
            on_ready: Called when the socket has something to do: serve() it.
            on_close: Called when the loop closes what it watches.

        Raises:
            OSError: No descriptor is left.
        """
        self._core = core
        self._io_loop = io_loop
        self._on_ready = on_ready
        self._awaited: dict[int, Message | None] = {}  # what the core was told, by purpose
        self._handle = Handle(os.dup(core.poller.fileno()), on_close)
        io_loop.add_handler(self._handle, self._on_event, IOLoop.READ)

    def _on_event(self, handle: object, events: int) -> None:
        self._on_ready()

    def end(self) -> None:
        """Watch no more. Idempotent."""
        self._handle.leave(self._io_loop)
        for purpose in tuple(self._awaited):
            self.forget(purpose)

    # -- what is waited for --------------------------------------------------------------------

    def awaits(self, purpose: int) -> bool:
        """Whether it was told to wait for this."""
        return purpose in self._awaited

    def wait_for(self, purpose: int, message: Message | None = None) -> None:
        """Tell of a message, or of room; from any thread.

        Args:
            purpose: RECEIVE or SEND.
            message: The only one that there must be room for.

        Raises:
            ZMQError: ENOTSOCK, ETERM.
        """
        core = self._core
        with core.lock:
            core.enter()
            if purpose in self._awaited:
                core.end_watch(purpose, self._awaited[purpose])
            self._awaited[purpose] = message
            core.begin_watch(purpose, message)
            core.tell_waiters()

    def forget(self, purpose: int) -> None:
        """Tell of that no more."""
        core = self._core
        if purpose in self._awaited:
            with core.lock:
                core.end_watch(purpose, self._awaited.pop(purpose))

    # -- the socket ----------------------------------------------------------------------------

    def serve(self) -> None:
        """Do the socket's I/O.

        Raises:
            ZMQError: ENOTSOCK, ETERM.
        """
        core = self._core
        with core.lock:
            core.enter()
            core.serve()

    def is_ready(self, event: int) -> bool:
        """Return whether the socket is ready for POLLIN or POLLOUT in this moment.

        Raises:
            ZMQError: ENOTSOCK, ETERM.
        """
        core = self._core
        with core.lock:
            core.enter()
            if readiness(core, event):
                return True
            core.serve()
            return bool(readiness(core, event))
