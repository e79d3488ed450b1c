"""Octets that were received and not decoded yet."""

from __future__ import annotations

from collections import deque

from zerowire.leaf.landing import Landing


class ReceiveBuffer:
    """A queue of octets, read through a cursor.

    `data` from `position` on is what a decoder reads; chunks that came later wait
    behind it, and are joined to it only when a decoder asks for more octets than it
    holds. So each octet is copied a bounded number of times, however it arrives.
    """

    __slots__ = ("_chunks", "_waiting", "data", "position")

    def __init__(self) -> None:
        self.data = b""
        self.position = 0
        self._chunks: deque[bytes] = deque()
        self._waiting = 0  # octets in the chunks

    def __len__(self) -> int:
        return len(self.data) - self.position + self._waiting

    @property
    def is_empty(self) -> bool:
        """Whether no octet waits."""
        return self.position == len(self.data) and not self._chunks

    def feed(self, chunk: bytes) -> None:
        """Append octets."""
        if self.position == len(self.data) and not self._chunks:
            self.data = chunk
            self.position = 0
        else:
            self._chunks.append(chunk)
            self._waiting += len(chunk)

    def push_back(self, octets: bytes) -> None:
        """Put octets in front of all others."""
        self.data = octets + self.data[self.position :]
        self.position = 0

    def load(self, size: int) -> bool:
        """Bring that many octets into data; False if so many have not come yet."""
        ready = len(self.data) - self.position
        if ready >= size:
            return True
        if ready + self._waiting < size:
            return False
        chunks = self._chunks
        if ready:
            chunks.appendleft(self.data[self.position :])
        self.data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        self.position = 0
        chunks.clear()
        self._waiting = 0
        return True

    def peek(self, size: int) -> bytes:
        """Return up to that many octets without removing them."""
        self.load(min(size, len(self)))
        return self.data[self.position : self.position + size]

    def land(self, landing: Landing) -> None:
        """Move octets to where they stay, as many as are missing there."""
        self.position += landing.feed(self.data, self.position)
        while self._chunks and landing.missing:
            self.data = self._chunks.popleft()
            self._waiting -= len(self.data)
            self.position = landing.feed(self.data, 0)

    def take(self, size: int) -> bytes:
        """Remove that many octets, which must be here, copying each of them once."""
        position = self.position
        end = position + size
        if end <= len(self.data):
            self.position = end
            return self.data[position:end]
        pieces: list[bytes | memoryview] = [memoryview(self.data)[position:]]
        missing = end - len(self.data)
        while True:
            chunk = self._chunks.popleft()
            self._waiting -= len(chunk)
            if len(chunk) >= missing:
                break
            pieces.append(chunk)
            missing -= len(chunk)
        pieces.append(memoryview(chunk)[:missing])
        self.data = chunk
        self.position = missing
        return b"".join(pieces)
