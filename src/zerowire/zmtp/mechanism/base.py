"""What a connection asks of a security mechanism."""

from __future__ import annotations

from typing import ClassVar

from zerowire.error import LocalProtocolError


class Mechanism:
    """One side of one handshake, and of the traffic after it if the mechanism encrypts.

    The connection takes commands from next_command() whenever something has happened,
    and passes the peer's to receive_command(), until `is_done`.

    What it learns it leaves in `peer_metadata` and `credentials`; the connection takes
    either and sets it back to None. After `credentials`, about which a ZAP handler must
    decide, it gives no command until zap_reply() was called.
    """

    __slots__ = ("credentials", "is_done", "metadata", "peer_metadata")

    name: ClassVar[bytes] = b""
    wraps_traffic: ClassVar[bool] = False  # every frame goes through encode() and decode()

    def __init__(self, metadata: bytes) -> None:
        self.metadata = metadata  # the property list to announce
        self.peer_metadata: bytes | None = None  # the peer's
        self.credentials: tuple[bytes, ...] | None = None
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

    def zap_reply(self, status: int) -> None:
        """Accept a ZAP handler's decision: 200, 300, 400 or 500."""
        raise LocalProtocolError(f"nobody asked a ZAP handler, which answers {status}")

    # -- only with wraps_traffic ---------------------------------------------------------------

    def encode(self, flags: int, body: bytes) -> bytes:
        """Return the body of the frame that carries this one; flags are MORE and COMMAND of framing."""
        raise NotImplementedError

    def decode(self, body: bytes) -> tuple[int, bytes]:
        """Return the flags and the body of the frame that this one carries."""
        raise NotImplementedError

    def encoded_size(self, size: int) -> int:
        """Return the size of what encode() makes of a body of `size` octets."""
        raise NotImplementedError
