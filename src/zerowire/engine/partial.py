"""Sending and receiving a message frame by frame.

The socket routes whole messages (RT-2). What an application sends with SNDMORE is kept
until its last frame, and what it receives frame by frame is handed out from a message
that was taken whole. Both are kept for each thread apart, so that threads which share a
socket cannot mix their frames; what a thread has begun is gone when it ends.
"""

from __future__ import annotations

from errno import EINVAL
from itertools import count
from threading import local
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakValueDictionary

from zerowire.engine.returned import Receipt
from zerowire.error import ZMQError, zmq_error
from zerowire.message import Message, Metadata, Part, message_of

if TYPE_CHECKING:
    from zerowire.engine.socket import SocketCore


class Life:
    """Lasts as long as its thread."""

    __slots__ = ("__weakref__",)


class Here(local):
    """The thread that asks. Its number is its own: the system's goes to another when it ends."""

    def __init__(self) -> None:
        self._life = Life()
        self.number = next(_numbers)
        _living[self.number] = self._life


_numbers = count(1)
_living: WeakValueDictionary[int, Life] = WeakValueDictionary()
here = Here()


class Outgoing:
    """The frames of messages that are not complete yet."""

    def __init__(self, core: SocketCore) -> None:
        self._core = core
        self.frames: dict[int, list[Part]] = {}

    def continues(self, part: Part, more: int) -> bool:
        """Whether more frames follow this one: the caller says so, or the socket type knows better."""
        expected = self._core.pattern.frames_a_message
        if expected:
            return len(self.frames.get(here.number, ())) + 1 < expected
        return bool(more)

    def begin(self, part: Part) -> bool:
        """Keep a frame that is not the last one; False when the message could not be sent now.

        That is found out at the first frame: later ones are always kept.

        Raises:
            ZMQError: What sending would raise.
        """
        frames = self.frames.get(here.number)
        if frames is not None:
            frames.append(part)
            return True
        core = self._core
        if core.pattern.lone_frames and core.pattern.sends:
            told = f"a {core.type.name} socket sends messages of one frame, so SNDMORE is not for it"
            raise zmq_error(EINVAL, f"{told}: join the frames, or send each by itself")
        try:
            can_send = core.pattern.check_send(part)
        except ZMQError:
            can_send = False
        if not can_send:
            core.serve()
            if not core.pattern.check_send(part):
                return False
        self.frames[here.number] = [part]
        core.sends_parts = True
        return True

    def complete(self, part: Part) -> Message:
        """Return the message that ends with this frame; nothing is forgotten until sent()."""
        frames = self.frames.get(here.number)
        return part if frames is None else message_of([*frames, part])

    def sent(self) -> None:
        """The message that complete() returned is on its way, or has failed for good."""
        self.frames.pop(here.number, None)
        self._core.sends_parts = are_awaited(self.frames) or self._core.pattern.frames_a_message > 0


class Incoming:
    """The frames of messages that were received only in part."""

    def __init__(self, core: SocketCore) -> None:
        self._core = core
        self.frames: dict[int, tuple[list[Part], Metadata]] = {}

    @property
    def has_next(self) -> bool:
        """Whether this thread is in the middle of a message."""
        return here.number in self.frames

    def open(self, message: list[Part], metadata: Metadata) -> Part:
        """Take the first frame of a message of several, and keep the others for this thread."""
        self.frames[here.number] = (message[:0:-1], metadata)
        self._core.receives_parts = True
        return message[0]

    def next(self) -> tuple[Part, Metadata] | None:
        """Return the next frame of this thread's message; None when it is not in the middle of one."""
        entry = self.frames.get(here.number)
        if entry is None:
            self._core.receives_parts = are_awaited(self.frames)
            return None
        frames, metadata = entry
        part = frames.pop()
        if not frames:
            self._forget()
        return part, metadata

    def rest(self) -> list[Part] | None:
        """Take all frames that are left of this thread's message."""
        entry = self.frames.get(here.number)
        if entry is None:
            return None
        self._forget()
        frames = entry[0][::-1]
        entry[0].clear()  # receipts know this list
        return frames

    def open_receipt(self, message: list[Part], metadata: Metadata) -> FrameReceipt:
        """Do the same as open(), with a receipt for the frame."""
        part = self.open(message, metadata)
        return FrameReceipt(self._core, part, metadata, self.frames[here.number][0])

    def next_receipt(self) -> FrameReceipt | None:
        """Do the same as next(), with a receipt for the frame."""
        entry = self.frames.get(here.number)
        left = self.next()
        return None if entry is None or left is None else FrameReceipt(self._core, *left, entry[0])

    def put_back(self, receipt: FrameReceipt) -> None:
        """Let a thread have a frame again, before those that follow it."""
        entry = self.frames.get(receipt.owner)
        rest = receipt.rest
        if entry is not None and entry[0] is not rest:  # another message was begun since
            self._core.returned.put(Receipt(self._core, receipt.message, receipt.metadata))
            return
        rest.insert(min(receipt.left, len(rest)), cast(Part, receipt.message))
        if entry is None:
            self.frames[receipt.owner] = (rest, receipt.metadata)
            self._core.receives_parts = True

    def _forget(self) -> None:
        del self.frames[here.number]
        self._core.receives_parts = are_awaited(self.frames)


class FrameReceipt(Receipt):
    """What was taken is a frame of a message of several.

    Attributes:
        rest: Those that follow it, from the last to the next; live.
        left: How many followed it when it was taken.
        owner: The number of the thread whose message it is.
    """

    def __init__(self, core: SocketCore, part: Part, metadata: Metadata, rest: list[Part]) -> None:
        super().__init__(core, part, metadata)
        self.rest = rest
        self.left = len(rest)
        self.owner = here.number
        self.more = self.left > 0

    def put_back(self) -> None:
        """Let its thread have it again; with the lock held."""
        core = self.core
        if not core.is_closed:
            core.incoming.put_back(self)
            if core.is_watched:
                core.tell_waiters()


def are_awaited(frames: dict[int, Any]) -> bool:
    """Whether a thread will come back for its frames; drops those of threads that have ended."""
    for number in tuple(frames):
        if number not in _living:
            del frames[number]
    return bool(frames)
