"""Sending and receiving: the calls that a program makes for every message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from zerowire.api import blocking
from zerowire.api.parts import (
    address,
    bytes_of,
    check_parts,
    make_frame,
    make_part,
    part_bytes,
    tracker_of,
    write_into,
)
from zerowire.api.tracker import MessageTracker
from zerowire.constants import Errno, Flag
from zerowire.engine.socket import SocketCore
from zerowire.error import Again, ZMQError
from zerowire.message import Frame, Message, Metadata, Part, frames_of, message_of

NOT_TO_WAIT = "nothing is here to receive, and the call was not to wait: poll() first, or let it wait"
DONTWAIT = int(Flag.DONTWAIT)
SNDMORE = int(Flag.SNDMORE)


class Messaging:
    """What moves messages: a part of Socket."""

    __slots__ = ("_core",)

    _core: SocketCore

    if TYPE_CHECKING:

        @property
        def copy_threshold(self) -> int:
            """Octets below which copy=False copies all the same."""

    # -- sending -------------------------------------------------------------------------------

    def send(
        self,
        data: Any,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        routing_id: int | None = None,
        group: str | None = None,
    ) -> MessageTracker | None:
        """Send one frame.

        Args:
            data: bytes, what has the buffer interface, or a Frame; not str.
            flags: NOBLOCK to fail instead of waiting; SNDMORE when more frames follow.
            copy: False sends large data from where it lies: do not change it before the
                tracker is done.
            track: Return a tracker; only with copy=False.
            routing_id: The peer that it is for, on SERVER and PEER.
            group: The group that it is for, on RADIO.

        Returns:
            With copy=False a MessageTracker if track is set, else None.

        Raises:
            TypeError: data is str; encode it, or use send_string().
            ValueError: track, but the Frame has no tracker.
            Again: Nobody could take it within SNDTIMEO.
            ZMQError: ENOTSUP, EFSM, EHOSTUNREACH as the socket type has it; ETERM; ENOTSOCK.
        """
        part = data if type(data) is bytes and copy else make_part(data, copy, track, self.copy_threshold)
        if routing_id is not None or group is not None:
            part = address(part, routing_id, group)
        core = self._core
        with core.guard:
            if core.needs_attention:
                core.enter()
            if core.sends_parts or (flags and flags & SNDMORE):
                self._send_part(part, flags, self._send_timeout(flags))
            elif not core.try_send(part):
                blocking.send(core, part, self._send_timeout(flags))
        return None if copy else tracker_of(part, track)

    def _send_timeout(self, flags: int) -> int:
        return 0 if flags & DONTWAIT else self._core.settings.sndtimeo

    def _send_part(self, part: Part, flags: int, timeout: int) -> None:
        core = self._core
        if core.outgoing.continues(part, flags & SNDMORE):
            blocking.begin(core, part, timeout)
            return
        message = core.outgoing.complete(part)
        try:
            if not core.try_send(message):
                blocking.send(core, message, timeout)
        except Again:
            raise
        except ZMQError:
            core.outgoing.sent()
            raise
        core.outgoing.sent()

    def send_multipart(
        self,
        msg_parts: Sequence[Any],
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        **kwargs: Any,
    ) -> MessageTracker | None:
        """Send a message of several frames, whole or not at all.

        Args:
            msg_parts: Its frames, at least one.
            flags, copy, track: As in send(). The tracker is done when every frame is.
            **kwargs: `routing_id` and `group`, as in send().

        Raises:
            TypeError: A frame is not bytes-like; the text says which. Nothing was sent.
            IndexError: There are no frames.
        """
        parts = check_parts(msg_parts, copy, track, self.copy_threshold)
        if kwargs:
            parts = [address(part, **kwargs) for part in parts]
        core = self._core
        with core.guard:
            if core.needs_attention:
                core.enter()
            if core.sends_parts or (flags and flags & SNDMORE):
                timeout = self._send_timeout(flags)
                for part in parts[:-1]:
                    self._send_part(part, flags | SNDMORE, timeout)
                self._send_part(parts[-1], flags, timeout)
            elif not core.try_send(message := message_of(parts)):
                blocking.send(core, message, self._send_timeout(flags))
        return None if copy else tracker_of(parts, track)

    # -- receiving -----------------------------------------------------------------------------

    def recv(self, flags: int = 0, copy: bool = True, track: bool = False) -> bytes | Frame:
        """Receive one frame; RCVMORE tells whether more of the same message follow.

        Args:
            flags: NOBLOCK to fail instead of waiting.
            copy: False returns a Frame, which has the message's metadata.

        Raises:
            Again: Nothing has come within RCVTIMEO.
            ZMQError: ENOTSUP, EFSM as the socket type has it; ETERM; ENOTSOCK.
        """
        core = self._core
        with core.guard:
            if core.needs_attention:
                core.enter()
            if core.receives_parts:
                left = core.incoming.next()
                if left is not None:
                    part, metadata = left
                    more = core.incoming.has_next
                    return part_bytes(part) if copy else make_frame(part, metadata, more, track)
            core.was_called = True
            receipt = core.returned.claim() if core.returned.has_receipts else None
            message = core.take() if receipt is None else receipt.message
            if message is None:
                message = self._wait_for_message(flags)
            elif core.is_watched:
                core.tell_waiters()
            if copy and type(message) is bytes:
                return message
            metadata = self._metadata() if receipt is None else receipt.metadata
            more = isinstance(message, list)
            part = core.incoming.open(message, metadata) if isinstance(message, list) else message
        return part_bytes(part) if copy else make_frame(part, metadata, more, track)

    def recv_multipart(
        self, flags: int = 0, copy: bool = True, track: bool = False
    ) -> list[bytes] | list[Frame]:
        """Receive a whole message, as a list of its frames. Arguments and errors as recv()."""
        message, metadata = self._receive(flags)
        if copy:
            return bytes_of(message)
        parts = frames_of(message)
        last = len(parts) - 1
        return [make_frame(part, metadata, index < last, track) for index, part in enumerate(parts)]

    def _receive(self, flags: int) -> tuple[Message, Any]:
        """Take what is left of a message that was begun, or else the next one."""
        core = self._core
        with core.guard:
            if core.needs_attention:
                core.enter()
            if core.receives_parts:
                left = core.incoming.next()
                if left is not None:
                    return message_of([left[0], *(core.incoming.rest() or ())]), left[1]
            core.was_called = True
            receipt = core.returned.claim() if core.returned.has_receipts else None
            message = core.take() if receipt is None else receipt.message
            if message is None:
                message = self._wait_for_message(flags)
            elif core.is_watched:
                core.tell_waiters()
            return message, self._metadata() if receipt is None else receipt.metadata

    def _metadata(self) -> Metadata:
        """Return what is known of the peer whose message was taken last."""
        pipe = self._core.pattern.last_pipe
        return {} if pipe is None else pipe.metadata

    def _wait_for_message(self, flags: int) -> Message:
        core = self._core
        timeout = 0 if flags & DONTWAIT else core.settings.rcvtimeo
        if timeout:
            return blocking.receive(core, timeout)
        message = core.try_receive()
        if message is None:
            raise Again(Errno.EAGAIN, NOT_TO_WAIT)
        return message

    def try_recv(self) -> bytes | None:
        """Receive one frame if there is one, else return None; never waits."""
        try:
            return cast(bytes, self.recv(DONTWAIT))
        except Again:
            return None

    def try_recv_multipart(self) -> list[bytes] | None:
        """Receive a whole message if there is one, else return None; never waits."""
        try:
            return cast(list[bytes], self.recv_multipart(DONTWAIT))
        except Again:
            return None

    def recv_into(self, buffer: Any, /, *, nbytes: int = 0, flags: int = 0) -> int:
        """Receive one frame into a buffer.

        Args:
            buffer: Writable and contiguous. What does not fit is discarded.
            nbytes: How many octets of it to use; 0 is all.

        Returns:
            The octets that the frame had, even when fewer were stored.

        Raises:
            BufferError: The buffer is read-only or not contiguous.
            ValueError: nbytes is negative, or more than the buffer has.
        """
        target = write_into(buffer, nbytes)
        data = cast(bytes, self.recv(flags))
        size = min(len(data), len(target))
        target[:size] = data[:size]
        return len(data)
