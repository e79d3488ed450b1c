"""What lends its octets to whoever takes buffers: memoryview(), bytes(), numpy, files."""

from __future__ import annotations

import sys
from weakref import ref


class Exporter:
    """Its buffer is its payload, and a view of it keeps it.

    Plain, this needs Python 3.12. Before, only view_of() makes views, and their parts keep nothing.
    """

    __slots__ = ("payload",)

    payload: bytes | memoryview

    def __buffer__(self, flags: int) -> memoryview:
        return memoryview(self.payload)


if sys.version_info >= (3, 12):

    def view_of(exporter: Exporter) -> memoryview:
        """Return a view of the payload, which keeps its exporter."""
        return memoryview(exporter)

else:
    _lent: dict[int, tuple[ref[memoryview], Exporter]] = {}  # by the id of the view

    def view_of(exporter: Exporter) -> memoryview:
        """Return a view of the payload, which keeps its exporter."""
        view = memoryview(exporter.payload)
        key = id(view)
        _lent[key] = (ref(view, lambda _: _lent.pop(key, None)), exporter)
        return view
