"""Messages in payloads of multicast packets, and back.

A publisher's messages are one endless stream of ZMTP 1.0 frames. Each payload is a slice of
it, behind two octets that say where in the slice the first message begins: so a subscriber
can join in at any payload, and again after a loss (features PGM-2).

    offset:2 (FFFF: no message begins here)   octets of the stream

There is no greeting, and there are no commands.
"""

from __future__ import annotations

from struct import Struct

from zerowire.error import RemoteProtocolError
from zerowire.leaf.ring import Ring
from zerowire.message import Message, Octets, Part
from zerowire.zmtp.legacy import LegacyEncoder
from zerowire.zmtp.violation import Violation

OFFSET = Struct("!H")
NOWHERE = 0xFFFF
LONG = 0xFF  # in place of a length: one of eight octets follows
BODY_MOST = 254  # octets and more of a body have a long length
LONG_SIZE = Struct("!Q")
LONG_HEAD = Struct("!BQB")  # and it, and flags
SHORT_HEADER, LONG_HEADER = 2, 10  # octets
SHORT_HEADS = tuple(bytes((size + 1, 0)) for size in range(BODY_MOST))  # of messages of one frame
LEAST_PAYLOAD = OFFSET.size + 1
LARGEST = 1 << 62  # octets of a frame, flags included; so that sums of sizes have 63 bits


class Slicer:
    """Makes payloads of the messages of a queue."""

    __slots__ = ("_encoder", "_rest", "_room")

    def __init__(self, size: int) -> None:
        """Args:
        size: The most octets of a payload, LEAST_PAYLOAD at least.
        """
        self._room = size - OFFSET.size
        self._rest: Octets = b""  # of a message that has begun in an earlier payload
        self._encoder = LegacyEncoder()

    @property
    def has_rest(self) -> bool:
        """Whether a message has begun and not ended."""
        return len(self._rest) > 0

    def next(self, queue: Ring[Message]) -> bytes:
        """Return the next payload, and take the messages that begin in it off the queue.

        It is as full as the queue allows. With nothing to send the payload is empty.
        """
        rest = self._rest
        room = self._room
        if len(rest) > room:
            self._rest = rest[room:]
            return OFFSET.pack(NOWHERE) + rest[:room]
        buffers: list[Octets] = [OFFSET.pack(len(rest)), rest]
        left = self._encode(buffers, queue, room - len(rest))
        if left == room:
            return b""
        self._rest = b""
        if left < 0:
            self._rest = _cut(buffers, -left)
        return b"".join(buffers)

    def _encode(self, buffers: list[Octets], queue: Ring[Message], room: int) -> int:
        """Append frames of messages until there is no room for another to begin; return how much is left."""
        while room > 0 and queue:
            message = queue.popleft()
            if type(message) is bytes:
                size = len(message)
                head = SHORT_HEADS[size] if size < BODY_MOST else LONG_HEAD.pack(LONG, size + 1, 0)
                buffers.append(head)
                buffers.append(message)
                room -= len(head) + size
            else:
                encoded, octets, _ = self._encoder.encode((message,), 0)
                buffers += encoded
                room -= octets
        return room


def _cut(buffers: list[Octets], size: int) -> Octets:
    """Take so many octets off the end of buffers, and return them."""
    end = buffers.pop()
    if size > len(end):  # more than the body of the last frame
        end = b"".join((*buffers, end))
        buffers.clear()
    last = memoryview(end if type(end) is bytes else bytes(end))  # others might change meanwhile
    buffers.append(last[: len(last) - size])
    return last[len(last) - size :]


class Assembler:
    """Takes messages out of the payloads of one source: whole ones only."""

    __slots__ = ("_begun", "_have", "_is_joined", "_largest", "_need", "_parts")

    def __init__(self, limit: int = -1) -> None:
        """Args:
        limit: Refuse frames of more octets than this; -1 refuses none (MAXMSGSIZE).
        """
        self._largest = LARGEST if limit < 0 else min(limit + 1, LARGEST)  # octets of a frame, its flags too
        self._is_joined = False  # we know where in the stream we are
        self._parts: list[Part] = []  # of a message whose last frame has not come
        self._begun: list[bytes] = []  # pieces of a frame that has not come whole
        self._have = 0  # octets in them
        self._need = 0  # octets of which more can be told

    def lose(self) -> bool:
        """Payloads are missing here: what has begun is void, and the next message that begins is next.

        Returns:
            Whether anything had begun.
        """
        was_within = bool(self._parts or self._begun)
        self._is_joined = False
        self._parts = []
        self._begun = []
        return was_within

    def receive(self, payload: bytes, into: list[Message]) -> None:
        """Accept the next payload, and append the messages that end in it.

        Raises:
            RemoteProtocolError: It makes no sense. The rest of it is void, and the next message
                that begins in another payload is next.
        """
        try:
            self._receive(payload, into)
        except RemoteProtocolError:
            self.lose()
            raise

    def _receive(self, payload: bytes, into: list[Message]) -> None:
        size = len(payload) - OFFSET.size
        if size < 0:
            raise Violation.NONE.found(f"payload of {len(payload)} octets, which has no offset")
        offset = payload[0] << 8 | payload[1]
        if not self._is_joined:
            if offset == NOWHERE:
                return
            if offset > size:
                raise Violation.NONE.found(f"message at octet {offset} of {size}")
            self._is_joined = True
            self._take(payload, OFFSET.size + offset, into)
        elif not self._begun:
            self._take(payload, OFFSET.size, into)
        elif NOWHERE != offset < self._need - self._have:
            raise Violation.NONE.found("message that begins within the one before")
        else:
            self._go_on(payload[OFFSET.size :], into)

    def _go_on(self, data: bytes, into: list[Message]) -> None:
        """Take what follows the beginning of a frame."""
        self._begun.append(data)
        self._have += len(data)
        if self._have >= self._need:
            whole = b"".join(self._begun)
            self._begun = []
            self._take(whole, 0, into)

    def _take(self, data: bytes, place: int, into: list[Message]) -> None:
        """Take whole frames out of data, from a place on; keep what is left."""
        end = len(data)
        while place < end:
            size = data[place]
            start = place + SHORT_HEADER
            if size == LONG:
                start = place + LONG_HEADER
                if start > end:
                    self._keep(data, place, LONG_HEADER)
                    return
                size = min(LONG_SIZE.unpack_from(data, place + 1)[0], LARGEST + 1)
            if size < 1 or size > self._largest:
                told = f"frame of {size - 1} octets, beyond the limit of {self._largest - 1}"
                raise Violation.NONE.found(told)
            stop = start + size - 1  # the flags are counted
            if stop > end or start > end:
                self._keep(data, place, max(start, stop) - place)
                return
            self._add(data[start:stop], data[start - 1] & 1, into)
            place = stop

    def _keep(self, data: bytes, place: int, need: int) -> None:
        self._begun = [data[place:]]
        self._have = len(data) - place
        self._need = need

    def _add(self, body: bytes, more: int, into: list[Message]) -> None:
        parts = self._parts
        if more:
            parts.append(body)
        elif parts:
            parts.append(body)
            into.append(parts)
            self._parts = []
        else:
            into.append(body)
