"""Messages that were taken from a socket and given back to it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING

from zerowire.message import Message

if TYPE_CHECKING:
    from zerowire.engine.socket import SocketCore


class Returned:
    """What is received again, before all others; while it lasts it is where the socket takes from."""

    def __init__(self, core: SocketCore) -> None:
        self._core = core
        self.messages: deque[Message] = deque()

    def give_back(self, messages: Iterable[Message]) -> None:
        """Have messages received again, the last one first. Called with the socket's lock held."""
        self.messages.extendleft(messages)
        self._core.take = self.take
        if self._core.is_watched:
            self._core.tell_waiters()

    def take(self) -> Message:
        """Take the next of them."""
        message = self.messages.popleft()
        if not self.messages:
            self._core.take = self._core.pattern.receiver()
        return message
