"""A request on its way through a socket, and what REQ and DEALER do differently.

    exchange = make_exchange(core, body, timeout, retries, monotonic())
    try:
        exchange.open()
        while not exchange.step(monotonic()):
            ...  # wait; see below
        reply = exchange.reply
    finally:
        exchange.close()

Nothing here waits, so that each front end can do it in its own way. Every call is made with
the socket's lock held. All exchanges of a socket stand in a Line. The first of them waits for
anything to happen to the socket, and serves it for all; the others wait for `rouse` to be
called. None of them waits longer than until its `deadline`.

REQ has one request under way at a time; the socket type numbers it (REQ_CORRELATE) and knows
its reply. DEALER has any number: each travels as [request id] [empty delimiter] [body], and a
REP or ROUTER returns the first two before its reply.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any
from weakref import WeakValueDictionary

from zerowire.api.request import PREFIX_SIZE, SUFFIX_SIZE, NoReply, Request, State, id_of
from zerowire.constants import Errno, SocketType
from zerowire.engine.socket import SocketCore
from zerowire.error import zmq_error
from zerowire.message import Message
from zerowire.routing.pipe import Pipe


class Exchange:
    """One request, the peer that was asked, and whether its answer can still come."""

    def __init__(self, request: Request, line: Line) -> None:
        self.core = core = line.core
        self.request = request
        self.line = line
        self.rouse: Callable[[], object] = bool  # called when there is news, or it has become the first
        self._pattern: Any = core.pattern
        self._pipe: Pipe | None = None  # of the peer that was asked
        self._connection: object = None  # the mark on its pipe of the connection that was used
        self._is_lost = False  # that connection has ended

    @property
    def is_first(self) -> bool:
        """Whether it is the one to serve the socket."""
        return self.line.first is self

    @property
    def deadline(self) -> float | None:
        """Until when to wait; None is for ever."""
        return self.request.deadline

    @property
    def reply(self) -> Message | None:
        """The reply, once it is here."""
        return self.request.reply

    def open(self) -> None:
        """Begin the exchange; step() will send the request."""
        self.line.join(self)

    def step(self, now: float) -> bool:
        """Do what can be done without waiting; True once the reply is here.

        Raises:
            NoReply: All tries are over.
            ZMQError: EFSM as the socket type has it.
        """
        request = self.request
        self._collect()
        if request.state is State.READY:
            self._try()
        if not request.is_answered and (self._notice_loss() or request.is_late(now)):
            if not request.next_try(now):
                raise self._no_reply(now)
            self._try()
        if self.line.first is self:
            self.line.look_around()
        return request.is_answered

    def close(self) -> None:
        """End the exchange, answered or not; what comes for it from now on is dropped. Idempotent."""
        self.line.leave(self)

    def has_news(self) -> bool:
        """Whether step() would have something to do because of what happened to the peers."""
        return self._notice_loss() or (self.request.state is State.READY and self._pattern.can_send())

    def _collect(self) -> None:
        """Take the reply if it is here."""
        self.line.sort(self)

    def _send(self) -> bool:
        """Send the request; False if that cannot be done now."""
        return self.core.try_send(self.request.frames)

    def _try(self) -> None:
        """Send the request if that can be done, and look for the reply once more.

        What is read while it is sent does not end the wait that comes next.
        """
        if self._send():
            self.request.on_sent()
            self._note_peer()
            if self.core.dirty:
                self.core.flush()
            self._collect()

    # -- the peer ------------------------------------------------------------------------------

    def _note_peer(self) -> None:
        """Remember whom the request went to."""
        self._pipe = pipe = self._pattern.asked
        owner = self.core.pipes.get(pipe)
        self._connection = pipe.metadata if owner is not None and owner.is_ready else None
        self._is_lost = False

    def _notice_loss(self) -> bool:
        """Whether the connection that the request went over has ended, and the reply with it."""
        pipe = self._pipe
        if pipe is None or self.request.state is not State.WAITING:
            return False
        owner = self.core.pipes.get(pipe)
        if owner is None:
            self._is_lost = True
        elif self._connection is None:  # there was none yet
            self._connection = pipe.metadata if owner.is_ready else None
        else:
            self._is_lost = not owner.is_ready or pipe.metadata is not self._connection
        return self._is_lost

    def _no_reply(self, now: float) -> NoReply:
        request, pipe = self.request, self._pipe
        seconds = request.elapsed(now)
        time = f"{seconds * 1000:.0f} ms"
        if pipe is None:
            return NoReply(f"the request was not sent in {time}: {self._why_unsent()}", "", 0, seconds)
        tries = f"{request.sent} {'try' if request.sent == 1 else 'tries'} in {time}"
        who = pipe.endpoint or "the peer"
        if self._is_lost:
            text = f"the connection to {who} was lost before a reply came, after {tries}: set retries"
        elif self._connection is None:
            text = f"nobody is at {who}, after {tries}: start the peer, or correct the endpoint"
        else:
            text = f"no reply from {who}, after {tries}: raise timeout or retries if it takes longer"
        return NoReply(text, pipe.endpoint, request.sent, seconds)

    def _why_unsent(self) -> str:
        if self.core.pipes:
            return "no peer has room for it; see whether they read, or raise SNDHWM"
        return "there is no peer; bind() or connect() first, and wait_for_peers()"


class Line:
    """The exchanges of a socket, the oldest first.

    Attributes:
        first: The one that serves the socket, in a wait for anything to happen to it.
    """

    exchange_class = Exchange

    def __init__(self, core: SocketCore) -> None:
        self.core = core
        self.first: Exchange | None = None
        self._others: dict[Exchange, None] = {}

    def join(self, exchange: Exchange) -> None:
        """Take in another exchange."""
        if self.first is None:
            self.first = exchange
        else:
            self._others[exchange] = None

    def leave(self, exchange: Exchange) -> None:
        """Forget an exchange. Idempotent."""
        if self.first is not exchange:
            self._others.pop(exchange, None)
            return
        self.first = next(iter(self._others), None)
        if self.first is not None:
            del self._others[self.first]
            self.first.rouse()

    def new_id(self) -> bytes:
        """Return the id of a new request; empty if the socket type numbers them."""
        return b""

    def sort(self, caller: Exchange) -> None:
        """Give what has come to whom it is for; the caller needs not be roused."""

    def look_around(self) -> None:
        """Rouse those for whom something has changed; done by the first of them."""
        for exchange in self._others:
            if exchange.has_news():
                exchange.rouse()


# -- REQ ------------------------------------------------------------------------------------------


class ReqExchange(Exchange):
    """A request on a REQ socket, which sends it when it is the first in line."""

    def __init__(self, request: Request, line: Line) -> None:
        super().__init__(request, line)
        self._sent: object = None  # our request, while the socket type waits for its reply

    def close(self) -> None:
        """End the exchange, and let the next one have its turn."""
        self._forget()
        super().close()

    def has_news(self) -> bool:
        """Nothing but its turn is news."""
        return False

    def _collect(self) -> None:
        if self._sent is None:
            return
        if self._pattern.request is not self._sent:
            raise zmq_error(Errno.EFSM, "another thread has sent on the socket before the reply came")
        reply = self._pattern.receive()
        if reply is not None:
            self._sent = None
            self.request.offer(reply)

    def _send(self) -> bool:
        if not self.is_first:
            return False
        self._forget()
        pattern = self._pattern
        correlates = pattern.req_correlate
        pattern.req_correlate = True  # for this message; the lock is not let go meanwhile
        try:
            is_sent = super()._send()
        finally:
            pattern.req_correlate = correlates
        if is_sent:
            self._sent = pattern.request
        return is_sent

    def _forget(self) -> None:
        """Let the socket type wait no more for the reply to our last try."""
        if self._sent is not None and self._pattern.request is self._sent:
            self._pattern.abandon()
        self._sent = None

    def _why_unsent(self) -> str:
        if not self.is_first:
            return "another thread's is under way on this socket; use one for each, or a DEALER"
        return super()._why_unsent()


class Turns(Line):
    """Keeps the replies of a REQ from everybody else."""

    exchange_class = ReqExchange

    def __init__(self, core: SocketCore) -> None:
        super().__init__(core)
        self._usual: Callable[[], Message | None] = core.take

    def join(self, exchange: Exchange) -> None:
        """Take in another exchange, and let nobody receive."""
        super().join(exchange)
        self.core.take = self._refuse

    def leave(self, exchange: Exchange) -> None:
        """Forget an exchange; after the last one, everybody may receive again."""
        super().leave(exchange)
        if self.first is None:
            self.core.take = self._usual

    def _refuse(self) -> Message:
        raise zmq_error(Errno.EFSM, "the reply is for a thread that waits in request(): receive nothing here")


# -- DEALER ---------------------------------------------------------------------------------------


class Sorter(Line):
    """Gives each reply that a DEALER receives to its request, and all else to recv()."""

    def __init__(self, core: SocketCore) -> None:
        super().__init__(core)
        self._prefix = os.urandom(PREFIX_SIZE)
        self._receive = core.pattern.receiver()
        self._by_id: dict[bytes, Exchange] = {}

    def new_id(self) -> bytes:
        """Return the id of a new request, which no peer can guess."""
        return self._prefix + os.urandom(SUFFIX_SIZE)

    def join(self, exchange: Exchange) -> None:
        """Take in another exchange, and what it waits for."""
        super().join(exchange)
        self._by_id[exchange.request.request_id] = exchange

    def leave(self, exchange: Exchange) -> None:
        """Forget an exchange; its reply will be too late."""
        super().leave(exchange)
        self._by_id.pop(exchange.request.request_id, None)

    def take(self) -> Message | None:
        """Take the next message that is no reply; None if there is none now. For recv()."""
        returned = self.core.returned
        return returned.take() if returned else self._next(None)

    def sort(self, caller: Exchange) -> None:
        """Give each reply to its request; what is none waits for recv(), up to RCVHWM."""
        core = self.core
        while (message := self._next(caller)) is not None:
            waiting, limit = core.returned.messages, core.settings.rcvhwm
            if limit and len(waiting) >= limit:
                core.pattern.dropped += 1
            else:
                waiting.append(message)
        core.take = self.take

    def _next(self, caller: Exchange | None) -> Message | None:
        while (message := self._receive()) is not None:
            request_id = id_of(message)
            if not request_id.startswith(self._prefix):
                return message
            exchange = self._by_id.get(request_id)
            if exchange is None or exchange.request.offer(message) is None:
                self.core.pattern.dropped += 1  # it is late, doubled, or has no body
            elif exchange is not caller:
                exchange.rouse()
        return None


# -- both -----------------------------------------------------------------------------------------

LINES: dict[SocketType, type[Line]] = {SocketType.REQ: Turns, SocketType.DEALER: Sorter}

# By the id of the core. A line keeps its core, and is kept by its exchanges; a Sorter by the
# core too, which takes messages through it ever after: replies may be late.
_lines: WeakValueDictionary[int, Line] = WeakValueDictionary()


def line_of(core: SocketCore) -> Line:
    """Return the line of a REQ or DEALER.

    Raises:
        ZMQError: ENOTSUP for any other socket type.
    """
    line = _lines.get(id(core))
    if line is None:
        kind = LINES.get(core.type)
        if kind is None:
            wanted = " and ".join(known.name for known in LINES)
            raise zmq_error(Errno.ENOTSUP, f"request() is for {wanted} sockets, not for {core.type.name}")
        line = _lines[id(core)] = kind(core)
    return line


def make_exchange(
    core: SocketCore, body: Message, timeout: float | None, retries: int, now: float
) -> Exchange:
    """Return an exchange that is to be opened.

    Args:
        core: The socket, which is open.
        body: What to ask.
        timeout: Seconds for each try; None is for ever.
        retries: How many more tries there are.
        now: The time, on the clock whose readings step() will get.

    Raises:
        ValueError: retries is negative.
        ZMQError: ENOTSUP unless the socket is REQ or DEALER.
    """
    if retries < 0:
        raise ValueError(f"retries is {retries}, must be 0 (ask once) or more")
    line = line_of(core)
    request = Request(body, timeout=timeout, retries=retries, now=now, request_id=line.new_id())
    return line.exchange_class(request, line)
