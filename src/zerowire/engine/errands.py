"""What a handshake waits for, apart from octets: that somebody decides about the peer, or that work is done.

Work may take long, to ask a key server for instance. So it is done in threads of its own, of which
none is left when there is nothing to do.
"""

from __future__ import annotations

import os
from collections import deque
from errno import EAGAIN
from time import monotonic
from typing import TYPE_CHECKING, cast

from zerowire import engine
from zerowire._native import Lock, start_thread
from zerowire.error import zmq_error

if TYPE_CHECKING:
    from zerowire.engine.link import Link
    from zerowire.zmtp.connection import Connection

MOST_THREADS = 8  # one that waits for a silent key server must not hold up the others


def begin(link: Link) -> None:
    """Have done what the connection of a link waits for; the link proceeds then, perhaps at once.

    Raises:
        ZMQError: EAGAIN: the process has as many threads as it may.
    """
    if cast("Connection", link.connection).work is None:
        engine.zap_client.ask(link)
    else:
        link.errand = errand = Work(link)
        crew.take(errand)


class Work:
    """Work for one connection."""

    __slots__ = ("_connection", "_core", "_link")

    def __init__(self, link: Link) -> None:
        self._link: Link | None = link
        self._connection = cast("Connection", link.connection)
        self._core = link.core

    def cancel(self) -> None:
        """Wait for it no more. Idempotent."""
        self._link = None

    def do(self) -> None:
        """Do it. Called in a thread of the crew."""
        work = self._connection.work
        if self._link is None or work is None:
            return  # the link has ended meanwhile
        try:
            work()
        except Exception:  # our mistake: it shall be seen, and cost no more than this peer
            engine.zap_client.complain()
        self._core.post(self._on_done)

    def _on_done(self) -> None:
        if self._link is not None:
            self._link.proceed(self._resume)

    def _resume(self) -> None:
        self._connection.work_done(monotonic())


class Crew:
    """Threads that work; one more for each piece of work that has to wait, up to a limit."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew: after a fork() the threads and their work are the parent's."""
        self._lock = Lock()
        self._waiting: deque[Work] = deque()
        self._threads = 0

    def take(self, work: Work) -> None:
        """Have work done soon.

        Raises:
            ZMQError: EAGAIN: no thread can be started.
        """
        with self._lock:
            if self._threads < MOST_THREADS:
                self._hire()
            self._waiting.append(work)

    def _hire(self) -> None:
        try:
            start_thread(self._run, "zerowire-handshake")
        except RuntimeError as error:  # the process ends, or has as many threads as it may
            if not self._threads:
                raise zmq_error(EAGAIN, f"a handshake needs a thread: {error}") from None
        else:
            self._threads += 1

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._threads -= 1
                    return
                work = self._waiting.popleft()
            work.do()


crew = Crew()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=crew.forget)
