"""Traffic of CURVE: every frame in a MESSAGE (RFC 26)."""

from __future__ import annotations

from collections.abc import Iterable
from errno import EOVERFLOW
from typing import Any

from zerowire.error import zmq_error
from zerowire.leaf.octets import MORE
from zerowire.leaf.ring import Ring
from zerowire.leaf.seal import HEAD, OVERHEAD, Seal
from zerowire.zmtp.framing import COMMAND
from zerowire.zmtp.mechanism.base import Traffic
from zerowire.zmtp.violation import Violation

BOXED_COMMAND = 2  # what COMMAND is in a box
KNOWN_FLAGS = MORE | BOXED_COMMAND
FROM_CLIENT = b"CurveZMQMESSAGEC"
FROM_SERVER = b"CurveZMQMESSAGES"


class CurveMessages(Traffic):
    """Seals what this side sends, and opens what the other has sealed."""

    __slots__ = ("_seal",)

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def encode(self, flags: int, body: bytes | memoryview) -> bytes:
        """Return a MESSAGE.

        Raises:
            ZMQError: EOVERFLOW: the connection has used all its counters.
        """
        try:
            return self._seal.close(BOXED_COMMAND if flags & COMMAND else flags & MORE, body)
        except OverflowError as error:
            raise zmq_error(EOVERFLOW, str(error)) from None

    def decode(self, body: bytes) -> tuple[int, bytes]:
        """Return the flags and the body in a MESSAGE.

        Raises:
            RemoteProtocolError: It is none, or not the next one, or not the peer's.
        """
        if not body.startswith(HEAD):
            raise Violation.UNEXPECTED_COMMAND.found(f"expected MESSAGE, not {body[:8]!r}")
        if len(body) < OVERHEAD:
            raise Violation.MALFORMED_MESSAGE.found(f"MESSAGE of {len(body)} octets, fewer than {OVERHEAD}")
        counter, last = int.from_bytes(body[8:16], "big"), self._seal.received
        if counter != last + 1:
            raise Violation.INVALID_SEQUENCE.found(f"MESSAGE number {counter} after number {last}")
        opened = self._seal.open(body)
        if opened is None:
            raise Violation.CRYPTOGRAPHIC.found("MESSAGE that the peer has not sealed")
        flags, content = opened
        if flags & ~KNOWN_FLAGS:
            raise Violation.MALFORMED_MESSAGE.found(f"MESSAGE with the reserved flags {flags:#x}")
        return COMMAND if flags & BOXED_COMMAND else flags, content

    def encoded_size(self, size: int) -> int:
        """Return the size of a MESSAGE that carries a body of `size` octets."""
        return size + OVERHEAD

    def pack(self, queue: Iterable[Any], budget: int) -> tuple[bytes, int]:
        """Return whole frames of messages from the head of a queue, and how many messages they are."""
        return self._seal.pack(queue, budget)

    def unpack(
        self, data: bytes, position: int, into: Ring[Any], limit: int, parts: list[Any], largest: int
    ) -> int:
        """Take messages out of `data`, and return where that ends."""
        return self._seal.unpack(data, position, into, limit, parts, largest)
