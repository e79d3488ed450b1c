"""Sending and receiving in an event loop.

A call does at once what can be done at once, and comes back with a Ready; else it stands in
line and comes back with a future (waiters.py). Either can be awaited, and asked as an
asyncio.Future can. Errors of the socket are found when it is awaited.
"""

from __future__ import annotations

from asyncio import Future
from collections.abc import Sequence
from functools import partial
from typing import Any, TypeVar, cast

from zerowire.api.messaging import DONTWAIT, SNDMORE, Messaging
from zerowire.api.parts import address, check_parts, make_part, tracker_of, write_into
from zerowire.api.tracker import MessageTracker
from zerowire.asyncio.conversions import Convert, convert, converter, store
from zerowire.asyncio.futures import error_of
from zerowire.asyncio.traffic import put, take
from zerowire.asyncio.turns import running_loop
from zerowire.asyncio.waiters import Waiters, is_out_of_turn
from zerowire.constants import Errno
from zerowire.engine.returned import Receipt
from zerowire.engine.socket import SocketCore
from zerowire.error import Again, ZMQError
from zerowire.leaf.ready import ready
from zerowire.message import Message, Part, frames_of, message_of

T = TypeVar("T")
SENT: Future[Any] = ready(None)


class AsyncMessaging(Messaging):
    """What moves messages: a part of Socket."""

    __slots__ = ("_waiters",)

    _waiters: Waiters

    # -- receiving -----------------------------------------------------------------------------

    def recv(  # type: ignore[override]  # which is awaited, here and below
        self, flags: int = 0, copy: bool = True, track: bool = False
    ) -> Future[Any]:
        """Receive one frame.

        Whoever cancels this, or has too little time for it, loses no message: what nobody has
        come for is received again, before all others.

        Args:
            flags: NOBLOCK to fail instead of waiting.
            copy: False returns a Frame, which has the message's metadata.
            track: As for Frame.

        Raises:
            Again: Nothing has come within RCVTIMEO.
            ZMQError: ENOTSUP; ETERM; ENOTSOCK. Out of turn REQ and REP wait, as another task
                may take the turn; with NOBLOCK it is EFSM.
        """
        return self._take_or_wait(False, None if copy else converter(False, track), flags)

    def recv_multipart(  # type: ignore[override]
        self, flags: int = 0, copy: bool = True, track: bool = False
    ) -> Future[Any]:
        """Receive a whole message, as a list of its frames. Arguments and errors as recv()."""
        return self._take_or_wait(True, None if copy else converter(True, track), flags)

    def recv_into(  # type: ignore[override]
        self, buffer: Any, /, *, nbytes: int = 0, flags: int = 0
    ) -> Future[int]:
        """Receive one frame into a buffer. Arguments, result and errors as in the blocking one.

        Until this is done, or cancelled, the buffer may be written.
        """
        return self._take_or_wait(False, partial(store, write_into(buffer, nbytes)), flags)

    def try_recv(self) -> bytes | None:
        """Receive one frame if there is one, else return None; never waits, and needs no await."""
        try:
            return cast(bytes, Messaging.recv(self, DONTWAIT))
        except Again:
            return None

    def try_recv_multipart(self) -> list[bytes] | None:
        """Receive a whole message if there is one, else return None; never waits, and needs no await."""
        try:
            return cast(list[bytes], Messaging.recv_multipart(self, DONTWAIT))
        except Again:
            return None

    def _take_or_wait(self, whole: bool, how: Convert | None, flags: int) -> Future[Any]:
        """Take what is there, or wait for it; see conversions.convert()."""
        waiters = self._waiters
        may_wait = not (flags and flags & DONTWAIT)
        is_first = not waiters.receivers
        may_go_on = not may_wait or (is_first and waiters.turns.may_go_on())
        if may_go_on:
            try:
                receipt = self._take(whole)
                if receipt is not None:
                    if how is None and not whole and type(receipt.message) is bytes:
                        return ready(receipt.message, receipt)
                    return ready(convert(receipt, whole, how), receipt)
            except Exception as error:
                if not may_wait or not is_out_of_turn(error):
                    return failed(error)
        if may_wait and self._core.settings.rcvtimeo:
            return waiters.receive(whole, how, may_go_on or not is_first)
        return failed(Again(Errno.EAGAIN))

    def _take(self, whole: bool) -> Receipt | None:
        core = self._core
        with core.guard:
            if core.needs_attention:
                core.enter()
            receipt = take(core, whole)
            return self._waiters.take_next(whole) if receipt is None else receipt

    # -- sending -------------------------------------------------------------------------------

    def send(  # type: ignore[override]
        self,
        data: Any,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        routing_id: int | None = None,
        group: str | None = None,
    ) -> Future[MessageTracker | None]:
        """Send one frame. Arguments and result as in the blocking one.

        A cancelled call has sent nothing, unless it was cancelled after the frame had gone.

        Raises:
            TypeError: data is str; encode it, or use send_string(). At once.
            ValueError: track, but the Frame has no tracker. At once.
            Again: Nobody could take it within SNDTIMEO.
            ZMQError: ENOTSUP, EFSM, EHOSTUNREACH as the socket type has it; ETERM; ENOTSOCK.
        """
        part = data if type(data) is bytes and copy else make_part(data, copy, track, self.copy_threshold)
        if routing_id is not None or group is not None:
            part = address(part, routing_id, group)
        tracker = None if copy else tracker_of(part, track)
        if self._core.sends_parts or (flags and flags & SNDMORE):
            return self._send(part, [part], flags, tracker)
        return self._send(part, None, flags, tracker)

    def send_multipart(  # type: ignore[override]
        self,
        msg_parts: Sequence[Any],
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        **kwargs: Any,
    ) -> Future[MessageTracker | None]:
        """Send a message of several frames, whole or not at all. Arguments as in the blocking one.

        Raises:
            TypeError: A frame is not bytes-like; the text says which. At once.
            IndexError: There are no frames. At once.
        """
        parts = check_parts(msg_parts, copy, track, self.copy_threshold)
        if kwargs:
            parts = [address(part, **kwargs) for part in parts]
        tracker = None if copy else tracker_of(parts, track)
        if self._core.sends_parts or (flags and flags & SNDMORE):
            return self._send(parts[0], parts, flags, tracker)
        return self._send(message_of(parts), None, flags, tracker)

    def _send(
        self, message: Message, parts: list[Part] | None, flags: int, tracker: MessageTracker | None
    ) -> Future[MessageTracker | None]:
        """Send a message, or parts of one, or wait until that can be done."""
        waiters = self._waiters
        core: SocketCore = self._core
        may_wait = not (flags and flags & DONTWAIT)
        more = flags and flags & SNDMORE
        is_first = not waiters.senders
        may_go_on = is_first and (not may_wait or waiters.turns.may_go_on())
        if may_go_on:
            try:
                with core.guard:
                    if core.needs_attention:
                        core.enter()
                    is_sent = core.try_send(message) if parts is None else put(core, parts, more)
                    if not is_sent:
                        core.note_mute()
            except ZMQError as error:
                return failed(error)
            if core.dirty and waiters.turns.asked is None:
                waiters.flush_soon()
            if is_sent:
                return SENT if tracker is None else ready(tracker)
        if not may_wait or core.settings.sndtimeo == 0:
            return failed(Again(Errno.EAGAIN))
        frames = [*frames_of(message)] if parts is None else parts
        return waiters.send(frames, more, tracker, may_go_on or not is_first)


def failed(error: Exception) -> Future[Any]:
    """Return a future that raises when it is awaited.

    Raises:
        Exception: The error, if no loop runs here.
    """
    loop = running_loop()
    if loop is None:
        raise error
    future: Future[Any] = loop.create_future()
    future.set_exception(error_of(error))
    return future
