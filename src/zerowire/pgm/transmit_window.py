"""What a source has sent and still can send again."""

from __future__ import annotations

from collections import deque

from zerowire.pgm.serial import add, distance


class TransmitWindow:
    """The last packets of a source, by number.

    Attributes:
        trail: The oldest number in it.
        lead: The newest; just before `trail` while it is empty.
    """

    __slots__ = ("_kept", "_size", "lead", "trail")

    def __init__(self, size: int, first: int = 0) -> None:
        self._size = max(1, size)
        self._kept: deque[bytes] = deque()
        self.trail = first
        self.lead = add(first, -1)

    def append(self, data: bytes) -> int:
        """Keep a payload, at the cost of the oldest if there is no room; return its number."""
        if len(self._kept) == self._size:
            self._kept.popleft()
            self.trail = add(self.trail, 1)
        self._kept.append(data)
        self.lead = add(self.lead, 1)
        return self.lead

    def find(self, number: int) -> bytes | None:
        """Return the payload of a number, None if it is not kept any more, or not yet."""
        place = distance(self.trail, number)
        return self._kept[place] if 0 <= place < len(self._kept) else None
