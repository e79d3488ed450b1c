"""Messages that were taken from a socket and given back to it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING

from zerowire.message import Message, Metadata

if TYPE_CHECKING:
    from zerowire.engine.socket import SocketCore


class Receipt:
    """What was taken for somebody who may not come for it, and how the socket has it again then.

    Attributes:
        core: The socket.
        message: A message; or a frame of one, where so little was asked for.
        metadata: What is known of its peer.
        more: Whether frames of the same message follow.
        number: Whether it was taken before another, which decides what is received first again.
    """

    __slots__ = ("core", "message", "metadata", "more", "number")

    def __init__(self, core: SocketCore, message: Message, metadata: Metadata) -> None:
        self.core = core
        self.message = message
        self.metadata = metadata
        self.more = False
        self.number = 0

    def give_back(self) -> None:
        """Let the socket have it again. Called without the lock."""
        core = self.core
        with core.lock:
            self.put_back()

    def drop(self) -> None:
        """Do the same from any thread, in the midst of anything: the lock may be held by this very one."""
        self.core.post(self.put_back)

    def put_back(self) -> None:
        """Do the same with the lock held."""
        core = self.core
        if not core.is_closed:
            core.returned.put(self)


class Returned:
    """What is received again, before all others; while it lasts it is where the socket takes from."""

    __slots__ = ("_before", "_core", "has_receipts", "messages", "receipts", "taken")

    def __init__(self, core: SocketCore) -> None:
        self._core = core
        self._before = core.take
        self.messages: deque[Message] = deque()
        self.receipts: deque[Receipt] = deque()  # they come first, in the order in which they were taken
        self.has_receipts = False  # so that who receives need not ask the queue
        self.taken = 0  # receipts that were written

    def receipt(self, message: Message, metadata: Metadata) -> Receipt:
        """Return a receipt for a message that was taken just now."""
        receipt: Receipt = Receipt.__new__(Receipt)  # every message has one, and __init__() takes long
        receipt.core = self._core
        receipt.message = message
        receipt.metadata = metadata
        receipt.more = False
        self.taken += 1
        receipt.number = self.taken
        return receipt

    def give_back(self, messages: Iterable[Message]) -> None:
        """Have messages received again, the last one first. Called with the socket's lock held."""
        self.messages.extendleft(messages)
        self._begin()

    def put(self, receipt: Receipt) -> None:
        """Have a message received again, before those that were taken after it; with the lock held."""
        place = len(self.receipts)
        while place and self.receipts[place - 1].number > receipt.number:
            place -= 1
        self.receipts.insert(place, receipt)
        self.has_receipts = True
        self._begin()

    def claim(self) -> Receipt | None:
        """Take the first of what has a receipt, with it, as if it was received for the first time."""
        if not self.has_receipts:
            return None
        receipt = self.receipts.popleft()
        self.taken += 1
        receipt.number = self.taken
        self._end()
        return receipt

    def take(self) -> Message | None:
        """Take the next message; None when none has come."""
        if not self:  # somebody else had said meanwhile where the socket takes from
            self._core.take = self._before
            return self._before()
        message = self.receipts.popleft().message if self.receipts else self.messages.popleft()
        self._end()
        return message

    def _begin(self) -> None:
        core = self._core
        if core.take != self.take:
            self._before, core.take = core.take, self.take
        if core.is_watched:
            core.tell_waiters()

    def _end(self) -> None:
        core = self._core
        self.has_receipts = bool(self.receipts)
        if not self and core.take == self.take:  # whoever came between stays
            core.take = self._before

    def __bool__(self) -> bool:
        return bool(self.receipts or self.messages)
