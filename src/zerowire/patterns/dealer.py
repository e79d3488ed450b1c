"""DEALER: talk to many peers without taking turns. RFC 28."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from zerowire.constants import SocketType
from zerowire.message import Message
from zerowire.options import Option, Settings
from zerowire.patterns.base import Pattern
from zerowire.patterns.greeting import HELLO_MSG, HICCUP_MSG, PROBE_ROUTER, greet
from zerowire.routing.fair_queue import FairQueue
from zerowire.routing.load_balancer import LoadBalancer
from zerowire.routing.pipe import Pipe


class Dealer(Pattern):
    """Send to the peers in turn, receive from them in turn, and change nothing in a message."""

    __slots__ = ("_fair_queue", "_load_balancer", "hello_msg", "hiccup_msg", "probe_router")

    hello_msg: bytes
    hiccup_msg: bytes
    probe_router: bool

    socket_type = SocketType.DEALER
    peers = frozenset({SocketType.REP, SocketType.DEALER, SocketType.ROUTER})
    options: ClassVar[tuple[Option, ...]] = (PROBE_ROUTER, HELLO_MSG, HICCUP_MSG)

    def __init__(self, settings: Settings, seed: int) -> None:
        super().__init__(settings, seed)
        self._fair_queue = FairQueue()
        self._load_balancer = LoadBalancer()

    def attach(self, pipe: Pipe) -> None:
        greet(pipe, hello=self.hello_msg, probe=self.probe_router)
        self._fair_queue.attach(pipe)
        self._load_balancer.attach(pipe)

    def detach(self, pipe: Pipe) -> None:
        self._fair_queue.detach(pipe)
        self._load_balancer.detach(pipe)

    def on_lost(self, pipe: Pipe) -> None:
        if self.hiccup_msg and pipe.connecting:
            pipe.deliver(self.hiccup_msg)
            self._fair_queue.activate(pipe)

    def on_reconnected(self, pipe: Pipe) -> None:
        greet(pipe, hello=self.hello_msg, probe=self.probe_router)

    def on_readable(self, pipe: Pipe) -> None:
        self._fair_queue.activate(pipe)

    def on_writable(self, pipe: Pipe) -> None:
        self._load_balancer.activate(pipe)

    def sender(self) -> Callable[[Message], bool]:
        return self._load_balancer.send

    def send(self, message: Message) -> bool:
        return self._load_balancer.send(message)

    @property
    def asked(self) -> Pipe | None:
        """Whom the last message went to."""
        return self._load_balancer.last_pipe

    def came_from(self) -> Pipe | None:
        return self._fair_queue.last_pipe

    def receiver(self) -> Callable[[], Message | None]:
        queue = self._fair_queue  # untyped: what Cython makes of a typed method takes longer to call
        return queue.receive

    def receive(self) -> Message | None:
        return self._fair_queue.receive()

    def can_send(self) -> bool:
        return self._load_balancer.has_room

    def can_receive(self) -> bool:
        return self._fair_queue.has_input
