"""Send each message to many pipes."""

from __future__ import annotations

from collections.abc import Iterable

from zerowire.message import Message
from zerowire.routing.pipe import Pipe


class FanOut:
    """Send each message to all pipes, or to those that are given.

    A pipe without room misses the message, and it alone: the loss is counted on it.
    All pipes share the one message object.
    """

    __slots__ = ("pipes",)

    def __init__(self) -> None:
        self.pipes: dict[Pipe, None] = {}  # a set that keeps its order

    def attach(self, pipe: Pipe) -> None:
        """Begin to send to a pipe."""
        self.pipes[pipe] = None

    def detach(self, pipe: Pipe) -> None:
        """Send nothing more to a pipe."""
        self.pipes.pop(pipe, None)

    def send(self, message: Message) -> int:
        """Push a message to every pipe; return how many missed it."""
        return self.send_to(self.pipes, message)

    def send_to(self, pipes: Iterable[Pipe], message: Message) -> int:
        """Push a message to these pipes; return how many missed it."""
        missed = 0
        for pipe in tuple(pipes):  # a push may end in a detach()
            if not pipe.push(message):
                pipe.dropped += 1
                missed += 1
        return missed
