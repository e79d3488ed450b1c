"""How a peer can break the protocol, as monitors number it (features of zmq_socket_monitor)."""

from __future__ import annotations

from enum import IntEnum

from zerowire.error import RemoteProtocolError


class Violation(IntEnum):
    """The numbers of HANDSHAKE_FAILED_PROTOCOL; NONE is for what has no number there."""

    NONE = 0
    UNSPECIFIED = 0x1000_0000
    UNEXPECTED_COMMAND = 0x1000_0001
    MALFORMED_COMMAND = 0x1000_0011
    MALFORMED_ERROR = 0x1000_0015
    MALFORMED_READY = 0x1000_0016
    INVALID_METADATA = 0x1000_0018
    MECHANISM_MISMATCH = 0x1100_0002

    def found(self, text: str) -> RemoteProtocolError:
        """Return the exception that says so."""
        return RemoteProtocolError(text, self.value)
