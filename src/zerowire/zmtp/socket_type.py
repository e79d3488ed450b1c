"""Which socket types may talk to each other (RFC 28 to 31, 41, 48, 49, 51, 52)."""

from __future__ import annotations

from zerowire.constants import SocketType
from zerowire.zmtp.violation import Violation

PEERS = {
    "PAIR": {"PAIR"},
    "PUB": {"SUB", "XSUB"},
    "SUB": {"PUB", "XPUB"},
    "REQ": {"REP", "ROUTER"},
    "REP": {"REQ", "DEALER"},
    "DEALER": {"REP", "DEALER", "ROUTER"},
    "ROUTER": {"REQ", "DEALER", "ROUTER"},
    "PULL": {"PUSH"},
    "PUSH": {"PULL"},
    "XPUB": {"SUB", "XSUB"},
    "XSUB": {"PUB", "XPUB"},
    "SERVER": {"CLIENT"},
    "CLIENT": {"SERVER"},
    "RADIO": {"DISH"},
    "DISH": {"RADIO"},
    "GATHER": {"SCATTER"},
    "SCATTER": {"GATHER"},
    "DGRAM": {"DGRAM"},
    "PEER": {"PEER"},
    "CHANNEL": {"CHANNEL"},
}

ALLOWED = {kind: PEERS.get(kind.name, set()) for kind in SocketType}
PUBLISHERS = frozenset({SocketType.PUB, SocketType.XPUB, SocketType.RADIO})  # are told what is wanted
SUBSCRIBERS = frozenset({SocketType.SUB, SocketType.XSUB})
ANNOUNCES_IDENTITY = frozenset({SocketType.REQ, SocketType.DEALER, SocketType.ROUTER})  # NULL-4


def check(local: SocketType, peer: str) -> None:
    """Check what a peer says it is (SOCK-2).

    Raises:
        RemoteProtocolError: The two types have nothing to say to each other.
    """
    allowed = ALLOWED[local]
    if peer not in allowed:
        wanted = " or ".join(sorted(allowed)) or "nobody"
        raise Violation.INVALID_METADATA.found(f"{local.name} talks to {wanted}, not to {peer!r}")
