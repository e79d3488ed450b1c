"""A limit to octets a second."""

from __future__ import annotations


class TokenBucket:
    """Fills at a rate, up to a burst; what is sent is taken from it."""

    __slots__ = ("_burst", "_level", "_rate", "_since")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        """Begin full.

        Args:
            rate: Octets a second.
            burst: The most that can be sent at once, in octets.
            now: The time.
        """
        self._rate = rate
        self._burst = self._level = burst
        self._since = now

    def take(self, size: int, now: float) -> bool:
        """Take so many octets; False if they are not there yet. More than a burst waits for a full bucket."""
        self._level = min(self._burst, self._level + max(0.0, now - self._since) * self._rate)
        self._since = max(now, self._since)
        if self._level < min(size, self._burst):
            return False
        self._level -= size
        return True

    def ready_at(self, size: int) -> float:
        """Return when take() will succeed."""
        return self._since + max(0.0, min(size, self._burst) - self._level) / self._rate
