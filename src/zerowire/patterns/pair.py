"""PAIR: an exclusive connection of two sockets. RFC 31."""

from __future__ import annotations

from collections.abc import Callable

from zerowire.constants import SocketType
from zerowire.message import Message
from zerowire.options import Settings
from zerowire.patterns.base import Pattern
from zerowire.routing.fair_queue import FairQueue
from zerowire.routing.pipe import Pipe


class Pair(Pattern):
    """Talk to one peer. While there is one, every other peer is refused."""

    __slots__ = ("_fair_queue", "_pipe")

    socket_type = SocketType.PAIR
    peers = frozenset({SocketType.PAIR})

    def __init__(self, settings: Settings, seed: int) -> None:
        super().__init__(settings, seed)
        self._pipe: Pipe | None = None
        self._fair_queue = FairQueue()  # also serves a former peer until its messages are received

    def attach(self, pipe: Pipe) -> None:
        if self._pipe is None:
            self._pipe = pipe
            self._fair_queue.attach(pipe)
        elif pipe is not self._pipe:
            pipe.close()  # its connection stays up, unused; it does not move up when the peer leaves

    def detach(self, pipe: Pipe) -> None:
        if pipe is self._pipe:
            self._pipe = None
            self._fair_queue.detach(pipe)

    def on_readable(self, pipe: Pipe) -> None:
        if pipe is self._pipe:
            self._fair_queue.activate(pipe)

    def send(self, message: Message) -> bool:
        return self._pipe is not None and self._pipe.push(message)

    def came_from(self) -> Pipe | None:
        return self._fair_queue.last_pipe

    def receiver(self) -> Callable[[], Message | None]:
        queue = self._fair_queue  # untyped: what Cython makes of a typed method takes longer to call
        return queue.receive

    def receive(self) -> Message | None:
        return self._fair_queue.receive()

    def can_send(self) -> bool:
        return self._pipe is not None and self._pipe.has_room

    def can_receive(self) -> bool:
        return self._fair_queue.has_input
