"""What a call on a socket returns while it has to wait.

Each is an asyncio.Future, in every respect. What Receiving adds is that a message is never lost:
not when the task that waits for it is cancelled, or its time runs out, just as it comes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, TypeVar

from zerowire.asyncio.conversions import Convert, convert
from zerowire.error import Again, ZMQError
from zerowire.message import Part

if TYPE_CHECKING:
    from zerowire.asyncio.waiters import Waiters
    from zerowire.engine.returned import Receipt

T = TypeVar("T")


class Waiting(asyncio.Future[T]):
    """Stands in line for a socket."""

    def __init__(self, waiters: Waiters, line: Any, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self.line = line
        self._waiters = waiters
        self._timer: asyncio.TimerHandle | None = None

    def limit(self, timeout_ms: int) -> None:
        """Give up after so many milliseconds; a negative number is never."""
        if timeout_ms >= 0:
            self._timer = self.get_loop().call_later(timeout_ms / 1000, self._give_up)

    def cancel(self, msg: Any = None) -> bool:
        """Cancel the call: it leaves the line."""
        is_cancelled = super().cancel(msg)
        if is_cancelled:
            self.rest()
            self._waiters.leave(self)
        return is_cancelled

    def succeed(self, result: T) -> None:
        """End the wait with a result."""
        self.rest()
        if not self.done():
            self.set_result(result)

    def fail(self, error: Exception) -> None:
        """End the wait with an error."""
        self.rest()
        if not self.done():
            self.set_exception(error)

    def rest(self) -> None:
        """Watch the time no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        if not self.done():
            self._waiters.leave(self)
            self._on_late()

    def _on_late(self) -> None:
        self.fail(Again())


class Receiving(Waiting[T]):
    """Waits for a message, or for a frame."""

    def __init__(
        self,
        waiters: Waiters,
        loop: asyncio.AbstractEventLoop,
        whole: bool,
        how: Convert | None,
    ) -> None:
        """Args:
        waiters, loop: Whose line it stands in, and where.
        whole: Whether it wants a whole message.
        how: What becomes the result; see conversions.convert(). Called without the socket's lock.
        """
        super().__init__(waiters, waiters.receivers, loop)
        self.whole = whole
        self._how = how
        self._receipt: Receipt | None = None
        self._is_retrieved = False

    def deliver(self, receipt: Receipt) -> None:
        """End the wait with what was taken for it."""
        if self.done():  # cancelled a moment ago
            receipt.give_back()
            return
        try:
            result = convert(receipt, self.whole, self._how)
        except Exception as error:  # the message is gone, as it is when a call does not wait
            self.fail(error_of(error))
        except BaseException:  # that is no opinion of the message
            receipt.give_back()
            raise
        else:
            self._receipt = receipt
            self.succeed(result)

    def result(self) -> T:
        """Return the message. It is the caller's from now on."""
        self._is_retrieved = True
        return super().result()

    def __await__(self) -> Generator[Any, None, T]:
        if not self.done():
            self._asyncio_future_blocking = True
            try:
                yield self
            except BaseException:  # the task goes another way, perhaps with the result in its hands
                self._give_back()
                raise
        result = super().result()
        self._receipt = None  # now the task has it
        return result

    __iter__ = __await__

    def _give_back(self) -> None:
        receipt, self._receipt = self._receipt, None
        if receipt is not None:
            receipt.give_back()

    def __del__(self) -> None:
        receipt = self._receipt
        if receipt is not None and not self._is_retrieved:
            receipt.drop()
        super().__del__()  # tells of exceptions that nobody has seen


class Sending(Waiting[T]):
    """Waits until a message can be sent."""

    def __init__(
        self,
        waiters: Waiters,
        loop: asyncio.AbstractEventLoop,
        parts: list[Part],
        more: int,
        value: T,
    ) -> None:
        """Args:
        waiters, loop: Whose line it stands in, and where.
        parts, more: What is to be sent; see traffic.put().
        value: What the call comes to.
        """
        super().__init__(waiters, waiters.senders, loop)
        self.parts = parts
        self.more = more
        self.value = value


class Looking(Waiting[T]):
    """Waits until something is true of a socket."""

    def __init__(
        self,
        waiters: Waiters,
        loop: asyncio.AbstractEventLoop,
        purposes: tuple[int, ...],
        condition: Callable[[], T],
    ) -> None:
        """Args:
        waiters, loop: Of which socket, and where.
        purposes: What the engine is to tell of: RECEIVE, SEND or OTHER.
        condition: Whether it is true, and the result; called with the socket's lock held.
        """
        super().__init__(waiters, waiters.lookers, loop)
        self.purposes = purposes
        self.condition = condition

    def _on_late(self) -> None:
        try:
            value = self._waiters.look(self.condition)
        except ZMQError as error:
            self.fail(error)
        else:
            self.succeed(value)


def error_of(error: Exception) -> Exception:
    """Return an exception that a future can have."""
    if not isinstance(error, StopIteration):
        return error
    stand_in = RuntimeError("the conversion of a message raised StopIteration")
    stand_in.__cause__ = error
    return stand_in
