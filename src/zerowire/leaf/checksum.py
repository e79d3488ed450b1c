"""The checksum of the Internet protocols (RFC 1071)."""

from __future__ import annotations


def checksum(octets: bytes) -> int:
    """Return the checksum of octets whose own field is zero: never 0, which means that there is none."""
    if len(octets) % 2:
        octets += b"\0"
    # The sum of 16-bit words in one's complement is the remainder by 65535.
    return (0xFFFF - int.from_bytes(octets, "big") % 0xFFFF) or 0xFFFF


def joined(head: bytes, data: bytes, place: int) -> bytes:
    """Return octets behind each other, with the checksum of all at a place of the head that is zero."""
    sum_ = checksum(head + data).to_bytes(2, "big")
    return b"".join((head[:place], sum_, head[place + 2 :], data))
