"""Who watches an end of a pipe. Only annotations name it: at run time this module is not loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from zerowire.routing.pipe import Pipe


class PipeObserver(Protocol):
    """Who is told what happened at its end of a pipe."""

    def on_readable(self, pipe: Pipe) -> None:
        """Messages have come after pop() had found none."""

    def on_writable(self, pipe: Pipe) -> None:
        """There is room again after the high-water mark had been reached."""

    def on_closed(self, pipe: Pipe) -> None:
        """The other end has left. What it pushed before can still be popped."""
