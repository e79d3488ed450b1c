"""Has somebody decide about a peer: a ZAP handler of the same context (RFC 27), or the program itself.

Each question to a handler goes through a pipe of its own, which the handler's socket meets as that
of a DEALER. So any number can be under way, are answered in any order, and a handler that is slow,
or leaves, holds up nobody. Nothing here waits: answers come through the mailbox of the socket
that asks.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from errno import EFAULT
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from zerowire import engine
from zerowire.constants import SocketType
from zerowire.error import zmq_error
from zerowire.message import Message, frames_of, octets_of
from zerowire.transport.endpoint import encode, parse
from zerowire.transport.inproc import Offer, make_offer
from zerowire.zmtp import zap
from zerowire.zmtp.events import AuthenticationWanted
from zerowire.zmtp.metadata import as_text

if TYPE_CHECKING:
    from zerowire.engine.link import Link
    from zerowire.options import Settings
    from zerowire.routing.pipe import Pipe
    from zerowire.zmtp.connection import Connection

HANDLERS = frozenset({SocketType.REP, SocketType.ROUTER, SocketType.SERVER})
NAME = parse(zap.ENDPOINT).address
NOTHING: Mapping[str, str] = {}


def ask(link: Link) -> None:
    """Have it decided whether the peer of a link may come in; the link proceeds then, perhaps at once."""
    settings = link.owner.settings
    request = request_of(link, settings)
    if settings.authenticate is not None:
        link.proceed(partial(ask_program, link, settings.authenticate, request))
        return
    # CURVE-5: who wants no domain to be unknown, and has none, does not ask.
    if request.mechanism == b"CURVE" and settings.zap_enforce_domain and not request.domain:
        link.proceed(partial(decide, link, zap.SUCCESS))
        return
    question = Question(link)
    link.errand = question
    if question.put([*zap.request(*request)]):
        return
    if request.mechanism == b"PLAIN" or settings.zap_enforce_domain:
        link.proceed(no_handler)
    else:
        link.proceed(partial(decide, link, zap.SUCCESS))


def request_of(link: Link, settings: Settings) -> zap.Request:
    """Return what is to be decided. The routing id is this socket's own, as libzmq has it (ZAP-1)."""
    [wanted] = link.connection.events()
    assert isinstance(wanted, AuthenticationWanted)
    address = encode(link.stream.peer_address)
    domain = encode(settings.zap_domain)
    return zap.Request(
        zap.REQUEST_ID, domain, address, settings.routing_id, wanted.mechanism, wanted.credentials
    )


def decide(
    link: Link, status: int, user_id: bytes | None = None, properties: Mapping[str, str] = NOTHING
) -> None:
    """Tell the connection of a link how somebody has decided.

    Raises:
        RemoteProtocolError: The peer was not let in, or its handshake has failed.
    """
    cast("Connection", link.connection).zap_reply(status, user_id, properties, monotonic())


def no_handler() -> None:
    """Let a peer down about whom nobody decides (PLAIN-1, NULL-6, CURVE-5)."""
    raise zmq_error(EFAULT, f"nobody decides about peers: no ZAP handler is bound to {zap.ENDPOINT}")


class Question:
    """A question that a handler may answer. It observes the pipe that it was put into."""

    __slots__ = ("_core", "_link", "_pipe")

    def __init__(self, link: Link) -> None:
        self._link = link
        self._core = link.core
        self._pipe: Pipe | None = None

    def put(self, frames: Message) -> bool:
        """Give a request to the handler; False if there is none."""
        offer = make_offer(NAME, self, ignore, routing_id=b"", sndhwm=0, rcvhwm=0, conflate=(False, False))
        names = self._core.context.inproc
        handler = names.connect(offer)
        if handler is None:
            names.withdraw(offer)
            return False
        if handler.type not in HANDLERS or not handler.post(engine.inproc.welcome, handler, offer):
            return False
        self._pipe = offer.near
        return offer.near.push(frames)

    def cancel(self) -> None:
        """Wait for no answer any more. Idempotent."""
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None

    # -- called in the handler's thread --------------------------------------------------------

    def on_readable(self, pipe: Pipe) -> None:
        """The handler has answered."""
        self._core.post(self._receive)

    def on_writable(self, pipe: Pipe) -> None:
        """Cannot happen: there is no limit."""

    def on_closed(self, pipe: Pipe) -> None:
        """The handler has left."""
        self._core.post(self._give_up)

    # -- called with the lock of the socket that asks ------------------------------------------

    def _receive(self) -> None:
        reply = None if self._pipe is None else self._pipe.pop()
        if reply is not None:
            self.cancel()
            self._link.proceed(partial(heed, self._link, reply))

    def _give_up(self) -> None:
        if self._pipe is not None:
            self.cancel()
            self._link.proceed(no_handler)


def heed(link: Link, message: Message) -> None:
    """Do what a handler has decided.

    Raises:
        RemoteProtocolError: As decide(); or this is no reply.
    """
    status, _, user_id, properties = zap.parse_reply([bytes(octets_of(part)) for part in frames_of(message)])
    decide(link, status, user_id, {name: as_text(value) for name, value in properties.items()})


def ask_program(link: Link, authenticate: Callable[[zap.Request], Any], request: zap.Request) -> None:
    """Do what a function of the program has decided, or will have: it may return a future.

    Raises:
        RemoteProtocolError: As decide().
    """
    try:
        verdict = authenticate(request)
    except Exception as error:
        heed_program(link, partial(fail, error))
        return
    if hasattr(verdict, "add_done_callback"):
        link.errand = verdict
        verdict.add_done_callback(partial(link.core.post, hear_program, link))
    else:
        heed_program(link, lambda: verdict)


def fail(error: Exception) -> None:
    """Raise an error where it is wanted."""
    raise error


def hear_program(link: Link, verdict: Any) -> None:
    """A future of the program is done; it may have been cancelled with the link."""
    if link.errand is verdict:
        link.proceed(partial(heed_program, link, partial(outcome_of, verdict)))


def outcome_of(verdict: Any) -> object:
    """Return the result of a future.

    Raises:
        RuntimeError: It was cancelled, or its thread was to end: which this one is not.
        Exception: What else has come of it.
    """
    try:
        return verdict.result()
    except Exception:
        raise
    except BaseException as error:
        raise RuntimeError("the future that authenticate has returned was cancelled") from error


def heed_program(link: Link, answer_of: Callable[[], object]) -> None:
    """Do what the program has decided: True, False, or what User-Id shall be; if nothing, it is False.

    Raises:
        RemoteProtocolError: As decide().
    """
    try:
        answer = answer_of()
        if not isinstance(answer, bool | str | None):
            raise TypeError(f"authenticate returns a bool or a str, not {answer!r}")
    except Exception:  # the program's mistake: it shall be seen, and cost no more than this peer
        complain()
        decide(link, zap.INTERNAL_ERROR)
        return
    if isinstance(answer, str) and answer:
        decide(link, zap.SUCCESS, encode(answer))
    else:
        decide(link, zap.SUCCESS if answer else zap.AUTHENTICATION_FAILURE)


def complain() -> None:
    """Report the exception that is being handled as one that has ended a thread."""
    kind, error, trace = sys.exc_info()
    threading.excepthook(threading.ExceptHookArgs((kind, error, trace, threading.current_thread())))


def ignore(offer: Offer, routing_id: bytes, sndhwm: int, rcvhwm: int) -> None:
    """Hear that the handler has taken the pipe."""
