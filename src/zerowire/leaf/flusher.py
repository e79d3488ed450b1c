"""Writing the end of a burst while nobody holds the interpreter's lock: not without a compiler.

A program that sends a burst and then computes leaves the last messages of the burst unwritten:
they wait for company. Without pointers only a thread that has the interpreter's lock can write
them, which is the caretaker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from zerowire.leaf.guard import Guarded

if TYPE_CHECKING:
    from zerowire.leaf.ring import Ring

Written: TypeAlias = tuple[int, int, int, int, bytes]
"""Messages that were written whole, all octets, and of a batch that was not written
whole its messages, the octets of it that were written, and the octets that are left."""


class Flushed(Guarded):
    """Has tails that somebody else may write while its lock is free.

    Attributes:
        needs_attention: Whoever has the lock next shall look around, take_flushed() included.
    """

    __slots__ = ("needs_attention",)

    needs_attention: bool

    def flush_later(self, seconds: float) -> bool:
        """Have what waits written if that has not been done in so many seconds; False: it will not be."""
        return False

    def take_flushed(self) -> bool:
        """Return whether something was written since the last call. Called with the lock held."""
        return False


class Tail:
    """What one peer has yet to get, as the flusher sees it. Every call is with the owner's lock held."""

    __slots__ = ()

    def __init__(self, owner: Flushed) -> None:
        """Belong to a Flushed."""

    def open(self, fd: int, ring: Ring[Any]) -> None:
        """Allow that the messages of a ring are written to a descriptor, in ZMTP's framing."""

    def close(self) -> None:
        """Allow it no more."""

    def wait(self) -> None:
        """Messages wait in the ring, and nothing else is on its way into the descriptor."""

    def adopt(self) -> Written | None:
        """Return what was written since wait(), if anything was; until the next wait() nothing will be."""
        return None
