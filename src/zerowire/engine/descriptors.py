"""The descriptors that a socket waits on, and the one that its users may watch."""

from __future__ import annotations

from errno import EFAULT
from typing import TYPE_CHECKING

from zerowire.error import zmq_error
from zerowire.reactor.poller import READABLE, Poller
from zerowire.reactor.waker import Waker

if TYPE_CHECKING:
    from zerowire.engine.socket import SocketCore


class Signal:
    """The descriptor that users watch: the socket's poller, and a level of its own.

    The poller alone would say only that octets can be read; once they have become
    messages in a pipe, the level says so. It is not part of the poller, or the caretaker
    would spin on a message that the application does not take.
    """

    def __init__(self, poller: Poller) -> None:
        self._both, self._level = open_poller()
        self._both.register(poller.fileno(), READABLE, self)
        self._is_set = False
        self.wants_room = False

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._both.fileno()

    def update(self, core: SocketCore) -> None:
        """Set or clear the level, as the socket stands."""
        has_room = self.wants_room and core.pattern.can_send()
        if core.can_receive() or has_room:
            if not self._is_set:
                self._is_set = True
                self._level.wake()
        elif self._is_set:
            self._is_set = False
            self._level.clear()

    def close(self) -> None:
        """Close the descriptors."""
        self._both.close()
        self._level.close()


def open_poller() -> tuple[Poller, Waker]:
    """Open a poller with a waker in it, which is its own handler.

    Raises:
        ZMQError: EMFILE when the process has no descriptors left.
    """
    try:
        poller = Poller()
    except OSError as error:
        raise zmq_error(
            error.errno or EFAULT, f"no descriptor is left for a socket: {error.strerror}"
        ) from error
    try:
        waker = Waker()
    except OSError as error:
        poller.close()
        raise zmq_error(
            error.errno or EFAULT, f"no descriptor is left for a socket: {error.strerror}"
        ) from error
    poller.register(waker.fileno(), READABLE, waker)
    return poller, waker
