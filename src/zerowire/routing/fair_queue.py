"""Receive in turn from all pipes that hold messages."""

from __future__ import annotations

from zerowire.message import Message
from zerowire.routing.pipe import Pipe


class FairQueue:
    """Receive from many pipes, one after another.

    Every pipe that holds a message gets a turn before any pipe gets a second
    one, so a busy peer cannot starve a quiet one. A message of several frames
    is taken whole: the turn passes after its last frame.

    A pipe leaves the turn when it is found empty, and comes back with activate().
    """

    __slots__ = ("_next", "_turn", "last_pipe")

    def __init__(self) -> None:
        self._turn: list[Pipe] = []
        self._next = 0  # whose turn it is
        self.last_pipe: Pipe | None = None

    def attach(self, pipe: Pipe) -> None:
        """Begin to receive from a pipe."""
        self.activate(pipe)

    def activate(self, pipe: Pipe) -> None:
        """Give a pipe a place in the turn, as messages may have come."""
        if not pipe.receiving:
            pipe.receiving = True
            self._turn.append(pipe)

    def detach(self, pipe: Pipe) -> None:
        """Forget a pipe, as soon as what waits in it has been received."""
        if pipe.has_messages:
            self.activate(pipe)
        elif pipe.receiving:
            self._remove(self._turn.index(pipe))

    def receive(self) -> Message | None:
        """Take the next message and note its pipe in last_pipe; None if no pipe holds one."""
        turn = self._turn
        while turn:
            place = self._next
            pipe = turn[place]
            queue = pipe.inbound
            items = queue.items
            if items or not pipe.expect_messages():  # pipe.pop(), without the call
                message = items.popleft()
                if queue.full and len(items) <= queue.low_water:
                    queue.on_low_water()
                place += 1
                self._next = place if place < len(turn) else 0
                self.last_pipe = pipe
                return message
            self._remove(place)
        return None

    @property
    def has_input(self) -> bool:
        """Whether receive() would return a message now."""
        for pipe in self._turn:  # noqa: SIM110 - polled often, and the first pipe usually decides
            if pipe.inbound.items:
                return True
        return False

    def _remove(self, place: int) -> None:
        self._turn.pop(place).receiving = False
        if place < self._next:
            self._next -= 1
        if self._next >= len(self._turn):
            self._next = 0
