"""REQ: ask one peer after another, and wait for each answer. RFC 28.

    IDLE -- send() --> WAITING -- receive() --> IDLE

A request travels as [request id if REQ_CORRELATE] [empty delimiter] [body]; the reply
comes back with the same frames before its body. Whatever else comes is discarded.
"""

from __future__ import annotations

import sys
from enum import Enum, auto

from zerowire.constants import Errno, SocketOption, SocketType
from zerowire.error import zmq_error
from zerowire.message import Message, Part, message_of, octets_of
from zerowire.options import Settings, boolean
from zerowire.patterns.base import Pattern
from zerowire.patterns.greeting import HELLO_MSG, PROBE_ROUTER, greet
from zerowire.routing.envelope import join_envelope
from zerowire.routing.fair_queue import FairQueue
from zerowire.routing.load_balancer import LoadBalancer
from zerowire.routing.pipe import Pipe


class State(Enum):
    __hash__ = object.__hash__  # members are unique, and Enum's own costs a call

    IDLE = auto()  # nothing was asked, or it was answered
    WAITING = auto()  # a request is on its way


TRANSITIONS = {
    State.IDLE: {State.WAITING},
    State.WAITING: {State.IDLE, State.WAITING},  # the latter with REQ_RELAXED alone
}


class Req(Pattern):
    """Send a request to the next peer in turn, then receive its reply and no other."""

    __slots__ = (
        "_envelope",
        "_fair_queue",
        "_load_balancer",
        "_reply",
        "_reply_pipe",
        "_request_id",
        "hello_msg",
        "probe_router",
        "req_correlate",
        "req_relaxed",
        "state",
    )

    hello_msg: bytes
    probe_router: bool
    req_correlate: bool
    req_relaxed: bool

    socket_type = SocketType.REQ
    peers = frozenset({SocketType.REP, SocketType.ROUTER})
    options = (
        PROBE_ROUTER,
        HELLO_MSG,
        boolean(SocketOption.REQ_CORRELATE, False, doc="Number the requests, and check it in replies."),
        boolean(SocketOption.REQ_RELAXED, False, doc="Allow the next request before the reply has come."),
    )

    def __init__(self, settings: Settings, seed: int) -> None:
        super().__init__(settings, seed)
        self.state = State.IDLE
        self._fair_queue = FairQueue()
        self._load_balancer = LoadBalancer()
        self._request_id = seed
        self._envelope: list[Part] = [b""]  # of the request that waits
        self._reply_pipe: Pipe | None = None  # of the peer that was asked; kept when it has left
        self._reply: Message | None = None  # found by can_receive()

    def attach(self, pipe: Pipe) -> None:
        greet(pipe, hello=self.hello_msg, probe=self.probe_router)
        self._fair_queue.attach(pipe)
        self._load_balancer.attach(pipe)

    def detach(self, pipe: Pipe) -> None:
        self._fair_queue.detach(pipe)
        self._load_balancer.detach(pipe)

    def on_reconnected(self, pipe: Pipe) -> None:
        greet(pipe, hello=self.hello_msg, probe=self.probe_router)

    def on_readable(self, pipe: Pipe) -> None:
        self._fair_queue.activate(pipe)

    def on_writable(self, pipe: Pipe) -> None:
        self._load_balancer.activate(pipe)

    # -- requests ---------------------------------------------------------------------------

    def check_send(self, first: Message) -> bool:
        if not self._may_send():
            raise zmq_error(Errno.EFSM, "a request waits for its reply: receive first, or set REQ_RELAXED")
        return self._load_balancer.has_room

    def can_send(self) -> bool:
        return self._may_send() and self._load_balancer.has_room

    def send(self, message: Message) -> bool:
        if not self.check_send(message):
            return False
        self._discard_input()
        envelope: list[Part] = [b""]
        if self.req_correlate:
            self._request_id = (self._request_id + 1) & 0xFFFFFFFF
            envelope.insert(0, self._request_id.to_bytes(4, sys.byteorder))
        if not self._load_balancer.send(join_envelope(envelope, message)):
            return False
        self._envelope = envelope
        self._reply_pipe = self._load_balancer.last_pipe
        self._enter(State.WAITING)
        return True

    @property
    def asked(self) -> Pipe | None:
        """Whom the last message went to."""
        return self._load_balancer.last_pipe

    @property
    def request(self) -> object:
        """What stands for the last request: another object for each."""
        return self._envelope

    def abandon(self) -> None:
        """Wait no more for the reply, if there is a request."""
        if self.state is State.WAITING:
            self._enter(State.IDLE)

    def _may_send(self) -> bool:
        return self.state is State.IDLE or self.req_relaxed

    def _discard_input(self) -> None:
        """Throw away what came before the request: it cannot be the reply."""
        self._reply = None
        while self._fair_queue.receive() is not None:
            self.dropped += 1

    # -- replies ----------------------------------------------------------------------------

    def can_receive(self) -> bool:
        if self.state is State.WAITING and self._reply is None:
            self._reply = self._find_reply()
        return self._reply is not None

    def receive(self) -> Message | None:
        if self.state is not State.WAITING:
            raise zmq_error(Errno.EFSM, "there is no request to receive a reply to: send first")
        reply = self._find_reply() if self._reply is None else self._reply
        if reply is not None:
            self._reply = None
            self._last_pipe = self._reply_pipe
            self._enter(State.IDLE)
        return reply

    def _find_reply(self) -> Message | None:
        while (message := self._fair_queue.receive()) is not None:
            # RFC 28: SHALL discard silently any messages received from other peers.
            if self._fair_queue.last_pipe is self._reply_pipe:
                body = self._open(message)
                if body is not None:
                    return body
            self.dropped += 1
        return None

    def _open(self, message: Message) -> Message | None:
        """Return the body of a reply; None if it does not begin as the request did."""
        envelope = self._envelope
        size = len(envelope)
        if not isinstance(message, list) or len(message) <= size or len(message[size - 1]):
            return None
        if size > 1 and octets_of(message[0]) != envelope[0]:
            return None
        return message_of(message[size:])

    def _enter(self, state: State) -> None:
        assert state in TRANSITIONS[self.state]
        self.state = state
