"""Traffic through a mechanism that encrypts.

Every frame, command or not, becomes the body of an ordinary frame whose own flags say
nothing (CURVE-3). This path makes objects for each frame; the mechanism costs more.
"""

from __future__ import annotations

from collections.abc import Iterable

from zerowire.leaf.octets import MORE
from zerowire.leaf.ring import Ring
from zerowire.message import Message, Octets, Part, frames_of, octets_of
from zerowire.zmtp.framing import COMMAND, Decoder, Encoder
from zerowire.zmtp.mechanism.base import Mechanism


class SealedDecoder:
    """Takes messages from frames that a mechanism opens."""

    __slots__ = ("_decoder", "_mechanism", "_parts", "command")

    def __init__(self, decoder: Decoder, mechanism: Mechanism) -> None:
        self._decoder = decoder
        self._mechanism = mechanism
        self._parts: list[Part] = []
        self.command: bytes | None = None

    def decode(self, into: Ring[Message], limit: int) -> int:
        """Append whole messages, at most `limit`; stop behind a command, left in `command`."""
        taken = 0
        while taken != limit:
            frame = self._decoder.next_frame()
            if frame is None:
                break
            flags, body = self._mechanism.decode(frame[1])
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

    __slots__ = ("_encoder", "_mechanism")

    def __init__(self, encoder: Encoder, mechanism: Mechanism) -> None:
        self._encoder = encoder
        self._mechanism = mechanism

    def encode(self, queue: Iterable[Message], budget: int) -> tuple[list[Octets], int, int]:
        """Return (buffers, octets, messages) for the head of the queue."""
        buffers: list[Octets] = []
        octets = messages = 0
        for message in queue:
            parts = frames_of(message)
            last = len(parts) - 1
            for index, part in enumerate(parts):
                frame = self._seal(MORE if index < last else 0, bytes(octets_of(part)))
                buffers.append(frame)
                octets += len(frame)
            messages += 1
            if octets >= budget:
                break
        return buffers, octets, messages

    def _seal(self, flags: int, body: bytes) -> bytes:
        return self._encoder.frame(0, self._mechanism.encode(flags, body))

    def command(self, body: bytes) -> bytes:
        """Return a command as octets."""
        return self._seal(COMMAND, body)

    def wire_size(self, message: Message) -> int:
        """Return how many octets encode() makes of a message."""
        return sum(self.frame_size(len(part)) for part in frames_of(message))

    def frame_size(self, size: int) -> int:
        """Return how many octets the frame has that carries a body of `size` octets."""
        return self._encoder.frame_size(self._mechanism.encoded_size(size))
