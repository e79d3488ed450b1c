"""What a connection asks of a security mechanism."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from zerowire.error import LocalProtocolError
from zerowire.leaf.ring import Ring


class Mechanism:
    """One side of one handshake.

    The connection takes commands from next_command() whenever something has happened,
    and passes the peer's to receive_command(), until `is_done`.

    What it learns it leaves in `peer_metadata` and `credentials`; the connection takes
    either and sets it back to None. After `credentials`, about which somebody must decide,
    it gets no command and gives none until accept() was called.

    What may take long it leaves in `work`, which the connection takes as well. It gets no command
    and gives none until somebody has called that, from wherever it holds nobody up.

    One that encrypts leaves behind how, in `traffic`.
    """

    __slots__ = ("credentials", "is_done", "metadata", "peer_metadata", "traffic", "work")

    name: ClassVar[bytes] = b""
    is_server: ClassVar[bool] = False  # the other side is a client

    def __init__(self, metadata: bytes) -> None:
        self.metadata = metadata  # the property list to announce
        self.peer_metadata: bytes | None = None  # the peer's
        self.credentials: tuple[bytes, ...] | None = None
        self.traffic: Traffic | None = None
        self.work: Callable[[], None] | None = None
        self.is_done = False

    def next_command(self) -> bytes | None:
        """Return the body of the next command to send, or None to wait."""
        raise NotImplementedError

    def receive_command(self, body: bytes) -> None:
        """Accept the body of a command.

        Raises:
            RemoteProtocolError: It is not what the handshake expects, or it is an ERROR.
        """
        raise NotImplementedError

    def accept(self) -> None:
        """Go on: the peer with these credentials may come in."""
        raise LocalProtocolError("nobody asked whether the peer may come in")


class Traffic:
    """What becomes of frames after the handshake, with a mechanism that encrypts.

    encode() and decode() take one frame at a time; pack() and unpack() may take many, of
    those that are ordinary, and leave others to the first two. Flags are MORE and COMMAND of
    framing.
    """

    __slots__ = ()

    def encode(self, flags: int, body: bytes | memoryview) -> bytes:
        """Return the body of the frame that carries this one.

        Raises:
            ZMQError: EOVERFLOW: it would be one frame too many for the keys of this connection.
        """
        raise NotImplementedError

    def decode(self, body: bytes) -> tuple[int, bytes]:
        """Return the flags and the body of the frame that this one carries.

        Raises:
            RemoteProtocolError: The peer cannot have sent it, or not now.
        """
        raise NotImplementedError

    def encoded_size(self, size: int) -> int:
        """Return the size of what encode() makes of a body of `size` octets."""
        raise NotImplementedError

    def pack(self, queue: Iterable[Any], budget: int) -> tuple[bytes, int]:
        """Return whole frames of messages from the head of a queue, and how many messages they are."""
        return b"", 0

    def unpack(
        self, data: bytes, position: int, into: Ring[Any], limit: int, parts: list[Any], largest: int
    ) -> int:
        """Take messages out of `data`, and return where that ends; as leaf.octets.unpack()."""
        return position
