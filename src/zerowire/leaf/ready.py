"""An awaitable whose value is there, which costs an object and no trip through the loop.

A value that somebody else should have if nobody comes for it has a Receipt, which learns of that.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, Future, InvalidStateError, get_running_loop
from collections.abc import Callable, Generator
from contextvars import Context
from typing import Any, Generic, NoReturn, Protocol, TypeVar

T = TypeVar("T")


class Receipt(Protocol):
    """Where a value comes from."""

    def drop(self) -> None:
        """Nobody has taken the value. May be called from any thread, in the midst of anything."""


class Ready(Generic[T]):
    """A future that is done from the start. Has the methods of asyncio.Future that make sense."""

    __slots__ = ("_receipt", "_value")

    _asyncio_future_blocking = False  # by this asyncio knows a future

    def __init__(self, value: T, receipt: Receipt | None) -> None:
        self._value = value
        self._receipt = receipt

    def __await__(self) -> Generator[Any, None, T]:
        self._receipt = None
        return self._value
        yield  # what makes this a generator, that ends at once

    __iter__ = __await__

    def done(self) -> bool:
        """Whether the result is there."""
        return True

    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return False

    def cancel(self, msg: object = None) -> bool:
        """Do nothing: it is too late."""
        return False

    def result(self) -> T:
        """Return the value."""
        self._receipt = None
        return self._value

    def exception(self) -> None:
        """Return that there is none."""

    def get_loop(self) -> AbstractEventLoop:
        """Return the loop that runs now; it would do in any."""
        return get_running_loop()

    def add_done_callback(self, fn: Callable[[Ready[T]], object], *, context: Context | None = None) -> None:
        """Have a function called soon."""
        get_running_loop().call_soon(fn, self, context=context)

    def remove_done_callback(self, fn: Callable[[Ready[T]], object]) -> int:
        """Return how many callbacks were removed: they are with the loop already."""
        return 0

    def set_result(self, result: T) -> NoReturn:
        """Raise InvalidStateError."""
        raise InvalidStateError("the result is there already")

    def set_exception(self, exception: BaseException) -> NoReturn:
        """Raise InvalidStateError."""
        raise InvalidStateError("the result is there already")

    def __del__(self) -> None:
        if self._receipt is not None:
            self._receipt.drop()

    def __repr__(self) -> str:
        return f"<Ready result={self._value!r}>"


def ready(value: T, receipt: Receipt | None = None) -> Future[T]:
    """Return an awaitable that gives a value at once, and has all that a future has.

    Args:
        value: The value.
        receipt: Is told if the awaitable goes without having given it to anybody.
    """
    return Ready(value, receipt)  # type: ignore[return-value]  # it is a Future in all but its class
