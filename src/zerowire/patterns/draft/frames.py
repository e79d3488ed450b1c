"""What most draft types ask of a message: that it is one frame (SOCK-3)."""

from __future__ import annotations

from collections.abc import Callable
from errno import EINVAL

from zerowire.constants import SocketType
from zerowire.error import zmq_error
from zerowire.message import Message, Part
from zerowire.patterns.base import Pattern
from zerowire.routing.pipe import Pipe
from zerowire.routing.sieve import Sieve


class Sifted(Pattern):
    """Receives through a sieve what a pattern would receive from its fair queue."""

    __slots__ = ()

    _sieve: Sieve

    def came_from(self) -> Pipe | None:
        return self._sieve.last_pipe

    def receiver(self) -> Callable[[], Message | None]:
        return self._sieve.receive

    def receive(self) -> Message | None:
        return self._sieve.receive()

    def can_receive(self) -> bool:
        return self._sieve.has_input

    def _pass_on(self, message: Message, pipe: Pipe) -> Message | None:
        """Return a message of one frame, and None for others, which are counted as dropped."""
        if not isinstance(message, list):
            return message
        self.dropped += 1
        return None


def alone(kind: SocketType, message: Message) -> Part:
    """Return the only frame of a message that is to be sent.

    Raises:
        ZMQError: EINVAL if there are several.
    """
    if isinstance(message, list):
        told = f"a {kind.name} socket sends messages of one frame, not of {len(message)}"
        raise zmq_error(EINVAL, f"{told}: join them, or send each by itself")
    return message
