"""How a peer can break the protocol, with the numbers that monitors report."""

from __future__ import annotations

from enum import IntEnum

from zerowire.constants import Event
from zerowire.error import RemoteProtocolError


class Violation(IntEnum):
    """What HANDSHAKE_FAILED_PROTOCOL tells; NONE is for what has no number there."""

    NONE = 0
    UNEXPECTED_COMMAND = Event.PROTOCOL_ERROR_ZMTP_UNEXPECTED_COMMAND
    MALFORMED_COMMAND = Event.PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED
    MALFORMED_ERROR = Event.PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_ERROR
    INVALID_METADATA = Event.PROTOCOL_ERROR_ZMTP_INVALID_METADATA
    MECHANISM_MISMATCH = Event.PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH
    ZAP_UNSPECIFIED = Event.PROTOCOL_ERROR_ZAP_UNSPECIFIED
    ZAP_MALFORMED_REPLY = Event.PROTOCOL_ERROR_ZAP_MALFORMED_REPLY
    ZAP_BAD_REQUEST_ID = Event.PROTOCOL_ERROR_ZAP_BAD_REQUEST_ID
    ZAP_BAD_VERSION = Event.PROTOCOL_ERROR_ZAP_BAD_VERSION
    ZAP_INVALID_STATUS_CODE = Event.PROTOCOL_ERROR_ZAP_INVALID_STATUS_CODE
    ZAP_INVALID_METADATA = Event.PROTOCOL_ERROR_ZAP_INVALID_METADATA

    def found(self, text: str) -> RemoteProtocolError:
        """Return the exception that says so."""
        return RemoteProtocolError(text, self.value)
