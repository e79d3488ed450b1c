"""SERVER: talk to each client by its number. RFC 41.

A message has one frame. One that is received knows the routing id of its client, and one
that is sent has to: an answer can be given to `frame.routing_id`, or in the very frame that
has come. The id is a number of 32 bits, never 0, that this side gives to each pipe as it is
attached; pipe.state holds it. A pipe made by connect() keeps it when the peer reconnects.
"""

from __future__ import annotations

from typing import ClassVar

from zerowire.constants import Errno, SocketType
from zerowire.error import zmq_error
from zerowire.message import MAX_ROUTING_ID, Frame, Message, Part, label, unlabel
from zerowire.options import Option, Settings
from zerowire.patterns.draft.frames import Sifted, alone
from zerowire.patterns.greeting import DISCONNECT_MSG, HELLO_MSG, greet
from zerowire.routing.fair_queue import FairQueue
from zerowire.routing.pipe import Pipe
from zerowire.routing.sieve import Sieve


class Server(Sifted):
    """Send to the peer that a frame's routing id names, receive from all peers in turn."""

    __slots__ = ("_counter", "_fair_queue", "_pipes", "_sieve", "disconnect_msg", "hello_msg")

    disconnect_msg: bytes
    hello_msg: bytes

    socket_type = SocketType.SERVER
    peers = frozenset({SocketType.CLIENT})
    lone_frames = True
    options: ClassVar[tuple[Option, ...]] = (HELLO_MSG, DISCONNECT_MSG)

    def __init__(self, settings: Settings, seed: int) -> None:
        super().__init__(settings, seed)
        self._counter = seed
        self._pipes: dict[int, Pipe] = {}
        self._fair_queue = FairQueue()
        self._sieve = Sieve(self._fair_queue, self._pass_on)

    # -- peers ------------------------------------------------------------------------------

    def attach(self, pipe: Pipe) -> None:
        pipe.state = routing_id = self._generate_id()
        self._pipes[routing_id] = pipe
        greet(pipe, hello=self.hello_msg)
        self._fair_queue.attach(pipe)

    def _generate_id(self) -> int:
        while True:
            routing_id = self._counter & MAX_ROUTING_ID
            self._counter += 1
            if routing_id and routing_id not in self._pipes:
                return routing_id

    def detach(self, pipe: Pipe) -> None:
        if self._pipes.get(pipe.state) is pipe:
            del self._pipes[pipe.state]
            self._fair_queue.detach(pipe)

    def on_reconnected(self, pipe: Pipe) -> None:
        greet(pipe, hello=self.hello_msg)

    def on_lost(self, pipe: Pipe) -> None:
        if not pipe.connecting:
            self._notify(pipe, self.disconnect_msg)

    def _notify(self, pipe: Pipe, notice: bytes) -> None:
        """Let the application receive a message as if a peer had sent it."""
        if notice:
            pipe.deliver(notice)
            self._fair_queue.activate(pipe)

    def on_readable(self, pipe: Pipe) -> None:
        self._fair_queue.activate(pipe)

    def find(self, routing_id: int) -> Pipe:
        """Return the pipe of a peer.

        Raises:
            ZMQError: EHOSTUNREACH if there is none.
        """
        pipe = self._pipes.get(routing_id)
        if pipe is None or pipe.outbound.refused:
            told = f"no peer has the routing id {routing_id}: address one that a message has come from"
            raise zmq_error(Errno.EHOSTUNREACH, told)
        return pipe

    # -- messages ---------------------------------------------------------------------------

    def can_send(self) -> bool:
        return True

    def check_send(self, first: Part) -> bool:
        return self.find(self._routing_id_of(first)).has_room

    def send(self, message: Message) -> bool:
        part = alone(self.socket_type, message)
        return self.find(self._routing_id_of(part)).push(unlabel(part))

    def _routing_id_of(self, part: Part) -> int:
        if not isinstance(part, Frame) or not part.routing_id:
            told = f"a {self.socket_type.name} socket has to be told which peer a message is for"
            raise zmq_error(Errno.EHOSTUNREACH, f"{told}: send(data, routing_id=frame.routing_id)")
        return part.routing_id

    def _pass_on(self, message: Message, pipe: Pipe) -> Message | None:
        if not isinstance(message, list):
            return label(message, routing_id=pipe.state)
        return super()._pass_on(message, pipe)
