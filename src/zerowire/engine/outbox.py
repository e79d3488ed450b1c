"""What is on its way into a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zerowire.message import Octets

if TYPE_CHECKING:
    from zerowire.routing.pipe import Pipe
    from zerowire.transport.base import Stream

LARGE = 32768  # octets from which a buffer is written from where it lies


class Outbox:
    """Writes buffers to a stream, and keeps what the stream does not take at once."""

    __slots__ = ("_stream", "sent", "total", "unsent")

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.unsent: list[Octets] = []
        self.sent = 0  # octets since begin()
        self.total = 0  # octets since the link began

    def write(self, buffers: list[Octets], octets: int) -> bool:
        """Write buffers that hold so many octets, and return whether all are written.

        Raises:
            ZMQError: The stream is broken.
        """
        if len(buffers) == 1:
            written = self._stream.send(buffers[0])
        elif octets < LARGE:
            buffers = [b"".join(buffers)]
            written = self._stream.send(buffers[0])
        else:
            buffers = joined_small(buffers)
            written = self._stream.send_vector(buffers)
        self.sent += written
        self.total += written
        if written == octets:
            return True
        self.unsent = after(buffers, written)
        return False

    def resume(self) -> bool:
        """Write what was kept, and return whether all is written."""
        buffers, self.unsent = self.unsent, []
        return self.write(buffers, sum(map(len, buffers)))


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
        if written < len(buffer):
            return [memoryview(buffer)[written:], *buffers[index + 1 :]]
        written -= len(buffer)
    return []


def take(pipe: Pipe, count: int) -> None:
    """Take messages off the head of a pipe that are written, or given up."""
    items = pipe.inbound.items
    if count == len(items):
        items.clear()
    else:
        for _ in range(count):
            items.popleft()
    pipe.taken()
