"""PUSH: deal messages out to the next stage of a pipeline. RFC 30."""

from __future__ import annotations

from collections.abc import Callable

from zerowire.constants import SocketType
from zerowire.message import Message
from zerowire.options import Settings
from zerowire.patterns.base import Pattern
from zerowire.routing.load_balancer import LoadBalancer
from zerowire.routing.pipe import Pipe


class Push(Pattern):
    """Send each message to one peer, in turn among those with room."""

    __slots__ = ("_load_balancer",)

    socket_type = SocketType.PUSH
    peers = frozenset({SocketType.PULL})

    def __init__(self, settings: Settings, seed: int) -> None:
        super().__init__(settings, seed)
        self._load_balancer = LoadBalancer()

    def attach(self, pipe: Pipe) -> None:
        self._load_balancer.attach(pipe)
        self.on_readable(pipe)

    def detach(self, pipe: Pipe) -> None:
        self._load_balancer.detach(pipe)

    def on_readable(self, pipe: Pipe) -> None:
        while pipe.pop() is not None:
            self.dropped += 1

    def on_writable(self, pipe: Pipe) -> None:
        self._load_balancer.activate(pipe)

    def sender(self) -> Callable[[Message], bool]:
        return self._load_balancer.send

    def send(self, message: Message) -> bool:
        return self._load_balancer.send(message)

    def can_send(self) -> bool:
        return self._load_balancer.has_room
