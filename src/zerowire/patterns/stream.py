"""STREAM: talk to TCP peers that do not speak ZMTP.

A message is a routing id and a piece of the octets to or from that peer; the pieces
have no borders that mean anything. An empty piece tells that the peer has come or gone
(STREAM_NOTIFY), and one that is sent closes its connection.
"""

from __future__ import annotations

from typing import Any

from zerowire.constants import Errno, SocketOption, SocketType
from zerowire.error import zmq_error
from zerowire.message import Message, Part, octets_of
from zerowire.options import Accepts, Settings, boolean
from zerowire.patterns.base import Pattern
from zerowire.routing.fair_queue import FairQueue
from zerowire.routing.peers import PeerTable
from zerowire.routing.pipe import Pipe

NOTICE = b""


class Stream(Pattern):
    """Send to the peer that the first frame names, receive from all peers in turn."""

    __slots__ = ("_fair_queue", "_last_id", "_peers", "stream_notify")

    stream_notify: bool

    socket_type = SocketType.STREAM
    peers = frozenset({SocketType.STREAM})
    frames_a_message = 2
    options = (
        boolean(
            SocketOption.STREAM_NOTIFY,
            True,
            accepts=Accepts.ZERO_OR_ONE,
            doc="Receive an empty message when a peer comes or goes.",
        ),
    )

    def __init__(self, settings: Settings, seed: int) -> None:
        super().__init__(settings, seed)
        self._peers = PeerTable(seed)
        self._fair_queue = FairQueue()
        self._last_id = b""

    @property
    def is_raw(self) -> bool:
        return True

    # -- peers ------------------------------------------------------------------------------

    def attach(self, pipe: Pipe) -> None:
        if pipe.assigned and pipe.routing_id in self._peers:
            raise zmq_error(Errno.EINVAL, f"routing id {pipe.routing_id!r} is in use: choose another")
        routing_id = pipe.routing_id if pipe.assigned else self._peers.generate_id()
        pipe.routing_id = pipe.state = self._last_id = routing_id
        self._peers.add(routing_id, pipe)
        if not pipe.connecting:
            self._notify(pipe, first=True)
        self._fair_queue.attach(pipe)

    def on_identified(self, pipe: Pipe) -> None:
        pipe.routing_id = pipe.state
        self._notify(pipe)

    def on_lost(self, pipe: Pipe) -> None:
        self._notify(pipe)

    def detach(self, pipe: Pipe) -> None:
        self._peers.remove(pipe.state, pipe)
        self._fair_queue.detach(pipe)

    def on_readable(self, pipe: Pipe) -> None:
        self._fair_queue.activate(pipe)

    def _notify(self, pipe: Pipe, *, first: bool = False) -> None:
        if self.stream_notify:
            pipe.deliver(NOTICE, first=first)
            self._fair_queue.activate(pipe)

    # -- messages ---------------------------------------------------------------------------

    def check_send(self, first: Part) -> bool:
        return self._find(first).has_room

    def can_send(self) -> bool:
        return True

    def send(self, message: Message) -> bool:
        if type(message) is not list or len(message) != 2:
            raise zmq_error(Errno.EINVAL, "a STREAM message has two frames: a routing id and data")
        pipe = self._find(message[0])
        if len(message[1]):
            return pipe.push(message[1])
        self._peers.remove(pipe.state, pipe)
        self._fair_queue.detach(pipe)
        pipe.close()
        return True

    def _find(self, address: Part) -> Pipe:
        routing_id = bytes(octets_of(address))
        pipe = self._peers.find(routing_id)
        if pipe is None or pipe.outbound.refused:
            told = f"no peer has the routing id {routing_id!r}: address one that a message has come from"
            raise zmq_error(Errno.EHOSTUNREACH, told)
        return pipe

    def receive(self) -> Message | None:
        message = self._fair_queue.receive()
        if message is None:
            return None
        pipe = self._fair_queue.last_pipe
        assert pipe is not None
        assert not isinstance(message, list)
        self._last_pipe = pipe
        return [pipe.state, message]

    def can_receive(self) -> bool:
        return self._fair_queue.has_input

    def get_option(self, number: int) -> Any:
        if number == SocketOption.ROUTING_ID:
            return self._last_id
        return super().get_option(number)
