"""A context's core: its sockets, its inproc names, its caretaker."""

from __future__ import annotations

import os
import weakref
from collections.abc import KeysView
from contextlib import suppress
from errno import EMFILE
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING

from zerowire._native import Lock, RLock, get_ident, start_thread
from zerowire.constants import Errno
from zerowire.engine.caretaker import Caretaker
from zerowire.engine.seeds import getrandbits
from zerowire.engine.socket import LONGEST_BATCH, SocketCore
from zerowire.error import zmq_error
from zerowire.options import ContextSettings, Settings
from zerowire.transport.inproc import Registry

if TYPE_CHECKING:
    from zerowire.engine.inspection import Inspector

EXIT_PATIENCE = 3.0  # seconds that a process which ends waits for messages that are not sent yet

_serial = count(1)
_contexts: weakref.WeakSet[ContextCore] = weakref.WeakSet()
_ending_in: int | None = None  # the thread in which the process ends


class ContextCore:
    """What the sockets of one context share."""

    def __init__(self) -> None:
        self.settings = ContextSettings()
        self.inproc: Registry[SocketCore] = Registry()
        self._sockets: dict[SocketCore, None] = {}
        self.is_terminated = False
        self.pid = os.getpid()
        self.serial = next(_serial)
        self.lock = RLock()  # the garbage collector may close a socket at any moment
        self._bells: list[Lock] = []  # of who waits for sockets to finish, let go when one does
        self._caretaker: Caretaker | None = None
        self.batching: set[SocketCore] = set()  # sockets that keep messages back; some no more
        self.inspector: Inspector | None = None  # while somebody looks at the sockets, or may
        _contexts.add(self)

    @property
    def sockets(self) -> KeysView[SocketCore]:
        """Those that are not finished, in the order in which they were opened."""
        return self._sockets.keys()

    @property
    def caretaker(self) -> Caretaker:
        """The thread that looks after idle sockets; it starts with the first socket (CTX-2).

        Raises:
            ZMQError: ETERM after term().
        """
        if self._caretaker is None:
            raise zmq_error(Errno.ETERM)
        return self._caretaker

    def new_settings(self) -> Settings:
        """Return the options of a new socket, as the context's options have them."""
        settings = Settings()
        settings.ipv6 = self.settings.ipv6
        if not self.settings.blocky:
            settings.linger = 0
        return settings

    def new_seed(self) -> int:
        """Return a random 32-bit number."""
        return getrandbits(32)

    def open_socket(self, socket_type: int) -> SocketCore:
        """Open a socket.

        Raises:
            ZMQError: ETERM after term(), EMFILE beyond MAX_SOCKETS or without descriptors,
                EINVAL for an unknown type.
        """
        with self.lock:
            if self.is_terminated:
                raise zmq_error(Errno.ETERM)
            if len(self.sockets) >= self.settings.max_sockets:
                limit = self.settings.max_sockets
                raise zmq_error(
                    EMFILE, f"the context has MAX_SOCKETS={limit} sockets open; raise it or close some"
                )
            if self._caretaker is None:
                caretaker = Caretaker(f"zerowire-{self.serial}")
                caretaker.start()
                self._caretaker = caretaker
            core = SocketCore(self, socket_type)
            self._caretaker.adopt(core)
            self._sockets[core] = None
        if self.inspector is not None:
            self.inspector.adopt(core)
        return core

    # -- called by sockets, under their lock ---------------------------------------------------

    def on_batch(self, core: SocketCore) -> None:
        """A socket keeps messages back, so that more can join them."""
        self.batching.add(core)
        if not core.flush_later(LONGEST_BATCH):
            self.caretaker.hurry()

    def on_finished(self, core: SocketCore) -> None:
        """Nothing is left of a socket."""
        with self.lock:
            self._sockets.pop(core, None)
            self.batching.discard(core)
            bells, self._bells = self._bells, []
        for bell in bells:
            bell.release()

    def flush_batches(self) -> None:
        """Write what sockets keep back; called without any lock, by a thread that is going to wait."""
        batching = self.batching
        while batching:
            try:
                core = batching.pop()
            except KeyError:  # another thread was faster
                return
            with core.lock:
                if core.dirty:
                    core.flush()

    def hold_at_exit(self, core: SocketCore) -> None:
        """Keep a thread for ever that calls a socket while the process ends, and nobody waits for it.

        It is a daemon, and shall not end with a traceback. Called with the socket's lock held.
        """
        if _ending_in is not None and get_ident() != _ending_in:
            core.lock.release()
            forever = Lock()
            forever.acquire()
            forever.acquire()

    # -- the end -------------------------------------------------------------------------------

    def shutdown(self) -> None:
        """Make every call on every socket fail with ETERM (CTX-3). Idempotent."""
        with self.lock:
            self.is_terminated = True
            sockets = tuple(self.sockets)
        for core in sockets:
            core.stop()

    def term(self, timeout: float | None = None) -> bool:
        """Shut down, and wait until all sockets are closed and have sent what LINGER lets them.

        Args:
            timeout: Seconds to wait; None is for ever.

        Returns:
            Whether it is all over; if not, it can be called again.
        """
        self.shutdown()
        if not self.await_sockets(timeout):
            return False
        with self.lock:
            caretaker, self._caretaker = self._caretaker, None
        if caretaker is not None:
            caretaker.stop()
        if self.inspector is not None:
            self.inspector.end()
        self.inproc.clear()
        _contexts.discard(self)
        return True

    def end_in_background(self) -> None:
        """End without waiting: the garbage collector may have come in a thread that sockets wait for."""
        if self._caretaker is None and self.inspector is None:
            self.term()  # there is nobody to wait for
        else:
            start_thread(self.term, f"zerowire-{self.serial}-end")

    def await_sockets(self, timeout: float | None) -> bool:
        """Wait until all sockets are finished. Arguments and result as of term()."""
        deadline = None if timeout is None else monotonic() + timeout
        while True:
            with self.lock:
                if not self.sockets:
                    return True
                bell = Lock()
                bell.acquire()
                self._bells.append(bell)
            left = -1.0 if deadline is None else max(0.0, deadline - monotonic())
            if not bell.acquire(timeout=left):
                with self.lock, suppress(ValueError):
                    self._bells.remove(bell)
                return not self.sockets

    def leave_in_child(self) -> None:
        """After fork(): close what was inherited, and say nothing on it."""
        self.lock = RLock()
        self._bells = []
        self.inspector = None
        self.inproc = Registry()  # its lock, too, may have been held by a thread that is not here
        self.is_terminated = True
        for core in tuple(self.sockets):
            core.renew_lock()
            core.abandon_in_child()
        self._sockets.clear()
        if self._caretaker is not None:
            self._caretaker.abandon_in_child()
            self._caretaker = None


def begin_exit() -> None:
    """The process ends, in this thread; others that are still there are daemons."""
    global _ending_in
    _ending_in = get_ident()


def flush_at_exit(patience: float = EXIT_PATIENCE) -> list[str]:
    """Close every socket of the process and wait a little for what is not sent.

    Args:
        patience: Seconds to wait, over all sockets.

    Returns:
        A line of text for each socket that still held messages then.
    """
    deadline = monotonic() + patience
    complaints = []
    for context in tuple(_contexts):
        is_in_use = False
        for core in tuple(context.sockets):
            with core.lock:
                if core.waiters:  # a daemon thread, which shall not end with a traceback
                    core.flush()
                    context._sockets.pop(core, None)
                    is_in_use = True
                else:
                    core.close()
        context.shutdown()
        context.await_sockets(max(0.0, deadline - monotonic()))
        for core in tuple(context.sockets):
            with core.lock:
                if core.unsent:  # else what is written needs no more than time
                    complaints.append(_complaint(core))
                core.abandon()
        if not is_in_use:
            context.term(0.1)
    return complaints


def _complaint(core: SocketCore) -> str:
    where = ", ".join(sorted({task.endpoint for task in core.tasks}))
    return (
        f"zerowire: a {core.type.name} socket still held {core.unsent} unsent messages for "
        f"{where} when the process ended; set LINGER, or close() and term() before"
    )


def _after_fork_in_child() -> None:
    for context in tuple(_contexts):
        context.leave_in_child()
    _contexts.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
