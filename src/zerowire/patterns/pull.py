"""PULL: collect messages from the previous stage of a pipeline. RFC 30."""

from __future__ import annotations

from collections.abc import Callable

from zerowire.constants import SocketType
from zerowire.message import Message
from zerowire.options import Settings
from zerowire.patterns.base import Pattern
from zerowire.routing.fair_queue import FairQueue
from zerowire.routing.pipe import Pipe


class Pull(Pattern):
    """Receive from all peers in turn."""

    __slots__ = ("_fair_queue",)

    socket_type = SocketType.PULL
    peers = frozenset({SocketType.PUSH})
    sends = False

    def __init__(self, settings: Settings, seed: int) -> None:
        super().__init__(settings, seed)
        self._fair_queue = FairQueue()

    def attach(self, pipe: Pipe) -> None:
        self._fair_queue.attach(pipe)

    def detach(self, pipe: Pipe) -> None:
        self._fair_queue.detach(pipe)

    def on_readable(self, pipe: Pipe) -> None:
        self._fair_queue.activate(pipe)

    def came_from(self) -> Pipe | None:
        return self._fair_queue.last_pipe

    def receiver(self) -> Callable[[], Message | None]:
        queue = self._fair_queue  # untyped: what Cython makes of a typed method takes longer to call
        return queue.receive

    def receive(self) -> Message | None:
        return self._fair_queue.receive()

    def can_receive(self) -> bool:
        return self._fair_queue.has_input
