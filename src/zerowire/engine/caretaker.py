"""The thread that looks after sockets nobody is using at the moment.

A program that computes, or sleeps, still has peers: they connect, send, expect an
answer to a PING. The caretaker waits on the pollers of all idle sockets of a context
(an epoll descriptor can itself be polled) and serves whichever has something to do.

A call on a socket takes a *lease* on it, so that the caretaker leaves it alone. While
there are leases the caretaker ticks: it flushes what a stream of sends has collected,
and takes back sockets that had nothing to do for TICK seconds. A socket whose caller has been
waiting for a while serves itself and needs no tick. With every socket idle or waiting
and no timer pending the caretaker sleeps for ever: an idle process makes no wake-ups.

Lock order: a socket's lock may be held when these methods are called; the caretaker's
own state is touched only in ways that the interpreter keeps atomic.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, cast

from zerowire._native import get_ident, start_thread
from zerowire.engine.descriptors import open_poller
from zerowire.reactor.poller import READABLE
from zerowire.reactor.timers import Timer, Timers

if TYPE_CHECKING:
    from zerowire.engine.socket import SocketCore

HURRIED_TICK = 0.001  # how long a message may wait for company, in seconds
TICK = 0.005
PATIENCE = 0.05  # seconds that a caller waits before its socket counts as parked


class Caretaker:
    """Serves the idle sockets of one context from a thread of its own."""

    def __init__(self, name: str) -> None:
        self._poller, self._waker = open_poller()
        self._timers = Timers()
        self._alarms: dict[SocketCore, Timer] = {}
        self._leased: set[SocketCore] = set()
        self._hurried = False  # a leased socket holds messages that wait for company
        self._ticking = False
        self._stopping = False
        self._name = name
        self._thread = 0  # its identifier
        self._join: Callable[[], object] | None = None

    def start(self) -> None:
        """Start the thread."""
        self._join = start_thread(self._run, self._name)

    def stop(self) -> None:
        """End the thread and give back its descriptors."""
        self._stopping = True
        self._waker.wake()
        if self._join is not None and self._thread != get_ident():
            self._join()
        self._poller.close()
        self._waker.close()

    def abandon_in_child(self) -> None:
        """After fork() there is no thread, and the descriptors are the parent's."""
        self._poller.close()
        self._waker.close()

    # -- called by sockets, under their lock ---------------------------------------------------

    def adopt(self, core: SocketCore) -> None:
        """Look after a new socket."""
        self._poller.register(core.poller.fileno(), READABLE, core)

    def release(self, core: SocketCore) -> None:
        """Never touch a socket again: its poller is about to be closed."""
        self._leased.discard(core)
        core.leased = False
        self._poller.unregister(core.poller.fileno())

    def lease(self, core: SocketCore) -> None:
        """Leave a socket to its caller, until it has been quiet for TICK seconds."""
        core.leased = True
        core.parked = False
        self._poller.modify(core.poller.fileno(), 0)
        self._leased.add(core)
        if not self._ticking:
            self._waker.wake()

    def unpark(self, core: SocketCore) -> None:
        """The caller that had waited for long is back."""
        core.parked = False
        self._leased.add(core)
        if not self._ticking:
            self._waker.wake()

    def hurry(self) -> None:
        """Tick soon: a socket keeps messages back so that more can join them."""
        if not self._hurried:
            self._hurried = True
            self._waker.wake()

    def attend(self, core: SocketCore) -> None:
        """Take a socket over at once; it is closing and will not be called again."""
        self._leased.discard(core)
        core.leased = False
        self._poller.modify(core.poller.fileno(), READABLE)
        core.waker.wake()

    # -- the thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        self._thread = get_ident()
        last_tick = 0.0
        while not self._stopping:
            for core, _ in self._poller.wait(self._timeout()):
                if core is self._waker:
                    self._waker.clear()
                else:
                    self._serve(cast("SocketCore", core))
            now = monotonic()
            self._timers.run_due(now)
            if self._leased and now - last_tick >= HURRIED_TICK / 2:
                last_tick = now
                self._tick(now)

    def _timeout(self) -> float | None:
        self._ticking = is_ticking = bool(self._leased)  # asked once: sockets come and go meanwhile
        if is_ticking:
            return HURRIED_TICK if self._hurried else TICK
        deadline = self._timers.next_deadline()
        return None if deadline is None else max(0.0, deadline - monotonic())

    def _serve(self, core: SocketCore) -> None:
        with core.lock:
            if core.leased or core.is_finished:
                return
            try:
                core.serve()
            except Exception:  # a mistake of ours with one socket must not end the service of all
                self._complain()
            self._set_alarm(core)

    def _complain(self) -> None:
        kind, error, trace = sys.exc_info()
        threading.excepthook(threading.ExceptHookArgs((kind, error, trace, threading.current_thread())))

    def _set_alarm(self, core: SocketCore) -> None:
        """Remember when an idle socket's next timer is due."""
        alarm = self._alarms.get(core)
        deadline = None if core.is_finished else core.timers.next_deadline()
        if alarm is not None:
            if deadline is not None and alarm.deadline == deadline:
                return
            alarm.cancel()
            del self._alarms[core]
        if deadline is not None:
            self._alarms[core] = self._timers.schedule(deadline, lambda: self._on_alarm(core))

    def _on_alarm(self, core: SocketCore) -> None:
        self._alarms.pop(core, None)
        self._serve(core)

    def _tick(self, now: float) -> None:
        self._hurried = False
        for core in tuple(self._leased):
            # A lock that is taken means a caller at work: it flushes itself or is back at the next tick.
            if not core.lock.acquire(blocking=False):
                if core.dirty:
                    self._hurried = True
                continue
            try:
                if core.leased:
                    self._review(core, now)
            except Exception:  # as in _serve()
                self._complain()
            finally:
                core.lock.release()

    def _review(self, core: SocketCore, now: float) -> None:
        """Flush a leased socket; park it or take it back when it has been quiet."""
        if core.dirty:
            core.flush()
        if core.was_called:
            core.was_called = False
            core.quiet_since = now
            return
        quiet = now - core.quiet_since
        if quiet < TICK:
            return
        if core.waiters:
            if quiet >= PATIENCE:
                core.parked = core.needs_attention = True
                self._leased.discard(core)
            return
        self._leased.discard(core)
        core.leased = False
        core.needs_attention = True
        self._poller.modify(core.poller.fileno(), READABLE)
        core.serve()
        self._set_alarm(core)
