"""Messages as octets and back, in the framing of ZMTP 2.0 and later.

A frame is a flags octet, a length of one octet (or of eight, LONG) and a body
(RFC 37, "Framing"). A Decoder reads a ReceiveBuffer; an Encoder makes buffers that
can be written together. legacy.py has the same two for ZMTP 1.0, and sealed.py for
a mechanism that encrypts.

Traffic makes no object per frame but its body: the loops in decode_ready() and
encode() are the hottest of the whole package.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from struct import Struct
from typing import Protocol

from zerowire.message import Message, Octets, Part, octets_of
from zerowire.zmtp.buffer import ReceiveBuffer
from zerowire.zmtp.violation import Violation

MORE = 1  # another frame of the same message follows
LONG = 2  # the length has eight octets
COMMAND = 4  # not part of a message

NO_LIMIT = -1
MAX_SIZE = (1 << 63) - 1  # RFC 37: the highest bit of a length is 0
_LONG_HEADER = Struct("!BQ")
_LENGTH = Struct("!Q")

HEADERS = tuple(bytes((0, size)) for size in range(256))
HEADERS_MORE = tuple(bytes((MORE, size)) for size in range(256))


class FrameSource(Protocol):
    """Where messages and commands come from in traffic."""

    command: bytes | None

    def decode(self, into: deque[Message], limit: int) -> int:
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

    Nothing is allocated for a frame that is only announced: `needed` says how many
    octets must be in the buffer before it is worth looking again.
    """

    __slots__ = ("_buffer", "_largest", "_long_flags", "_parts", "_short_flags", "command", "needed")

    def __init__(self, buffer: ReceiveBuffer, limit: int = NO_LIMIT) -> None:
        self._buffer = buffer
        self._parts: list[Part] = []  # of a message whose last frame has not come
        self.command: bytes | None = None  # at which decode() stopped
        self.needed = 1
        self.set_limit(limit)

    def set_limit(self, limit: int) -> None:
        """Refuse bodies of more than this many octets; -1 refuses none (FR-1)."""
        self._largest = MAX_SIZE if limit < 0 else limit
        # A limit that even short frames can exceed is left to next_frame() alone.
        is_tight = self._largest < 255
        self._short_flags = -1 if is_tight else MORE
        self._long_flags = -1 if is_tight else MORE | LONG

    @property
    def has_frame(self) -> bool:
        """Whether at least one whole frame may be waiting."""
        return len(self._buffer) >= self.needed

    def decode(self, into: deque[Message], limit: int) -> int:
        """Append whole messages to `into`, at most `limit` (-1: all there are); return how many.

        Fewer than `limit` means that nothing whole is left, or that `command` was met.
        """
        taken = 0
        while True:
            taken += self.decode_ready(into, limit - taken)
            if taken == limit or self._buffer.is_empty:
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

    def decode_ready(self, into: deque[Message], limit: int) -> int:
        """Decode the ordinary frames that are whole in the buffer's data; may stop early anywhere."""
        append = into.append
        buffer = self._buffer
        parts = self._parts
        data = buffer.data
        position = buffer.position
        whole = len(data)
        last = whole - 2
        short = self._short_flags
        long = self._long_flags
        largest = self._largest
        unpack = _LENGTH.unpack_from
        taken = 0
        while position <= last and taken != limit:  # 0.2 us a message of 128 octets
            flags = data[position]
            if flags <= short:
                start = position + 2
                end = start + data[position + 1]
            elif flags > long or position + 9 > whole:
                break
            else:
                start = position + 9
                size = unpack(data, position + 1)[0]
                if size > largest:
                    break
                end = start + size
            if end > whole:
                break
            if flags & MORE:
                parts.append(data[start:end])
            elif parts:
                parts.append(data[start:end])
                append(parts)
                parts = []
                taken += 1
            else:
                append(data[start:end])
                taken += 1
            position = end
        buffer.position = position
        self._parts = parts
        return taken

    def next_frame(self) -> tuple[int, bytes] | None:
        """Take one frame as (flags, body), or None if none is whole."""
        buffer = self._buffer
        if len(buffer) < self.needed:
            return None
        header = self._header()
        if header is None:
            return None
        flags, start, size = header
        if size > self._largest:
            raise Violation.NONE.found(f"frame of {size} octets exceeds the limit of {self._largest}")
        if len(buffer) < start + size:
            self.needed = start + size
            return None
        self.needed = 1
        buffer.position += start
        return flags, buffer.take(size)

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

        The payloads are returned as they are, between headers, to be joined or
        written together. The queue is not changed.
        """
        buffers: list[Octets] = []
        append = buffers.append
        headers = HEADERS
        octets = messages = 0
        for message in queue:
            if type(message) is bytes:
                size = len(message)
                if size < 256:
                    append(headers[size])
                    append(message)
                    octets += size + 2
                else:
                    append(_LONG_HEADER.pack(LONG, size))
                    append(message)
                    octets += size + 9
            else:
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
        if flags <= MORE:
            return HEADERS_MORE[size] if flags else HEADERS[size]
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
