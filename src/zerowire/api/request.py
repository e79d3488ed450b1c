"""One request and its reply, without I/O: when to send it, how often, and what answers it.

    READY -- on_sent() --> WAITING -- offer() --> ANSWERED
      ^                       |
      +----- next_try() ------+---- next_try() --> FAILED

Whoever drives a Request moves the messages and says what time it is: it sends `frames`
whenever the request is READY, calls next_try() when the `deadline` has passed or the reply
cannot come any more, and offer()s what is received. exchange.py does so with a socket.
"""

from __future__ import annotations

from enum import Enum, auto

from zerowire.constants import Errno
from zerowire.error import Again
from zerowire.message import Message, Part, message_of, octets_of
from zerowire.routing.envelope import join_envelope

PREFIX_SIZE = 8  # octets that all request ids of a socket have in common
SUFFIX_SIZE = 8  # random ones, so that no peer can answer what another was asked
DELIMITER = b""


class NoReply(Again):
    """No reply has come to a request, in all its tries. The socket can be used again.

    Args:
        msg: What happened, in words.
        endpoint: Who was asked last; empty if nobody could be.
        tries: How often the request was sent.
        seconds: How long it all took.
    """

    def __init__(
        self, msg: str | None = None, endpoint: str = "", tries: int = 0, seconds: float = 0.0
    ) -> None:
        super().__init__(Errno.EAGAIN, msg)
        self.args = (msg, endpoint, tries, seconds)  # so that it can be pickled
        self.endpoint = endpoint
        self.tries = tries
        self.seconds = seconds


class State(Enum):
    """Where a request stands."""

    __hash__ = object.__hash__  # members are unique, and Enum's own costs a call

    READY = auto()  # to be sent
    WAITING = auto()  # on its way, or being answered
    ANSWERED = auto()  # the reply is here
    FAILED = auto()  # no reply, and no try left


TRANSITIONS = {
    State.READY: {State.READY, State.WAITING, State.ANSWERED, State.FAILED},
    State.WAITING: {State.READY, State.ANSWERED, State.FAILED},
    State.ANSWERED: set(),
    State.FAILED: set(),
}


class Request:
    """What to send, until when, and what came back. The reply to any try ends it."""

    __slots__ = (
        "_retries",
        "_start",
        "_timeout",
        "deadline",
        "frames",
        "reply",
        "request_id",
        "sent",
        "state",
    )

    def __init__(
        self, body: Message, *, timeout: float | None, retries: int, now: float, request_id: bytes = b""
    ) -> None:
        """Begin the first try.

        Args:
            body: What is asked.
            timeout: Seconds for each try; None is for ever.
            retries: How many more tries there are.
            now: The time, on the caller's own clock.
            request_id: What the reply is known by; empty if the socket type sees to that.
        """
        self.request_id = request_id
        self.frames = join_envelope([request_id, DELIMITER], body) if request_id else body
        self.state = State.READY
        self.reply: Message | None = None
        self.sent = 0  # how often
        self._timeout = timeout
        self._retries = retries
        self._start = now
        self.deadline = None if timeout is None else now + timeout

    def on_sent(self) -> None:
        """The frames are on their way."""
        self.sent += 1
        self._enter(State.WAITING)

    @property
    def is_answered(self) -> bool:
        """Whether the reply is here."""
        return self.state is State.ANSWERED

    def is_late(self, now: float) -> bool:
        """Whether the time for the present try is over."""
        return self.deadline is not None and now >= self.deadline

    def next_try(self, now: float) -> bool:
        """Begin another try; False if that was the last one."""
        if not self._retries:
            self._enter(State.FAILED)
            return False
        self._retries -= 1
        self._enter(State.READY)
        self.deadline = None if self._timeout is None else now + self._timeout
        return True

    def offer(self, message: Message) -> Message | None:
        """Take a message for the reply if it is one; return the reply, or None if it is none."""
        body = message if not self.request_id else open_reply(message, self.request_id)
        if body is None or self.state in (State.ANSWERED, State.FAILED):
            return None
        self.reply = body
        self._enter(State.ANSWERED)
        return body

    def elapsed(self, now: float) -> float:
        """Return the seconds since the request was made."""
        return now - self._start

    def _enter(self, state: State) -> None:
        assert state in TRANSITIONS[self.state]
        self.state = state


def id_of(message: Message) -> bytes:
    """Return the request id that a message begins with, if it begins with one; else nothing."""
    if not isinstance(message, list) or len(message[0]) != PREFIX_SIZE + SUFFIX_SIZE or len(message[1]):
        return b""
    return bytes(octets_of(message[0]))


def open_reply(message: Message, request_id: bytes) -> Message | None:
    """Return the body of the reply to a request; None if the message is not that."""
    if id_of(message) != request_id:
        return None
    body: list[Part] = message[2:] if isinstance(message, list) else []
    return message_of(body) if body else None
