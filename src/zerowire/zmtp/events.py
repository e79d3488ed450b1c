"""What a connection reports to its owner, and how it says that the peer is gone."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from zerowire.error import ZMQBaseError
from zerowire.zmtp.peer import Peer


class HandshakeDone(NamedTuple):
    """Messages may flow from now on."""

    peer: Peer


class HandshakeFailed(NamedTuple):
    """The peer broke the protocol, or refused us, before any message could flow."""

    reason: str
    code: int = 0  # the monitor's number, 0 if it has none
    status: int | None = None  # 300, 400 or 500: the peer's ZAP handler refused


class AuthenticationWanted(NamedTuple):
    """A ZAP handler must decide about the peer; answer with Connection.zap_reply()."""

    mechanism: bytes
    credentials: tuple[bytes, ...]


Event: TypeAlias = HandshakeDone | HandshakeFailed | AuthenticationWanted


class PeerTimeout(ZMQBaseError):
    """The peer was silent for too long. The connection is over; close the stream."""

    def __init__(self, text: str, *, in_handshake: bool) -> None:
        super().__init__(text)
        self.in_handshake = in_handshake
