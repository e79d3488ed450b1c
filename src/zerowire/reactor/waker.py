"""Make a thread that waits on a poller look up.

The one who wakes changes what it has to tell first and calls wake() then; the one who
was woken calls clear() first and looks for changes then. So no change goes unseen.
"""

from __future__ import annotations

import os
import socket


class EventFd:
    """A counter of Linux: readable while it is not zero. Closed with the last reference."""

    __slots__ = ("_fd",)

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def fileno(self) -> int:
        return self._fd

    def set(self) -> None:
        os.eventfd_write(self._fd, 1)

    def clear(self) -> None:
        os.eventfd_read(self._fd)

    def __del__(self) -> None:
        os.close(self._fd)


class SocketPair:
    """The same elsewhere: two sockets, one of which reads what the other writes."""

    __slots__ = ("_far", "_near")

    def __init__(self, near: socket.socket, far: socket.socket) -> None:
        self._near, self._far = near, far
        near.setblocking(False)
        far.setblocking(False)

    def fileno(self) -> int:
        return self._near.fileno()

    def set(self) -> None:
        self._far.send(b"\0")

    def clear(self) -> None:
        self._near.recv(4096)

    def __del__(self) -> None:
        self._near.close()
        self._far.close()


class Waker:
    """A descriptor that any thread, or a signal handler, can make readable.

    Wakes before the next clear() count as one, and only the first makes a system call.
    """

    __slots__ = ("_awake", "_flag")

    def __init__(self) -> None:
        self._awake = False
        self._flag: EventFd | SocketPair | None
        if hasattr(os, "eventfd"):
            self._flag = EventFd(os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK))
        else:
            self._flag = SocketPair(*socket.socketpair())

    def fileno(self) -> int:
        """Return the descriptor to watch for reading; -1 once closed."""
        return -1 if self._flag is None else self._flag.fileno()

    def wake(self) -> None:
        """Make the descriptor readable. Does nothing once closed."""
        # Held until the end: another thread may close() meanwhile, and the number of the
        # descriptor shall not go to somebody else before we have written.
        flag = self._flag
        if self._awake or flag is None:
            return
        self._awake = True
        try:
            flag.set()
        except BlockingIOError:
            pass  # full, hence readable

    def clear(self) -> None:
        """Make the descriptor quiet again."""
        flag = self._flag
        if flag is None:
            return
        try:
            flag.clear()
        except BlockingIOError:
            pass  # quiet already
        # After the read: a wake() before this line writes nothing, but its caller has already
        # changed what we look at next. The other order could leave the mark set over an empty
        # descriptor, and every later wake() would be lost.
        self._awake = False

    def close(self) -> None:
        """Release the descriptor. Idempotent."""
        self._flag = None
