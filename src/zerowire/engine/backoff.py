"""How long to wait before the next attempt to connect (REC-1)."""

from __future__ import annotations

from random import random


class Backoff:
    """The intervals between attempts, in milliseconds.

    Without a maximum each is the base plus a random part of it, so that many clients of
    one server do not return at the same moment. With a maximum they double up to it.
    """

    def __init__(self, base_ms: int, max_ms: int) -> None:
        self._base = base_ms
        self._max = max_ms
        self._next = base_ms

    def next_ms(self) -> int:
        """Return the next interval."""
        if self._max <= 0:
            return self._base + int(random() * self._base)
        interval = min(self._next, self._max)
        self._next = min(self._next * 2, self._max)
        return interval

    def reset(self) -> None:
        """Start again: a connection was established."""
        self._next = self._base
