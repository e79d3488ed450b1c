"""Random numbers for sockets to begin with, from the system.

The module `random` takes as long to load as all else that a socket without peers needs.
"""

from __future__ import annotations

from os import urandom


def getrandbits(bits: int) -> int:
    """Return a random number of so many bits, a multiple of 8."""
    return int.from_bytes(urandom(bits // 8))
