"""Messages as octets and back, in the framing of ZMTP 2.0 and later.

A frame is a flags octet, a length of one octet (or of eight, LONG) and a body
(RFC 37, "Framing"). A Decoder reads a ReceiveBuffer; an Encoder makes buffers that
can be written together. legacy.py has the same two for ZMTP 1.0, and sealed.py for
a mechanism that encrypts.

What is ordinary is left to the two loops of leaf.octets, the hottest of the whole package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from struct import Struct
from typing import Protocol, TypeAlias

from zerowire.leaf.landing import Landing
from zerowire.leaf.octets import LARGE, LONG, MORE, pack, unpack
from zerowire.leaf.ring import Ring
from zerowire.message import Message, Octets, Part, octets_of
from zerowire.zmtp.buffer import ReceiveBuffer
from zerowire.zmtp.violation import Violation

Unpack: TypeAlias = Callable[..., int]  # with the arguments of leaf.octets.unpack

COMMAND = 4  # not part of a message

TOGETHER = 1 << 20  # octets of large messages that are written with one call
NO_LIMIT = -1
MAX_SIZE = (1 << 63) - 1  # RFC 37: the highest bit of a length is 0
KEPT_SIZE = 1 << 22
_LONG_HEADER = Struct("!BQ")
_LENGTH = Struct("!Q")

# The GNU C library returns freed memory to the system, and gets it back page by page, for every
# few large frames. Who has freed an object of some size once may keep so much: this takes no memory.
bytes(KEPT_SIZE)


class FrameSource(Protocol):
    """Where messages and commands come from in traffic."""

    command: bytes | None

    def decode(self, into: Ring[Message], limit: int) -> int:
        """Append up to `limit` messages (-1: all); stop behind a command, which is left in `command`."""


class FrameSink(Protocol):
    """Where messages and commands go in traffic."""

    def encode(self, queue: Iterable[Message], budget: int) -> tuple[list[Octets], int, int]:
        """Return (buffers, octets, messages) for the head of the queue."""

    def command(self, body: bytes) -> bytes:
        """Return a command as octets."""

    def wire_size(self, message: Message) -> int:
        """Return how many octets encode() makes of a message."""

    def frame_size(self, size: int) -> int:
        """Return how many octets a frame with a body of `size` octets has."""


class Decoder:
    """Takes frames and messages from a buffer.

    `needed` says how many octets must be in the buffer before it is worth looking again.
    Until then nothing is allocated for a frame that is only announced, unless it is large:
    the body of such a frame lands in an object of its own, whether it comes through the
    buffer or is written into room().
    """

    __slots__ = (
        "_buffer",
        "_flags",
        "_is_ordinary",
        "_landing",
        "_largest",
        "_parts",
        "command",
        "least_room",
        "needed",
    )

    def __init__(self, buffer: ReceiveBuffer, limit: int = NO_LIMIT) -> None:
        self._buffer = buffer
        self._parts: list[Part] = []  # of a message whose last frame has not come
        self._landing: Landing | None = None  # of a large frame that has begun
        self._flags = 0  # of that frame
        self.command: bytes | None = None  # at which decode() stopped
        self.needed = 1
        self.least_room = 1  # octets that must be missing for room() to be worth its calls
        self.set_limit(limit)

    def set_limit(self, limit: int) -> None:
        """Refuse bodies of more than this many octets; -1 refuses none (FR-1)."""
        self._largest = MAX_SIZE if limit < 0 else limit
        self._is_ordinary = self._largest >= 255  # short frames need not be looked at

    @property
    def has_frame(self) -> bool:
        """Whether at least one whole frame may be waiting."""
        return len(self._buffer) >= self.needed

    def decode(self, into: Ring[Message], limit: int) -> int:
        """Append whole messages to `into`, at most `limit` (-1: all there are); return how many.

        Fewer than `limit` means that nothing whole is left, or that `command` was met.
        """
        taken = 0
        buffer = self._buffer
        while True:
            if self._is_ordinary and self._landing is None:
                before = len(into)
                buffer.position = unpack(
                    buffer.data, buffer.position, into, limit - taken, self._parts, self._largest
                )
                taken += len(into) - before
            if taken == limit or (buffer.is_empty and self._landing is None):
                return taken
            frame = self.next_frame()
            if frame is None:
                return taken
            flags, body = frame
            if flags & COMMAND:
                self.command = body
                return taken
            self._parts.append(body)
            if not flags & MORE:
                into.append(self._parts[0] if len(self._parts) == 1 else self._parts)
                self._parts = []
                taken += 1

    def take_ordinary(self, unpack: Unpack, into: Ring[Message], limit: int, parts: list[Part]) -> int:
        """Append what another loop than that of leaf.octets takes out of the buffer; return how many."""
        buffer = self._buffer
        if not self._is_ordinary or self._landing is not None:
            return 0
        before = len(into)
        buffer.position = unpack(buffer.data, buffer.position, into, limit, parts, self._largest)
        return len(into) - before

    def next_frame(self) -> tuple[int, bytes] | None:
        """Take one frame as (flags, body), or None if none is whole."""
        if self._landing is not None:
            return self._land(self._landing)
        buffer = self._buffer
        if len(buffer) < self.needed:
            return None
        header = self._header()
        if header is None:
            return None
        flags, start, size = header
        if size > self._largest:
            raise Violation.NONE.found(f"frame of {size} octets exceeds the limit of {self._largest}")
        if len(buffer) >= start + size:
            self.needed = 1
            buffer.position += start
            return flags, buffer.take(size)
        if size < LARGE:
            self.needed = start + size
            return None
        buffer.position += start
        self._flags = flags
        self._landing = Landing(size)
        return self._land(self._landing)

    def _land(self, landing: Landing) -> tuple[int, bytes] | None:
        """Take the large frame that has begun, or None if it is not whole."""
        self._buffer.land(landing)
        if landing.missing:
            self.needed = landing.missing
            return None
        self.needed = 1
        self._landing = None
        return self._flags, landing.take()

    def room(self) -> memoryview | None:
        """Return where the next octets belong; None if that is the buffer.

        The view is to be released before landed() is called, and before any octets are fed.
        """
        landing = self._landing
        if landing is None or landing.missing < self.least_room or not self._buffer.is_empty:
            return None
        return landing.room()

    def landed(self, count: int) -> None:
        """Note that so many octets were written into room()."""
        assert self._landing is not None
        self._landing.filled(count)
        self.needed = self._landing.missing

    def _header(self) -> tuple[int, int, int] | None:
        """Return the next frame's flags, the size of its header, and the size of its body."""
        buffer = self._buffer
        if not buffer.load(2):
            self.needed = 2
            return None
        flags = buffer.data[buffer.position]
        if not flags & LONG:
            return flags, 2, buffer.data[buffer.position + 1]
        if not buffer.load(9):
            self.needed = 9
            return None
        size: int = _LENGTH.unpack_from(buffer.data, buffer.position + 1)[0]
        return flags, 9, size


class Encoder:
    """Makes octets of messages and commands."""

    __slots__ = ()

    def encode(self, queue: Iterable[Message], budget: int) -> tuple[list[Octets], int, int]:
        """Encode messages from the head of a queue until they make `budget` octets, at least one.

        Messages with a large frame, or with a Frame, come apart from others: their payloads
        are returned as they are, between headers, to be written together. The queue is not
        changed.
        """
        data, messages = pack(queue, budget)
        if messages:
            return [data], len(data), messages
        buffers: list[Octets] = []
        octets = 0
        budget = max(budget, TOGETHER)
        for message in queue:
            if messages and (type(message) is not bytes or len(message) < LARGE):
                break
            octets += self._encode_parts(buffers, message)
            messages += 1
            if octets >= budget:
                break
        return buffers, octets, messages

    def _encode_parts(self, buffers: list[Octets], message: Message) -> int:
        """Append a message that is not simply bytes; return how many octets that makes."""
        parts = message if isinstance(message, list) else [message]
        header = self.header
        octets = 0
        left = len(parts)
        for part in parts:
            left -= 1
            body = part if type(part) is bytes else octets_of(part)
            size = len(body)
            head = header(MORE if left else 0, size)
            buffers += (head, body)
            octets += len(head) + size
        return octets

    def header(self, flags: int, size: int) -> bytes:
        """Return what stands in front of a body."""
        if size > 255:
            return _LONG_HEADER.pack(flags | LONG, size)
        return bytes((flags, size))

    def frame(self, flags: int, body: bytes) -> bytes:
        """Return one whole frame."""
        return self.header(flags, len(body)) + body

    def command(self, body: bytes) -> bytes:
        """Return a command as octets."""
        return self.frame(COMMAND, body)

    def wire_size(self, message: Message) -> int:
        """Return how many octets encode() makes of a message."""
        if isinstance(message, list):
            return sum(self.frame_size(len(part)) for part in message)
        return self.frame_size(len(message))

    def frame_size(self, size: int) -> int:
        """Return how many octets a frame with such a body has."""
        return size + 2 if size < 256 else size + 9
