"""Where metrics come from: contexts, until they end."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from zerowire.engine.inspection import Inspector, close_inspector, open_inspector
from zerowire.metrics.table import Sample, samples

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from zerowire.api.context import Context


class Source:
    """Looks at contexts whenever it is asked. It keeps none of them from ending."""

    def __init__(self, *contexts: Context, peers: bool = False) -> None:
        """Open the inspection of contexts.

        Args:
            contexts: Which.
            peers: Whether to tell of each peer, too. Servers with many have as many time series.

        Raises:
            ValueError: There is no context, or one is closed.
        """
        if not contexts or any(context.closed for context in contexts):
            raise ValueError("metrics need one context or more, none of them closed")
        self._peers = peers
        self._inspectors: dict[Inspector, Callable[[], None]] = {}
        for context in {context._core: context for context in contexts}.values():
            end: Callable[[], None] = partial(self._leave, context._core)
            self._inspectors[open_inspector(context._core, end)] = end

    def samples(self) -> Iterator[Sample]:
        """Yield what all metrics are now."""
        for inspector in tuple(self._inspectors):
            yield from samples(inspector.context.serial, inspector.sockets(), peers=self._peers)

    def _leave(self, core: object) -> None:
        """A context has ended."""
        for inspector, end in tuple(self._inspectors.items()):
            if inspector.context is core:
                del self._inspectors[inspector]
                close_inspector(inspector, end)

    def close(self) -> None:
        """Tell nothing any more, and leave the contexts as they were. Idempotent."""
        for inspector in tuple(self._inspectors):
            self._leave(inspector.context)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
