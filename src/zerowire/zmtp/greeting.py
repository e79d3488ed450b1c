"""The greeting: how two peers find out which version they both speak (V-1 to V-5).

Our part is sent in three pieces, because what follows the signature depends on what
the peer's own greeting says:

    signature (10)   revision (1)   socket type (1)                to ZMTP 1.0 and 2.0
                                    minor, mechanism, ... (53)     to ZMTP 3

To a peer that knows no greeting the signature looks like the header of a long
identity frame.
"""

from __future__ import annotations

from enum import Enum, auto
from functools import lru_cache

SIGNATURE_SIZE = 10
LEGACY_SIZE = 12
SIZE = 64

MAJOR = b"\x03"
MINOR = b"\x01"


class Style(Enum):
    """What the first octets of a stream are."""

    UNKNOWN = auto()  # too few to say
    UNVERSIONED = auto()  # a ZMTP 1.0 identity frame
    VERSIONED = auto()  # a signature


@lru_cache(maxsize=16)
def signature(routing_id: bytes) -> bytes:
    """Return the first ten octets that every connection sends."""
    return b"\xff" + (len(routing_id) + 1).to_bytes(8, "big") + b"\x7f"


def style(head: bytes) -> Style:
    """Say what a stream that starts like this is."""
    if not head:
        return Style.UNKNOWN
    if head[0] != 0xFF:
        return Style.UNVERSIONED
    if len(head) < SIGNATURE_SIZE:
        return Style.UNKNOWN
    return Style.VERSIONED if head[9] & 1 else Style.UNVERSIONED


@lru_cache(maxsize=16)
def tail(mechanism: bytes, is_server: bool = False) -> bytes:
    """Return what follows the revision in a ZMTP 3 greeting; libzmq neither sets nor reads as-server."""
    head = MINOR + mechanism.ljust(20, b"\0") + bytes((is_server,))
    return head.ljust(SIZE - SIGNATURE_SIZE - 1, b"\0")


def version(head: bytes) -> tuple[int, int]:
    """Return the version to speak with a peer whose greeting starts like this (V-5)."""
    if head[10] < 2:
        return head[10] + 1, 0
    if head[10] == 3 and head[11] == 0:
        return 3, 0
    return 3, 1


def mechanism(head: bytes) -> bytes:
    """Return the mechanism's name in a whole ZMTP 3 greeting, padded to 20 octets."""
    return head[12:32]


def is_server(head: bytes) -> bool:
    """Whether a whole ZMTP 3 greeting says that its sender is a server; it may be one all the same."""
    return head[32] == 1
