"""ROUTER: talk to each peer by its name. RFC 28.

The application sees every message with one more frame in front: on receiving, the
routing id of the peer that sent it; on sending, that of the peer it is for.

A peer is known from the moment it is identified: an accepted or inproc peer when it
is attached, a connected one after its handshake, unless CONNECT_ROUTING_ID named it
beforehand. pipe.state is the name; it stays the same when the peer reconnects.
"""

from __future__ import annotations

from zerowire.constants import Errno, RouterNotify, SocketOption, SocketType
from zerowire.error import zmq_error
from zerowire.message import Message, Part, message_of, octets_of
from zerowire.options import Settings, boolean, integer
from zerowire.patterns.base import Pattern
from zerowire.patterns.greeting import DISCONNECT_MSG, HELLO_MSG, PROBE_ROUTER, greet
from zerowire.routing.fair_queue import FairQueue
from zerowire.routing.peers import PeerTable
from zerowire.routing.pipe import Pipe

NOTICE = b""  # the body of a ROUTER_NOTIFY message


class Router(Pattern):
    """Send to the peer that the first frame names, receive from all peers in turn."""

    __slots__ = (
        "_fair_queue",
        "_peers",
        "disconnect_msg",
        "hello_msg",
        "probe_router",
        "router_handover",
        "router_mandatory",
        "router_notify",
        "router_raw",
    )

    disconnect_msg: bytes
    hello_msg: bytes
    probe_router: bool
    router_handover: bool
    router_mandatory: bool
    router_notify: int
    router_raw: bool

    socket_type = SocketType.ROUTER
    peers = frozenset({SocketType.REQ, SocketType.DEALER, SocketType.ROUTER})
    options = (
        PROBE_ROUTER,
        HELLO_MSG,
        boolean(
            SocketOption.ROUTER_MANDATORY, False, doc="Fail if the peer is unknown, wait if it has no room."
        ),
        boolean(SocketOption.ROUTER_HANDOVER, False, doc="Let a new peer take over a routing id in use."),
        boolean(SocketOption.ROUTER_RAW, False, doc="Speak plain TCP; deprecated, use STREAM."),
        integer(
            SocketOption.ROUTER_NOTIFY, 0, 3, 0, doc="Receive an empty message when a peer comes or goes."
        ),
        DISCONNECT_MSG,
    )

    def __init__(self, settings: Settings, seed: int) -> None:
        super().__init__(settings, seed)
        self._peers = PeerTable(seed)
        self._fair_queue = FairQueue()

    @property
    def is_raw(self) -> bool:
        return self.router_raw

    # -- peers ------------------------------------------------------------------------------

    def attach(self, pipe: Pipe) -> None:
        if pipe.assigned and pipe.routing_id in self._peers:
            raise zmq_error(Errno.EINVAL, f"routing id {pipe.routing_id!r} is in use: choose another")
        if pipe.assigned or not pipe.connecting:
            self._identify(pipe)
        if pipe.state is not None and not pipe.connecting:
            self._notify(pipe, RouterNotify.CONNECT, first=True)

    def on_identified(self, pipe: Pipe) -> None:
        if pipe.state is None:
            self._identify(pipe)
        else:
            pipe.routing_id = pipe.state
        if pipe.state is not None:
            self._notify(pipe, RouterNotify.CONNECT)

    def on_reconnected(self, pipe: Pipe) -> None:
        if pipe.state is not None:
            greet(pipe, hello=self.hello_msg, probe=self.probe_router)

    def on_lost(self, pipe: Pipe) -> None:
        if pipe.state is None:
            return
        self._notify(pipe, RouterNotify.DISCONNECT)
        if self.disconnect_msg and not pipe.connecting:
            pipe.deliver(self.disconnect_msg)
            self._fair_queue.activate(pipe)

    def detach(self, pipe: Pipe) -> None:
        if pipe.state is not None:
            self._peers.remove(pipe.state, pipe)
            self._fair_queue.detach(pipe)

    def on_readable(self, pipe: Pipe) -> None:
        if pipe.state is not None:
            self._fair_queue.activate(pipe)

    def _identify(self, pipe: Pipe) -> None:
        """Enter a peer under its name. One whose name is taken stays unknown and unread."""
        routing_id = pipe.routing_id or self._peers.generate_id()
        holder = self._peers.find(routing_id)
        if holder is not None:
            if not self.router_handover:
                return
            self._retire(holder)
        self._peers.add(routing_id, pipe)
        pipe.routing_id = pipe.state = routing_id
        greet(pipe, hello=self.hello_msg, probe=self.probe_router)
        self._fair_queue.attach(pipe)

    def _retire(self, pipe: Pipe) -> None:
        """Part with a peer whose name goes to another; what waits is received under a new name."""
        self._peers.remove(pipe.state, pipe)
        pipe.routing_id = pipe.state = self._peers.generate_id()
        self._fair_queue.detach(pipe)
        pipe.close()

    def _notify(self, pipe: Pipe, event: RouterNotify, *, first: bool = False) -> None:
        if self.router_notify and self.router_notify & event:
            pipe.deliver(NOTICE, first=first)
            self._fair_queue.activate(pipe)

    # -- messages ---------------------------------------------------------------------------

    def check_send(self, first: Part) -> bool:
        return not self.router_mandatory or self._find(first).has_room

    def can_send(self) -> bool:
        return not self.router_mandatory or any(pipe.has_room for pipe in self._peers.pipes)

    def send(self, message: Message) -> bool:
        if type(message) is not list:  # a name and nothing for it
            self.dropped += 1
            return True
        address = message[0]
        pipe = self._peers.find(address if type(address) is bytes else bytes(octets_of(address)))
        if pipe is None or not self._push(pipe, message_of(message[1:])):
            if self.router_mandatory:
                self._find(address)  # raises if the peer is unknown
                return False
            self.dropped += 1
        return True

    def _push(self, pipe: Pipe, body: Message) -> bool:
        if self.router_raw and not isinstance(body, list) and not len(body):
            self.detach(pipe)
            pipe.close()
            return True
        if pipe.push(body):
            return True
        if not self.router_mandatory:
            pipe.dropped += 1
        return False

    def _find(self, address: Part) -> Pipe:
        """Return a peer that can be reached at present, even if it must be waited for."""
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
        self._last_pipe = pipe
        return [pipe.state, *message] if isinstance(message, list) else [pipe.state, message]

    def can_receive(self) -> bool:
        return self._fair_queue.has_input
