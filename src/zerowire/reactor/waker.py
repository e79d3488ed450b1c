"""Make a thread that waits on a poller look up.

The one who wakes changes what it has to tell first and calls wake() then; the one who
was woken calls clear() first and looks for changes then. So no change goes unseen.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress


class Waker:
    """A descriptor that any thread, or a signal handler, can make readable.

    Wakes before the next clear() count as one, and only the first makes a system call.
    """

    __slots__ = ("_awake", "_fd", "_pair")

    def __init__(self) -> None:
        self._awake = False
        self._pair: tuple[socket.socket, socket.socket] | None = None
        if hasattr(os, "eventfd"):
            self._fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
            return
        self._pair = socket.socketpair()
        for end in self._pair:
            end.setblocking(False)
        self._fd = self._pair[0].fileno()

    def fileno(self) -> int:
        """Return the descriptor to watch for reading; -1 once closed."""
        return self._fd

    def wake(self) -> None:
        """Make the descriptor readable. Does nothing once closed."""
        if self._awake or self._fd < 0:
            return
        self._awake = True
        with suppress(BlockingIOError):  # full, hence readable
            if self._pair is None:
                os.eventfd_write(self._fd, 1)
            else:
                self._pair[1].send(b"\0")

    def clear(self) -> None:
        """Make the descriptor quiet again."""
        with suppress(BlockingIOError):
            if self._pair is None:
                os.eventfd_read(self._fd)
            else:
                self._pair[0].recv(4096)
        # After the read: a wake() before this line writes nothing, but its caller has already
        # changed what we look at next. The other order could leave the mark set over an empty
        # descriptor, and every later wake() would be lost.
        self._awake = False

    def close(self) -> None:
        """Release the descriptor. Idempotent."""
        fd, self._fd = self._fd, -1
        if self._pair is not None:
            for end in self._pair:
                end.close()
        elif fd >= 0:
            os.close(fd)
