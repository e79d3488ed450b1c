"""What a source has sent and still can send again."""

from __future__ import annotations

from collections import deque

from zerowire.pgm.serial import add, distance

PACKET = 52  # octets that a packet takes besides its payload: headers on the wire, about as much in memory


class TransmitWindow:
    """The last packets of a source, by number.

    Attributes:
        trail: The oldest number in it.
        lead: The newest; just before `trail` while it is empty.
    """

    __slots__ = ("_kept", "_octets", "_size", "lead", "trail")

    def __init__(self, size: int, first: int = 0) -> None:
        """Begin empty.

        Args:
            size: Octets to keep, headers included; the newest packet is always kept.
            first: The number of the first packet.
        """
        self._size = size
        self._octets = 0
        self._kept: deque[bytes] = deque()
        self.trail = first
        self.lead = add(first, -1)

    def append(self, data: bytes) -> int:
        """Keep a payload, at the cost of the oldest if there is no room; return its number."""
        kept = self._kept
        self._octets += len(data) + PACKET
        while kept and self._octets > self._size:
            self._octets -= len(kept.popleft()) + PACKET
            self.trail = add(self.trail, 1)
        kept.append(data)
        self.lead = add(self.lead, 1)
        return self.lead

    def find(self, number: int) -> bytes | None:
        """Return the payload of a number, None if it is not kept any more, or not yet."""
        place = distance(self.trail, number)
        return self._kept[place] if 0 <= place < len(self._kept) else None
