"""What is on its way into a stream."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from zerowire.message import Message, Octets

if TYPE_CHECKING:
    from zerowire.routing.pipe import Pipe
    from zerowire.transport.base import Stream

LARGE = 32768  # octets from which a buffer is written from where it lies
MOST_AT_ONCE = 1 << 20  # octets, before others have their turn


class Wire(Protocol):
    """What encodes messages."""

    def wire_size(self, message: Message) -> int:
        """Return how many octets encoding makes of a message."""


class Outbox:
    """Writes buffers to a stream, and keeps what the stream does not take at once."""

    __slots__ = ("_left", "_stream", "sent", "total", "unsent")

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.unsent: list[Octets] = []
        self._left = 0  # octets in them
        self.sent = 0  # octets since begin()
        self.total = 0  # octets since the link began

    def write(self, buffers: list[Octets], octets: int) -> bool:
        """Write buffers that hold so many octets, and return whether all are written.

        Raises:
            ZMQError: The stream is broken.
        """
        if len(buffers) > 1:
            buffers = [b"".join(buffers)] if octets < LARGE else joined_small(buffers)
        return self._write(buffers, octets)

    def keep(self, left: bytes, sent: int) -> None:
        """Go on with what another began to write: what is left of it, after so many octets."""
        self.unsent, self._left, self.sent = [left], len(left), sent

    def resume(self) -> bool:
        """Write what was kept, and return whether all is written."""
        buffers, self.unsent = self.unsent, []
        return self._write(buffers, self._left)

    def _write(self, buffers: list[Octets], octets: int) -> bool:
        stream = self._stream
        most = MOST_AT_ONCE
        while True:
            written = stream.send(buffers[0]) if len(buffers) == 1 else stream.send_vector(buffers)
            self.sent += written
            self.total += written
            if written == octets:
                return True
            buffers = after(buffers, written)
            octets -= written
            most -= written
            if written < LARGE or most <= 0:
                break  # else the peer is likely to have read while so much was written
        self.unsent = buffers
        self._left = octets
        return False


def joined_small(buffers: list[Octets]) -> list[Octets]:
    """Join neighbours that are small, so that few buffers and no large copies are written."""
    result: list[Octets] = []
    small: list[Octets] = []
    for buffer in buffers:
        if len(buffer) < LARGE:
            small.append(buffer)
            continue
        if small:
            result.append(b"".join(small))
            small = []
        result.append(buffer)
    if small:
        result.append(b"".join(small))
    return result


def after(buffers: list[Octets], written: int) -> list[Octets]:
    """Return what is left of buffers when so many octets of them were written."""
    for index, buffer in enumerate(buffers):
        size = len(buffer)
        if written < size:
            return [memoryview(buffer)[written:], *buffers[index + 1 :]]
        written -= size
    return []


def whole(connection: Wire, queue: Iterable[Message], most: int, octets: int) -> tuple[int, int]:
    """Return how many messages from the head of a queue so many octets are, and their octets.

    Args:
        connection: What encodes them.
        queue: Where they are.
        most: How many at most.
        octets: How many octets of them are written.
    """
    count = total = 0
    for message in islice(queue, most):
        size = connection.wire_size(message)
        if total + size > octets:
            break
        total += size
        count += 1
    return count, total


def take(pipe: Pipe, count: int) -> None:
    """Take messages off the head of a pipe that are written, or given up."""
    items = pipe.inbound.items
    if count == len(items):
        items.clear()
    else:
        for _ in range(count):
            items.popleft()
    pipe.taken()
