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
from typing import Any, TypeVar, cast

from zerowire.asyncio.futures import Looking, Receiving, Sending, Waiting
from zerowire.asyncio.turns import Turns, running_loop
from zerowire.asyncio.watches import Watch, watch
from zerowire.constants import Errno
from zerowire.engine.returned import Receipt, Returned
from zerowire.engine.socket import OTHER, RECEIVE, SEND, SocketCore
from zerowire.error import ZMQError, zmq_error
from zerowire.message import Message, Part
from zerowire.routing.pipe import Pipe

T = TypeVar("T")
Handed = tuple[Callable[[Any], None], Any]  # how to end a wait, and with what


class Waiters:
    """Those who wait for a socket through one handle, in one loop at a time."""

    __slots__ = ("_begun", "_core", "_loop", "_watch", "lookers", "receivers", "senders", "turns")

    def __init__(self, core: SocketCore) -> None:
        self._core = core
        self.receivers: deque[Receiving[Any]] = deque()
        self.senders: deque[Sending[Any]] = deque()
        self.lookers: list[Looking[Any]] = []
        self.turns = Turns(self._flush)
        self._loop: AbstractEventLoop | None = None
        self._watch: Watch | None = None
        self._begun: list[tuple[int, Any]] = []  # what the core was told

    # -- taking turns --------------------------------------------------------------------------

    def flush_soon(self) -> None:
        """Write what was sent when the task that sends goes to wait; called without the lock."""
        if not self.turns.ask():
            self._flush()

    def _flush(self) -> None:
        core = self._core
        with core.guard:
            if core.dirty:
                core.flush()

    # -- waiting -------------------------------------------------------------------------------

    def receive(self, whole: bool, convert: Callable[[Receipt], T]) -> Receiving[T]:
        """Wait for a message, or for a frame of one, for as long as RCVTIMEO has it."""
        loop = self._enter_loop()
        future = Receiving(self, loop, whole, convert)
        self.receivers.append(future)
        self._settle()
        if self._core.receives_parts:
            loop.call_soon(self.serve)
        future.limit(self._core.settings.rcvtimeo)
        return future

    def send(self, attempt: Callable[[], bool], message: Message, value: T) -> Sending[T]:
        """Wait until a message can be sent, for as long as SNDTIMEO has it. Arguments as Sending."""
        loop = self._enter_loop()
        future = Sending(self, loop, attempt, message, value)
        self.senders.append(future)
        self._settle()
        future.limit(self._core.settings.sndtimeo)
        return future

    def look_out(self, purposes: tuple[int, ...], condition: Callable[[], T], timeout_ms: int) -> Looking[T]:
        """Wait until something is true of the socket. Arguments as Looking; a timeout of -1 is for ever."""
        loop = self._enter_loop()
        future = Looking(self, loop, purposes, condition)
        self.lookers.append(future)
        self._settle()
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
        waiting: list[Waiting[Any]] = [*self.receivers, *self.senders, *self.lookers]
        self._forget()
        self._settle()
        self._stop_watching()
        for future in waiting:
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
        self.turns.begin()
        try:
            with core.guard:
                self._withdraw()
                try:
                    if core.needs_attention:
                        core.enter()
                    core.dispatch(core.poller.wait(0))
                    self._hand_out(handed)
                except ZMQError as error:
                    failure = error
                finally:
                    if failure is None:
                        self._begin()
        finally:
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
                if not sender.attempt():
                    break
            except ZMQError as error:
                handed.append((sender.fail, error))
            else:
                handed.append((sender.succeed, sender.value))
            senders.popleft()
        for looker in tuple(self.lookers):
            value = looker.condition()
            if value:
                self.lookers.remove(looker)
                handed.append((looker.succeed, value))

    def _fail(self, error: ZMQError) -> None:
        """The socket is closed, or its context has ended."""
        waiting: list[Waiting[Any]] = [*self.receivers, *self.senders, *self.lookers]
        self._forget()
        for future in waiting:
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
            begun.append((SEND, self.senders[0].message))
        for looker in self.lookers:
            begun += [(purpose, self if purpose == OTHER else None) for purpose in looker.purposes]
        if not begun or self._watch is None or self._loop is None:
            begun.clear()
            return
        if core.is_closed or core.is_stopped:
            begun.clear()
            self._loop.call_soon(self.serve)
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
            self._watch = watch(self._core, loop, self.serve)
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


def take(core: SocketCore, whole: bool) -> Receipt | None:
    """Take a message, or a frame of one, if it is there; called with the lock held.

    Raises:
        ZMQError: What the socket type has against receiving: ENOTSUP, EFSM.
    """
    returned: Returned = core.returned
    if core.receives_parts:
        part = core.incoming.next_receipt()
        if part is not None:
            rest = core.incoming.rest() if whole else None
            return (
                part if rest is None else returned.receipt([cast(Part, part.message), *rest], part.metadata)
            )
    receipt = returned.claim()
    if receipt is None:
        core.was_called = True
        message = core.take()
        if message is None:
            return None
        pipe: Pipe | None = core.pattern.last_pipe
        receipt = returned.receipt(message, {} if pipe is None else pipe.metadata)
    if core.is_watched:
        core.tell_waiters()
    if not whole and isinstance(receipt.message, list):
        return core.incoming.open_receipt(receipt.message, receipt.metadata)
    return receipt


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
