"""The framing of ZMTP 1.0 (RFC 13)."""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct

from zerowire.leaf.octets import MORE
from zerowire.message import Message, Octets
from zerowire.zmtp.framing import Decoder, Encoder
from zerowire.zmtp.violation import Violation

_LONG_HEADER = Struct("!BQB")
_LENGTH = Struct("!Q")

EVERYTHING = b"\x02\x00\x01"  # a frame that subscribes to everything


class LegacyDecoder(Decoder):
    """Takes ZMTP 1.0 frames from a buffer; there are no commands."""

    __slots__ = ()

    def set_limit(self, limit: int) -> None:
        """Refuse bodies of more than this many octets; -1 refuses none."""
        super().set_limit(limit)
        self._is_ordinary = False  # the fast loop is for the newer framing

    def _header(self) -> tuple[int, int, int] | None:
        buffer = self._buffer
        if not buffer.load(2):
            self.needed = 2
            return None
        size: int = buffer.data[buffer.position]
        start = 2
        if size == 0xFF:
            if not buffer.load(10):
                self.needed = 10
                return None
            size = _LENGTH.unpack_from(buffer.data, buffer.position + 1)[0]
            start = 10
        if size == 0:
            raise Violation.NONE.found("frame of length 0, which has no flags")
        return buffer.data[buffer.position + start - 1] & MORE, start, size - 1


class LegacyEncoder(Encoder):
    """Makes ZMTP 1.0 frames."""

    __slots__ = ()

    def encode(self, queue: Iterable[Message], budget: int) -> tuple[list[Octets], int, int]:
        """Encode messages from the head of a queue until they make `budget` octets, at least one."""
        buffers: list[Octets] = []
        octets = messages = 0
        for message in queue:
            octets += self._encode_parts(buffers, message)
            messages += 1
            if octets >= budget:
                break
        return buffers, octets, messages

    def header(self, flags: int, size: int) -> bytes:
        """Return what stands in front of a body; the length counts the flags octet as well."""
        if size < 254:
            return bytes((size + 1, flags))
        return _LONG_HEADER.pack(0xFF, size + 1, flags)

    def frame_size(self, size: int) -> int:
        """Return how many octets a frame with such a body has."""
        return size + 2 if size < 254 else size + 10
