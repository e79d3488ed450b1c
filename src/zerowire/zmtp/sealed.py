"""Traffic through a mechanism that encrypts.

Every frame, command or not, becomes the body of an ordinary frame whose own flags say
nothing (CURVE-3). What is ordinary the mechanism's Traffic takes many at a time; for the rest
there is a path here that makes objects for each frame.
"""

from __future__ import annotations

from collections.abc import Iterable

from zerowire.leaf.octets import MORE
from zerowire.leaf.ring import Ring
from zerowire.message import Message, Octets, Part, frames_of, octets_of
from zerowire.zmtp.framing import COMMAND, Decoder, Encoder
from zerowire.zmtp.mechanism.base import Traffic

# A frame is copied in any case, so only the largest are received into a place of their own: what
# comes in large pieces costs fewer calls.
LEAST_ROOM = 262144
MOST_SEALED = 131072  # octets before they are written: the peer opens them while we seal the next


class SealedDecoder:
    """Takes messages from frames that a mechanism opens."""

    __slots__ = ("_decoder", "_parts", "_traffic", "command")

    def __init__(self, decoder: Decoder, traffic: Traffic) -> None:
        self._decoder = decoder
        decoder.least_room = LEAST_ROOM
        self._traffic = traffic
        self._parts: list[Part] = []
        self.command: bytes | None = None

    def decode(self, into: Ring[Message], limit: int) -> int:
        """Append whole messages, at most `limit`; stop behind a command, left in `command`."""
        taken = 0
        while taken != limit:
            taken += self._decoder.take_ordinary(self._traffic.unpack, into, limit - taken, self._parts)
            if taken == limit:
                break
            frame = self._decoder.next_frame()
            if frame is None:
                break
            flags, body = self._traffic.decode(frame[1])
            if flags & COMMAND:
                self.command = body
                break
            self._parts.append(body)
            if not flags & MORE:
                into.append(self._parts[0] if len(self._parts) == 1 else self._parts)
                self._parts = []
                taken += 1
        return taken


class SealedEncoder:
    """Makes frames of what a mechanism has sealed."""

    __slots__ = ("_encoder", "_traffic")

    def __init__(self, encoder: Encoder, traffic: Traffic) -> None:
        self._encoder = encoder
        self._traffic = traffic

    def encode(self, queue: Iterable[Message], budget: int) -> tuple[list[Octets], int, int]:
        """Return (buffers, octets, messages) for the head of the queue."""
        data, messages = self._traffic.pack(queue, min(budget, MOST_SEALED))
        if messages:
            return [data], len(data), messages
        buffers: list[Octets] = []
        octets = 0
        for message in queue:
            parts = frames_of(message)
            last = len(parts) - 1
            for index, part in enumerate(parts):
                frame = self._seal(MORE if index < last else 0, octets_of(part))
                buffers.append(frame)
                octets += len(frame)
            messages += 1
            if octets >= budget:
                break
        return buffers, octets, messages

    def _seal(self, flags: int, body: Octets) -> bytes:
        return self._encoder.frame(0, self._traffic.encode(flags, body))

    def command(self, body: bytes) -> bytes:
        """Return a command as octets."""
        return self._seal(COMMAND, body)

    def wire_size(self, message: Message) -> int:
        """Return how many octets encode() makes of a message."""
        if type(message) is bytes:
            return self.frame_size(len(message))
        octets = 0
        for part in frames_of(message):
            octets += self.frame_size(len(part))
        return octets

    def frame_size(self, size: int) -> int:
        """Return how many octets the frame has that carries a body of `size` octets."""
        return self._encoder.frame_size(self._traffic.encoded_size(size))
