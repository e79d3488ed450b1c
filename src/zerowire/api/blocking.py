"""Waiting: the one place where a call stands still.

A caller that finds nothing to take, or no room, waits on the socket's own poller and does
the socket's I/O itself: no other thread is involved. Signals interrupt the wait; their
handlers run, and an exception that they raise ends the call (PEP 475).
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from zerowire import api
from zerowire.constants import Errno
from zerowire.engine.socket import OTHER, RECEIVE, SEND, SocketCore
from zerowire.error import Again
from zerowire.leaf.watch import keep_watch, rest
from zerowire.message import Message, Part


def receive(core: SocketCore, timeout_ms: int) -> Message:
    """Wait for the next message, after take() has found none. Called with the lock held.

    Args:
        timeout_ms: How long to wait: 0 is not at all, -1 for ever.

    Raises:
        Again: Nothing has come in time.
    """
    deadline = deadline_of(timeout_ms)
    if core.dirty:
        core.flush()
    message = None
    try:
        while message is None:
            wait(core, RECEIVE, deadline)
            message = core.take()
    except Again:
        raise Again(Errno.EAGAIN, api.reasons.why_not_received(core, timeout_ms)) from None
    if core.is_watched:
        core.tell_waiters()
    return message


def send(core: SocketCore, message: Message, timeout_ms: int) -> None:
    """Wait until a message can be sent, after try_send() has found no room. Called with the lock held.

    Raises:
        Again: No peer could take it in time.
    """
    core.note_mute()
    deadline = deadline_of(timeout_ms)
    try:
        wait(core, SEND, deadline, message)
        while not core.try_send(message):
            wait(core, SEND, deadline, message)
    except Again:
        raise Again(Errno.EAGAIN, api.reasons.why_not_sent(core, timeout_ms)) from None


def begin(core: SocketCore, part: Part, timeout_ms: int) -> None:
    """Send a frame that is not the last of its message, waiting if the message cannot go yet.

    Raises:
        Again: No peer could take the message in time.
    """
    deadline = deadline_of(timeout_ms)
    while not core.outgoing.begin(part):
        core.note_mute()
        try:
            wait(core, SEND, deadline, part)
        except Again:
            raise Again(Errno.EAGAIN, api.reasons.why_not_sent(core, timeout_ms)) from None


def until(core: SocketCore, condition: Callable[[], bool], timeout_ms: int) -> bool:
    """Wait until something is true of the socket; False if it did not come true in time."""
    core.serve()
    deadline = deadline_of(timeout_ms)
    while not condition():
        try:
            wait(core, OTHER, deadline)
        except Again:
            return condition()
    return True


def wait(core: SocketCore, purpose: int, deadline: float | None, message: Message | None = None) -> None:
    """Wait once until the socket has something to do, and do it; the lock is let go meanwhile.

    Args:
        core: The socket.
        purpose: RECEIVE, SEND or OTHER.
        deadline: When to give up; None is never.
        message: What is to be sent, with SEND.

    Raises:
        Again: The deadline has passed.
        ZMQError: ENOTSOCK or ETERM when the socket was closed, or its context terminated, by
            another thread.
    """
    if deadline is not None and monotonic() >= deadline:
        raise Again(Errno.EAGAIN)
    core.begin_wait(purpose, message)
    time = core.wait_time(deadline)
    try:
        core.guard.release()  # in here: a signal's handler may raise as soon as it has let go
        if core.context.batching:
            core.context.flush_batches()
        ready = look(core, time)
    finally:
        core.guard.acquire()
        core.end_wait(purpose, message)
    if core.needs_attention:
        core.enter()
    core.dispatch(ready)


def look(core: SocketCore, time: float | None) -> list[tuple[object, int]]:
    """Wait on a socket's poller, without its lock; awake at first if that has been worth it."""
    vigil = core.vigil
    look_once = core.poller.wait
    start = monotonic()
    awake = vigil.time(start, core.has_written) if vigil.is_promising else 0.0
    core.has_written = False
    if awake and keep_watch(core.poller.fileno(), core.waker.fileno(), awake):
        ready = look_once(0)
        if ready:
            vigil.learn(monotonic() - start, kept=True, rewarded=True)
            return ready
    ready = rest(look_once, core.poller.fileno(), time)
    vigil.learn(monotonic() - start, kept=awake > 0, rewarded=False)
    return ready


def deadline_of(timeout_ms: int) -> float | None:
    """Return the moment at which a timeout ends; None for -1, which never does."""
    return None if timeout_ms < 0 else monotonic() + timeout_ms / 1000
