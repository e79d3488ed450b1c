"""Where the body of a large frame comes to lie: octets are received into the object that is delivered."""

from __future__ import annotations

from io import BytesIO

FIRST = 1 << 20


class Landing:
    """A body under way. It grows as it is filled: an announced size alone takes no more than FIRST octets.

    While a view of its room is open, it can neither grow nor be given away.

    Args:
        size: How many octets it will have.

    Attributes:
        missing: How many have not come yet.
    """

    __slots__ = ("_filled", "_size", "_store", "missing")

    def __init__(self, size: int) -> None:
        if size < 1:
            raise ValueError(f"size is {size}, must be at least 1")
        self.missing = size
        self._filled = 0
        self._store: BytesIO | None = BytesIO()  # whose value is given away without a copy
        self._size = 0  # of the store
        self._grow(min(size, FIRST))

    def room(self) -> memoryview:
        """Return a view of where the next octets belong. Release it before anything else is done."""
        if self._store is None:
            raise ValueError("the body was given away")
        if self.missing and self._size == self._filled:
            self._grow(min(self._size, self.missing))
        return self._store.getbuffer()[self._filled :]

    def filled(self, count: int) -> None:
        """Note that so many octets were written into the room."""
        self._checked()
        if not 0 <= count <= self._size - self._filled:
            raise ValueError(f"{count} octets do not fit")
        self._filled += count
        self.missing -= count

    def feed(self, data: bytes, position: int) -> int:
        """Copy what is missing from data, from a position on; return how many octets that was."""
        count = min(len(data) - position, self.missing)
        if position < 0 or count <= 0:
            return 0
        store = self._checked()
        store.seek(self._filled)
        store.write(memoryview(data)[position : position + count])
        self._filled += count
        self._size = max(self._size, self._filled)
        self.missing -= count
        return count

    def take(self) -> bytes:
        """Give the body away.

        Raises:
            BufferError: A view of the room is open.
            ValueError: Something is missing, or the body was given away before.
        """
        store = self._checked()
        if self.missing:
            raise ValueError(f"{self.missing} octets are missing")
        self._store = None
        return store.getvalue()

    def _checked(self) -> BytesIO:
        if self._store is None:
            raise ValueError("the body was given away")
        self._store.truncate(self._size)  # changes nothing, but fails while a view is open
        return self._store

    def _grow(self, more: int) -> None:
        """Have room for so many octets more."""
        store = self._checked()
        self._size += more
        store.seek(self._size - 1)
        store.write(b"\0")
