"""Asking a peer and waiting for its answer, in one call: Socket.request()."""

from __future__ import annotations

from time import monotonic
from typing import Any

from zerowire._native import Lock
from zerowire.api.blocking import wait
from zerowire.api.exchange import Exchange, make_exchange
from zerowire.api.parts import check_parts, make_part, part_bytes
from zerowire.engine.socket import OTHER, SocketCore
from zerowire.error import Again
from zerowire.message import COPY_THRESHOLD, Message, frames_of, message_of


def ask(core: SocketCore, msg: Any, timeout: float | None, retries: int) -> bytes | list[bytes]:
    """Send a request and wait for its reply. Arguments and errors are those of Socket.request()."""
    body = body_of(msg)
    seconds = seconds_of(core, timeout)
    with core.lock:
        core.enter()
        exchange = make_exchange(core, body, seconds, retries, monotonic())
        try:
            exchange.open()
            call = Call(exchange)
            while not exchange.step(monotonic()):
                call.wait()
        finally:
            exchange.close()
    reply = exchange.reply
    assert reply is not None
    return unpack(reply, msg)


def body_of(msg: Any) -> Message:
    """Return the message that a request is sent as.

    Raises:
        TypeError: It is str, or not bytes-like.
        IndexError: It is an empty list.
    """
    if isinstance(msg, list | tuple):
        return message_of(check_parts(msg, True, False, COPY_THRESHOLD))
    return make_part(msg, True, False, COPY_THRESHOLD)


def seconds_of(core: SocketCore, timeout: float | None) -> float | None:
    """Return how long a try may take, for ever if None: from milliseconds, or from RCVTIMEO if None."""
    milliseconds = core.settings.rcvtimeo if timeout is None else timeout
    return None if milliseconds < 0 else milliseconds / 1000


def unpack(reply: Message, msg: Any) -> bytes | list[bytes]:
    """Return a reply in the form that the request had.

    Raises:
        ValueError: It has several frames, and the request was not a list.
    """
    frames = [part_bytes(part) for part in frames_of(reply)]
    if isinstance(msg, list | tuple):
        return frames
    if len(frames) > 1:
        raise ValueError(f"the reply has {len(frames)} frames: pass a list to request(), and get one")
    return frames[0]


class Call:
    """A thread that waits for an exchange of its own."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._core = exchange.core
        self._signal = Lock()  # held by us; let go to end a sleep
        self._is_asleep = False
        exchange.rouse = self._rouse

    def wait(self) -> None:
        """Wait once until there may be something to do for the exchange. Called with the lock held."""
        if self._exchange.is_first:
            try:
                wait(self._core, OTHER, self._exchange.deadline)
            except Again:
                pass  # step() knows what comes next
        else:
            self._sleep()
            self._core.enter()

    def _sleep(self) -> None:
        """Let the first in line do the work, until it rouses us."""
        core, deadline = self._core, self._exchange.deadline
        self._signal.acquire(blocking=False)  # if it was let go when the last sleep was over already
        self._is_asleep = True
        try:
            core.lock.release()  # in here: a signal's handler may raise as soon as it has let go
            self._signal.acquire(timeout=-1 if deadline is None else max(0.0, deadline - monotonic()))
        finally:
            core.lock.acquire()
            self._is_asleep = False

    def _rouse(self) -> None:
        core = self._core
        if self._is_asleep:
            self._is_asleep = False
            self._signal.release()
        else:  # it waits for the socket
            core.note_change()
            core.tell_waiters()
