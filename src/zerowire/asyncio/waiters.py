"""Who waits for a socket in an event loop, and how the loop serves it.

The loop watches the socket's poller. Whenever that has something, serve() does the socket's
I/O and hands out, in the order in which they came, what those in line wait for. Unlike a
thread that waits, they leave the socket to the caretaker as well, as a loop may have other
things to do.

A call that need not wait does not come here, except to ask whether it may go on: those in
line come first, and a task that never waits would leave no time to others.
"""

from __future__ import annotations

import warnings
from asyncio import AbstractEventLoop, get_event_loop
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any, TypeVar

from zerowire.asyncio.conversions import Convert
from zerowire.asyncio.futures import Looking, Receiving, Sending, Waiting
from zerowire.asyncio.traffic import put, take, waiting
from zerowire.asyncio.turns import Turns, running_loop
from zerowire.asyncio.watches import Watch, watch
from zerowire.constants import Errno
from zerowire.engine.returned import Receipt
from zerowire.engine.socket import OTHER, RECEIVE, SEND, SocketCore
from zerowire.engine.vigil import Vigil
from zerowire.error import ZMQError, zmq_error
from zerowire.message import Part

T = TypeVar("T")
Handed = tuple[Callable[[Any], None], Any]  # how to end a wait, and with what

DROWSINESS = 60e-6  # seconds that a loop takes to wake up and find out what has come
LONGER = 2  # than a thread a task stays awake, as its peer may have to wake up a loop, too


class Waiters:
    """Those who wait for a socket through one handle, in one loop at a time."""

    __slots__ = (
        "_begun",
        "_core",
        "_loop",
        "_waited_since",
        "_was_awake",
        "_watch",
        "lookers",
        "receivers",
        "senders",
        "turns",
    )

    def __init__(self, core: SocketCore) -> None:
        self._core = core
        self.receivers: deque[Receiving[Any]] = deque()
        self.senders: deque[Sending[Any]] = deque()
        self.lookers: list[Looking[Any]] = []
        self.turns = Turns(partial(flush, core))
        self._loop: AbstractEventLoop | None = None
        self._watch: Watch | None = None
        self._begun: list[tuple[int, Any]] = []  # what the core was told
        self._waited_since = 0.0  # when the last receiver found nothing
        self._was_awake = False  # it stayed awake then

    def flush_soon(self) -> None:
        """Write what was sent when the task that sends goes to wait; called without the lock."""
        if not self.turns.ask():
            flush(self._core)

    # -- staying awake -------------------------------------------------------------------------

    def take_next(self, whole: bool) -> Receipt | None:
        """Take a message, or a frame, that comes at once, after take() has found none; lock held.

        A task that waits for the next message of a dense stream, or an answer, stays awake for
        a moment, if its loop has nothing else to do. See engine/vigil.py.
        """
        core = self._core
        awake = self._time_awake()
        if not awake or self._watch is None:
            core.serve()
            return take(core, whole)
        if core.dirty:
            core.flush()
        core.begin_watch(RECEIVE)
        try:
            core.guard.release()
            has_come = self._watch.stay_awake(awake)
        finally:
            core.guard.acquire()
            core.end_watch(RECEIVE)
        if core.needs_attention:
            core.enter()
        if not has_come:
            return None
        core.serve()
        receipt = take(core, whole)
        if receipt is not None:
            core.vigil.learn(monotonic() - self._waited_since, kept=True, rewarded=True)
        return receipt

    def _time_awake(self) -> float:
        """Return how many seconds the next wait may begin with being awake."""
        core = self._core
        vigil: Vigil = core.vigil
        now = monotonic()
        awake = 0.0
        if (
            vigil.is_promising
            and self._watch is not None
            and self._watch.is_idle(self.turns.asked is not None)
        ):
            awake = LONGER * vigil.time(now, core.has_written)
        core.has_written = False
        self._waited_since = now
        self._was_awake = awake > 0
        return awake

    def _learn(self, now: float) -> None:
        """Somebody had to wait until now."""
        waited = max(0.0, now - self._waited_since - DROWSINESS)
        self._core.vigil.learn(waited, kept=self._was_awake, rewarded=False)

    # -- waiting -------------------------------------------------------------------------------

    def receive(self, whole: bool, how: Convert | None, is_tried: bool) -> Receiving[Any]:
        """Wait for a message, or for a frame of one, for as long as RCVTIMEO has it.

        Args:
            whole, how: As for Receiving.
            is_tried: Whether there was none just now; else that is found out in the next turn.
        """
        loop = self._enter_loop()
        future: Receiving[Any] = Receiving(self, loop, whole, how)
        self.receivers.append(future)
        self._settle()
        if not is_tried or self._core.receives_parts:
            loop.call_soon(self.serve)
        future.limit(self._core.settings.rcvtimeo)
        return future

    def send(self, parts: list[Part], more: int, value: T, is_tried: bool) -> Sending[T]:
        """Wait until frames can be sent, for as long as SNDTIMEO has it. Arguments as Sending, receive()."""
        loop = self._enter_loop()
        future = Sending(self, loop, parts, more, value)
        self.senders.append(future)
        self._settle()
        if not is_tried:
            loop.call_soon(self.serve)
        future.limit(self._core.settings.sndtimeo)
        return future

    def look_out(self, purposes: tuple[int, ...], condition: Callable[[], T], timeout_ms: int) -> Looking[T]:
        """Wait until something is true of the socket. Arguments as Looking; a timeout of -1 is for ever."""
        loop = self._enter_loop()
        future = Looking(self, loop, purposes, condition)
        self.lookers.append(future)
        self._settle()
        if OTHER in purposes:
            loop.call_soon(self.serve)  # nobody will tell of what has happened before
        future.limit(timeout_ms)
        return future

    def look(self, condition: Callable[[], T]) -> T:
        """Return what a condition says of the socket now. Arguments as Looking.

        Raises:
            ZMQError: ENOTSOCK, ETERM.
        """
        core = self._core
        with core.guard:
            if core.needs_attention:
                core.enter()
            value = condition()
            if not value:
                core.serve()
                value = condition()
            return value

    def leave(self, future: Waiting[Any]) -> None:
        """Wait no more: the call was cancelled, or its time is over."""
        with suppress(ValueError):
            future.line.remove(future)
        self._settle()

    def close(self) -> None:
        """Cancel those who wait."""
        everybody: list[Waiting[Any]] = [*self.receivers, *self.senders, *self.lookers]
        self._forget()
        self._settle()
        self._stop_watching()
        for future in everybody:
            with suppress(RuntimeError):  # its loop is closed
                future.cancel()

    @property
    def is_here(self) -> bool:
        """Whether this is the thread of those who wait."""
        loop = self._loop
        return loop is None or not loop.is_running() or running_loop() is loop

    def _forget(self) -> None:
        self.receivers.clear()
        self.senders.clear()
        self.lookers.clear()

    # -- serving -------------------------------------------------------------------------------

    def serve(self) -> None:
        """Do what the socket has to do, and give those in line what they wait for."""
        core = self._core
        was_awaited = bool(self._begun)
        handed: list[Handed] = []
        failure: ZMQError | None = None
        now = self.turns.begin()
        try:
            with core.guard:
                self._withdraw()
                try:
                    if core.needs_attention:
                        core.enter()
                    core.dispatch(core.poller.wait(0))
                    self._hand_out(handed)
                    if core.dirty:
                        core.flush()
                except ZMQError as error:
                    failure = error
                finally:
                    if failure is None:
                        self._begin()
        finally:
            if handed:
                self._learn(now)
                finish(handed)
        if failure is not None:
            self._fail(failure)
        if failure is not None or not was_awaited:
            self._stop_watching()

    def _hand_out(self, handed: list[Handed]) -> None:
        core = self._core
        receivers, senders = self.receivers, self.senders
        while receivers:
            receiver = receivers[0]
            try:
                receipt = take(core, receiver.whole)
            except ZMQError as error:
                if is_out_of_turn(error):
                    break
                handed.append((receiver.fail, error))
            else:
                if receipt is None:
                    break
                handed.append((receiver.deliver, receipt))
            receivers.popleft()
        while senders:
            sender = senders[0]
            try:
                if not put(core, sender.parts, sender.more):
                    break
            except ZMQError as error:
                handed.append((sender.fail, error))
            else:
                handed.append((sender.succeed, sender.value))
            senders.popleft()
        for looker in tuple(self.lookers):
            try:
                value = looker.condition()
            except ZMQError as error:
                handed.append((looker.fail, error))
            else:
                if not value:
                    continue
                handed.append((looker.succeed, value))
            self.lookers.remove(looker)

    def _fail(self, error: ZMQError) -> None:
        """The socket is closed, or its context has ended."""
        everybody: list[Waiting[Any]] = [*self.receivers, *self.senders, *self.lookers]
        self._forget()
        for future in everybody:
            future.fail(zmq_error(error.errno or 0, str(error)))

    # -- with the core -------------------------------------------------------------------------

    def _settle(self) -> None:
        """Tell the core who waits now."""
        core = self._core
        with core.guard:
            self._withdraw()
            if core.dirty:
                core.flush()
            self._begin()
        if core.context.batching:
            core.context.flush_batches()

    def _withdraw(self) -> None:
        begun = self._begun
        while begun:
            purpose, message = begun.pop()
            self._core.end_watch(purpose, message)

    def _begin(self) -> None:
        core = self._core
        begun = self._begun
        if self.receivers:
            begun.append((RECEIVE, None))
        if self.senders:
            begun.append((SEND, waiting(core, self.senders[0].parts)))
        for looker in self.lookers:
            begun += [(purpose, self if purpose == OTHER else None) for purpose in looker.purposes]
        if not begun or self._loop is None:
            return
        if self._watch is None or core.is_closed or core.is_stopped:
            begun.clear()
            self._loop.call_soon(self.serve)  # which fails for all
            return
        for purpose, message in begun:
            core.begin_watch(purpose, message)
        core.tell_waiters()
        self._watch.begin()

    # -- with the loop -------------------------------------------------------------------------

    def _enter_loop(self) -> AbstractEventLoop:
        """Return the loop that runs, which watches the socket from now on."""
        loop = running_loop() or idle_loop()
        if loop is not self._loop:
            self._leave_loop()
            self._loop = loop
        if self._watch is None:
            core = self._core
            with core.guard:
                if not core.is_finished:
                    self._watch = watch(core, loop, self.serve)
        return loop

    def _leave_loop(self) -> None:
        """Give up those who wait in another loop; if it runs in another thread they are not ours."""
        if self.is_here:
            self.close()
        elif self._begun:
            raise RuntimeError(
                "tasks of another loop wait in the socket: have a handle for each, Socket(socket)"
            )
        elif self._watch is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._watch.close)
            self._watch = None

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.close()
            self._watch = None


def flush(core: SocketCore) -> None:
    """Write what a socket keeps back for company."""
    with core.guard:
        if core.dirty:
            core.flush()


def is_out_of_turn(error: Exception) -> bool:
    """Whether a receiver had better wait: REQ and REP take turns, and another task may have this one."""
    return isinstance(error, ZMQError) and error.errno == Errno.EFSM


def finish(handed: list[Handed]) -> None:
    """End waits; should that be interrupted, messages go back."""
    handed.reverse()
    try:
        while handed:
            end, value = handed.pop()
            end(value)
    finally:
        while handed:
            end, value = handed.pop()
            if isinstance(value, Receipt):
                value.give_back()


def idle_loop() -> AbstractEventLoop:
    """Return the loop that may run here later, as pyzmq does."""
    warnings.warn("no loop runs here: call this in a coroutine", RuntimeWarning, stacklevel=5)
    return get_event_loop()
