"""REP: answer one request after another. RFC 28.

    IDLE -- receive() --> REPLYING -- send() --> IDLE

The envelope of a request, which tells the way back, is kept and put before the reply.
"""

from __future__ import annotations

from enum import Enum, auto

from zerowire.constants import Errno, SocketType
from zerowire.error import zmq_error
from zerowire.message import Message, Part
from zerowire.options import Settings
from zerowire.patterns.base import Pattern
from zerowire.patterns.greeting import HELLO_MSG, greet
from zerowire.routing.envelope import join_envelope, split_envelope
from zerowire.routing.fair_queue import FairQueue
from zerowire.routing.pipe import Pipe


class State(Enum):
    __hash__ = object.__hash__  # members are unique, and Enum's own costs a call

    IDLE = auto()  # no request waits for its reply
    REPLYING = auto()  # a request was received


TRANSITIONS = {
    State.IDLE: {State.REPLYING},
    State.REPLYING: {State.IDLE},
}


class Rep(Pattern):
    """Receive requests from all peers in turn, and send each reply to the peer that asked."""

    __slots__ = ("_body", "_envelope", "_fair_queue", "hello_msg", "state")

    hello_msg: bytes

    socket_type = SocketType.REP
    peers = frozenset({SocketType.REQ, SocketType.DEALER})
    options = (HELLO_MSG,)

    def __init__(self, settings: Settings, seed: int) -> None:
        super().__init__(settings, seed)
        self.state = State.IDLE
        self._fair_queue = FairQueue()
        self._envelope: list[Part] = []  # of the request that was found last
        self._body: Message | None = None  # of a request that can_receive() found

    def attach(self, pipe: Pipe) -> None:
        greet(pipe, hello=self.hello_msg)
        self._fair_queue.attach(pipe)

    def detach(self, pipe: Pipe) -> None:
        self._fair_queue.detach(pipe)

    def on_reconnected(self, pipe: Pipe) -> None:
        greet(pipe, hello=self.hello_msg)

    def on_readable(self, pipe: Pipe) -> None:
        self._fair_queue.activate(pipe)

    # -- requests ---------------------------------------------------------------------------

    def can_receive(self) -> bool:
        if self.state is State.IDLE and self._body is None:
            self._body = self._find_request()
        return self._body is not None

    def receive(self) -> Message | None:
        if self.state is not State.IDLE:
            raise zmq_error(Errno.EFSM, "the last request has no reply yet: send first")
        body = self._find_request() if self._body is None else self._body
        if body is not None:
            self._body = None
            self._last_pipe = self._fair_queue.last_pipe
            self._enter(State.REPLYING)
        return body

    def _find_request(self) -> Message | None:
        while (message := self._fair_queue.receive()) is not None:
            parts = split_envelope(message)
            if parts is not None:
                self._envelope, body = parts
                return body
            self.dropped += 1  # without a delimiter nobody knows where the envelope ends
        return None

    # -- replies ----------------------------------------------------------------------------

    def check_send(self, first: Message) -> bool:
        if self.state is not State.REPLYING:
            raise zmq_error(Errno.EFSM, "there is no request to reply to: receive first")
        return True

    def can_send(self) -> bool:
        return self.state is State.REPLYING

    def send(self, message: Message) -> bool:
        self.check_send(message)
        pipe = self.last_pipe
        assert pipe is not None
        # RFC 28: SHALL discard the reply silently if the peer has left, or its queue is full.
        if not pipe.push(join_envelope(self._envelope, message)):
            pipe.dropped += 1
            self.dropped += 1
        self._enter(State.IDLE)
        return True

    def _enter(self, state: State) -> None:
        assert state in TRANSITIONS[self.state]
        self.state = state
