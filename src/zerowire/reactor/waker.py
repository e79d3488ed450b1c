"""Make a thread that waits on a poller look up.

The one who wakes changes what it has to tell first and calls wake() then; the one who
was woken calls clear() first and looks for changes then. So no change goes unseen.
"""

from __future__ import annotations

import sys

if sys.platform == "linux":
    from zerowire.reactor.event_fd import EventFd as Flag
else:
    from zerowire.reactor.socket_pair import SocketPair as Flag


class Waker:
    """A descriptor that any thread, or a signal handler, can make readable.

    Wakes before the next clear() count as one, and only the first makes a system call.
    """

    __slots__ = ("_awake", "_flag")

    def __init__(self) -> None:
        self._awake = False
        self._flag: Flag | None = Flag.open()

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
