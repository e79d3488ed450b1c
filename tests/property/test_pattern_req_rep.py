from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from zerowire.constants import Errno, SocketOption
from zerowire.error import ZMQError
from zerowire.message import Message
from zerowire.options import Settings
from zerowire.patterns import rep as rep_module
from zerowire.patterns import req as req_module
from zerowire.patterns.base import Pattern
from zerowire.patterns.rep import Rep
from zerowire.patterns.req import Req
from zerowire.routing.pipe import Pipe, Queue

PEERS = 3


class Silent:
    def on_readable(self, pipe: Pipe) -> None:
        pass

    on_writable = on_closed = on_readable


def connect(pattern: Pattern) -> Pipe:
    there, back = Queue(0), Queue(0)
    near, far = Pipe(there, back, pattern), Pipe(back, there, Silent())
    pattern.attach(near)
    return far


def assert_out_of_turn(call: object) -> None:
    with pytest.raises(ZMQError) as caught:
        call()  # type: ignore[operator]
    assert caught.value.errno == Errno.EFSM


class ReqMachine(RuleBasedStateMachine):
    """REQ against a model: whom it asked, and which replies of that peer's are in its pipe."""

    def __init__(self) -> None:
        super().__init__()
        self.req = Req(Settings(), 0)
        self.req.set_option(SocketOption.REQ_RELAXED, False)
        self.peers = [connect(self.req) for _ in range(PEERS)]
        self.asked: Pipe | None = None
        self.replies: list[Message] = []
        self.count = 0

    @rule()
    def ask(self) -> None:
        self.count += 1
        question = b"%d" % self.count
        if self.asked is not None:
            assert_out_of_turn(lambda: self.req.send(question))
            return
        assert self.req.send(question)
        asked = [peer for peer in self.peers if peer.has_messages]
        assert len(asked) == 1
        self.asked = asked[0]
        assert self.asked.pop() == [b"", question]
        self.replies = []

    @rule(place=st.integers(0, PEERS - 1), is_whole=st.booleans())
    def answer(self, place: int, is_whole: bool) -> None:
        self.count += 1
        body = b"%d" % self.count
        peer = self.peers[place]
        peer.push([b"", body] if is_whole else [body, b"no delimiter"])
        if is_whole and peer is self.asked:
            self.replies.append(body)

    @rule()
    def receive(self) -> None:
        if self.asked is None:
            assert_out_of_turn(self.req.receive)
        elif self.replies:
            assert self.req.receive() == self.replies[0]
            assert self.req.last_pipe is self.asked.inbound.writer
            self.asked = None
        else:
            assert self.req.receive() is None

    @rule()
    def poll(self) -> None:
        assert self.req.can_send() is (self.asked is None)
        assert self.req.can_receive() is (self.asked is not None and bool(self.replies))

    @invariant()
    def state_agrees(self) -> None:
        waiting = self.asked is not None
        assert self.req.state is (req_module.State.WAITING if waiting else req_module.State.IDLE)


class RepMachine(RuleBasedStateMachine):
    """REP against a model: the requests in each pipe, and the one it has to answer."""

    def __init__(self) -> None:
        super().__init__()
        self.rep = Rep(Settings(), 0)
        self.peers = [connect(self.rep) for _ in range(PEERS)]
        self.requests: list[list[tuple[list[bytes], bytes]]] = [[] for _ in self.peers]
        self.to_answer: tuple[int, list[bytes]] | None = None
        self.count = 0

    @rule(place=st.integers(0, PEERS - 1), addresses=st.integers(0, 2), is_whole=st.booleans())
    def ask(self, place: int, addresses: int, is_whole: bool) -> None:
        self.count += 1
        body, envelope = b"%d" % self.count, [b"address"] * addresses
        if is_whole:
            envelope.append(b"")
            self.requests[place].append((envelope, body))
        self.peers[place].push([*envelope, body] if envelope else body)

    @rule()
    def receive(self) -> None:
        if self.to_answer is not None:
            assert_out_of_turn(self.rep.receive)
            return
        body = self.rep.receive()
        if body is None:
            assert not any(self.requests)
            return
        pipe = self.rep.last_pipe
        place = next(place for place, peer in enumerate(self.peers) if peer.inbound.writer is pipe)
        envelope, expected = self.requests[place].pop(0)
        assert body == expected
        self.to_answer = place, envelope

    @rule()
    def answer(self) -> None:
        if self.to_answer is None:
            assert_out_of_turn(lambda: self.rep.send(b"reply"))
            return
        place, envelope = self.to_answer
        self.rep.send(b"reply")
        assert self.peers[place].pop() == [*envelope, b"reply"]
        assert not any(peer.has_messages for peer in self.peers)
        self.to_answer = None

    @rule()
    def poll(self) -> None:
        assert self.rep.can_send() is (self.to_answer is not None)
        assert self.rep.can_receive() is (self.to_answer is None and any(self.requests))

    @invariant()
    def state_agrees(self) -> None:
        replying = self.to_answer is not None
        assert self.rep.state is (rep_module.State.REPLYING if replying else rep_module.State.IDLE)


TestReq = ReqMachine.TestCase
TestRep = RepMachine.TestCase
