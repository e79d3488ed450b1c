"""Waiting: the one place where a greenlet stands still, and the others run.

It does what api/blocking.py does for threads. The hub watches the socket's poller; meanwhile the
caretaker serves the socket, since the hub may be busy. Whoever is woken tries again, so a
greenlet that is killed while it waits has taken nothing that could be lost.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

from gevent.socket import wait_read

from zerowire.api.blocking import deadline_of
from zerowire.constants import Errno
from zerowire.engine.socket import OTHER, SEND, SocketCore
from zerowire.error import Again
from zerowire.message import Message


def send(core: SocketCore, message: Message, timeout_ms: int) -> None:
    """Send a message as soon as a peer can take it. Called with the lock held.

    Raises:
        Again: No peer could take it in time.
    """
    deadline = deadline_of(timeout_ms)
    while not core.try_send(message):
        core.note_mute()
        wait(core, SEND, deadline, message)


def until(core: SocketCore, condition: Callable[[], bool], timeout_ms: int) -> bool:
    """Wait until something is true of the socket; False if it did not come true in time."""
    deadline = deadline_of(timeout_ms)
    core.serve()
    try:
        while not condition():
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
        ZMQError: ENOTSOCK or ETERM when the socket was closed, or its context terminated, meanwhile.
    """
    left = None if deadline is None else deadline - monotonic()
    if left is not None and left <= 0:
        raise Again(Errno.EAGAIN)
    told: Any = object() if purpose == OTHER else message  # a thread has many greenlets
    core.begin_watch(purpose, told)
    core.tell_waiters()
    try:
        core.lock.release()
        core.context.flush_batches()
        wait_read(core.poller.fileno(), left, timeout_exc=False)
    finally:
        core.lock.acquire()
        core.end_watch(purpose, told)
    core.enter()
    core.serve()
