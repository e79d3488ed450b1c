"""Receive in turn from all pipes, but only what is wanted."""

from __future__ import annotations

from collections.abc import Callable

from zerowire.message import Message
from zerowire.routing.fair_queue import FairQueue
from zerowire.routing.pipe import Pipe


class Sieve:
    """Takes messages from a FairQueue, and asks a function what becomes of each.

    To know whether there is one to receive it has to take one; that one comes first then.
    """

    __slots__ = ("_fair_queue", "_next", "_pass_on", "last_pipe")

    def __init__(self, fair_queue: FairQueue, pass_on: Callable[[Message, Pipe], Message | None]) -> None:
        """Args:
        fair_queue: Where pipes are attached, activated and detached.
        pass_on: Returns what to receive for a message from a pipe; None drops it.
        """
        self._fair_queue = fair_queue
        self._pass_on = pass_on
        self._next: tuple[Message, Pipe] | None = None
        self.last_pipe: Pipe | None = None

    def receive(self) -> Message | None:
        """Take the next message and note its pipe in last_pipe; None if no pipe holds one that is wanted."""
        found = self._next or self._find()
        if found is None:
            return None
        self._next = None
        message, self.last_pipe = found
        return message

    @property
    def has_input(self) -> bool:
        """Whether receive() would return a message now."""
        if self._next is None:
            self._next = self._find()
        return self._next is not None

    def _find(self) -> tuple[Message, Pipe] | None:
        fair_queue = self._fair_queue
        while (message := fair_queue.receive()) is not None:
            pipe = fair_queue.last_pipe
            assert pipe is not None
            passed = self._pass_on(message, pipe)
            if passed is not None:
                return passed, pipe
        return None
