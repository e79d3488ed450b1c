"""Sequence numbers: 32 bits that wrap, compared in half of their space (RFC 3208, section 8)."""

from __future__ import annotations

MASK = 0xFFFFFFFF
HALF = 0x80000000


def add(number: int, distance: int) -> int:
    """Return the number so far behind another, or before it."""
    return (number + distance) & MASK


def distance(one: int, other: int) -> int:
    """Return how far it is from one number to another: negative backward."""
    return ((other - one + HALF) & MASK) - HALF
