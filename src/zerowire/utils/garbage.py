"""The buffers that are in use because something was sent from where it lies: `gc.refs`.

pyzmq keeps them alive here, and has a thread that gives them back. In ZeroWire a buffer belongs to the
Frames that share it and is given back with the last of them, so there is nothing to run. What is left is the
account, which is kept from the import of this module on.
"""

from __future__ import annotations

from weakref import WeakValueDictionary

from zerowire.message import keep_account


class GarbageCollector:
    """Knows which buffers Frames share.

    Attributes:
        refs: A view of each such buffer, under a number of no meaning. It goes with the last Frame.
    """

    def __init__(self) -> None:
        self.refs: WeakValueDictionary[int, memoryview] = WeakValueDictionary()


gc = GarbageCollector()
keep_account(gc.refs)

__all__ = ["GarbageCollector", "gc"]
