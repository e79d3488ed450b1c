"""Send in turn to the pipes that have room."""

from __future__ import annotations

from zerowire.message import Message, size_of
from zerowire.routing.pipe import Pipe


class LoadBalancer:
    """Send each message to one pipe, the next in turn that has room.

    A pipe that is found full loses its place, and gets one at the end of the turn
    when activate() says that it has room again. A new pipe also comes last. With
    no available pipe the socket is mute: send() changes nothing and returns False.
    """

    __slots__ = ("_next", "_turn", "last_pipe")

    def __init__(self) -> None:
        self._turn: list[Pipe] = []
        self._next = 0  # index of the pipe that gets the next message
        self.last_pipe: Pipe | None = None

    def attach(self, pipe: Pipe) -> None:
        """Begin to send to a pipe."""
        self.activate(pipe)

    def activate(self, pipe: Pipe) -> None:
        """Give a pipe a place in the turn, as it may have room."""
        if not pipe.sending:
            pipe.sending = True
            self._turn.append(pipe)

    def detach(self, pipe: Pipe) -> None:
        """Send nothing more to a pipe."""
        if pipe.sending:
            self._remove(self._turn.index(pipe))

    def send(self, message: Message) -> bool:
        """Push a message to the next available pipe and note it in last_pipe; False if mute."""
        turn = self._turn
        while turn:
            place = self._next
            pipe = turn[place]
            queue = pipe.outbound
            if not (queue.full or queue.shut):  # pipe.push(), without the call
                items = queue.items
                items.append(message)
                queue.pushed += 1
                if queue.weighs:
                    queue.octets += len(message) if type(message) is bytes else size_of(message)
                if 0 < queue.hwm <= len(items):
                    queue.on_full()
                if queue.idle:
                    queue.wake_reader()
                place += 1
                self._next = place if place < len(turn) else 0
                self.last_pipe = pipe
                return True
            self._remove(place)
        return False

    @property
    def has_room(self) -> bool:
        """Whether send() would find an available pipe now."""
        for pipe in self._turn:  # noqa: SIM110 - polled often, and the first pipe usually decides
            if pipe.has_room:
                return True
        return False

    def _remove(self, place: int) -> None:
        self._turn.pop(place).sending = False
        if place < self._next:
            self._next -= 1
        if self._next >= len(self._turn):
            self._next = 0
