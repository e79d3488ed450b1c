"""How much of a stream is moved at once."""

from __future__ import annotations

from typing import Final

UNSET: Final = 8192  # IN_BATCH_SIZE and OUT_BATCH_SIZE while nobody has set them


class Portion:
    """Octets to move at once: more while the stream takes or gives as many, unless the user has chosen."""

    __slots__ = ("_first", "_most", "size")

    def __init__(self, chosen: int, first: int, most: int) -> None:
        if chosen != UNSET:
            first = most = chosen
        self._first = self.size = first
        self._most = most

    def fit(self, moved: int) -> int:
        """Return how much to move next, after so many octets went at once."""
        if moved < self.size:
            self.size = self._first
        elif self.size < self._most:
            self.size = min(2 * self.size, self._most)
        return self.size
