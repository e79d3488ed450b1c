"""How an event loop learns that a socket has something to do."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sized
from contextlib import suppress
from typing import TYPE_CHECKING

from zerowire.engine.socket import SocketCore
from zerowire.leaf.watch import keep_watch

if TYPE_CHECKING:
    from selectors import EpollSelector


class DescriptorWatch:
    """The loop watches the socket's poller, by a descriptor that is nobody else's."""

    def __init__(
        self, core: SocketCore, loop: asyncio.AbstractEventLoop, callback: Callable[[], object]
    ) -> None:
        """Begin to watch.

        Raises:
            NotImplementedError: The loop watches no descriptors.
            OSError: No descriptor is left.
        """
        self._fd = -1
        self._loop = loop
        self._waker = core.waker.fileno()
        # No loop tells what else it has to do, but one of asyncio's own can be looked into.
        self._ready: Sized | None = getattr(loop, "_ready", None)
        self._selector: EpollSelector | None = getattr(loop, "_selector", None)
        self._fd = os.dup(core.poller.fileno())
        try:
            loop.add_reader(self._fd, callback)
        except BaseException:
            self._close()
            raise

    def begin(self) -> None:
        """Somebody waits; called with the socket's lock held."""

    def is_idle(self, known: int) -> bool:
        """Whether the loop would go to sleep now, if it had not so many calls to make that we know of."""
        ready = self._ready
        return ready is not None and len(ready) <= known and hasattr(self._selector, "fileno")

    def stay_awake(self, seconds: float) -> bool:
        """Look again and again whether the loop has been woken; return whether it has."""
        assert self._selector is not None
        return keep_watch(self._selector.fileno(), self._waker, seconds)

    def close(self) -> None:
        """Watch no more."""
        if self._fd >= 0:
            with suppress(RuntimeError):  # the loop is closed
                self._loop.remove_reader(self._fd)
            self._close()

    def _close(self) -> None:
        os.close(self._fd)
        self._fd = -1

    def __del__(self) -> None:
        if self._fd >= 0:  # its loop is gone
            self._close()


class BellWatch:
    """The loop cannot watch descriptors: the context's caretaker serves the socket, and calls the loop."""

    def __init__(
        self, core: SocketCore, loop: asyncio.AbstractEventLoop, callback: Callable[[], object]
    ) -> None:
        self._core = core
        self._loop = loop
        self._callback = callback
        core.bells.append(self._ring)

    def begin(self) -> None:
        """Somebody waits; called with the socket's lock held."""
        core = self._core
        core.context.caretaker.attend(core)
        core.needs_attention = True

    def is_idle(self, known: int) -> bool:
        """Whether the loop would go to sleep now; nobody knows."""
        return False

    def stay_awake(self, seconds: float) -> bool:
        """Do nothing."""
        return False

    def close(self) -> None:
        """Watch no more."""
        with suppress(ValueError):
            self._core.bells.remove(self._ring)

    def _ring(self) -> None:
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._callback)


Watch = DescriptorWatch | BellWatch


def watch(core: SocketCore, loop: asyncio.AbstractEventLoop, callback: Callable[[], object]) -> Watch:
    """Have a loop call back when a socket has something to do.

    Raises:
        OSError: No descriptor is left.
    """
    try:
        return DescriptorWatch(core, loop, callback)
    except NotImplementedError:
        return BellWatch(core, loop, callback)
