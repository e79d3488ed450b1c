"""Wait for many sockets and descriptors at once, in an event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

from zerowire.api import poller as blocking
from zerowire.api.poller import POLLIN, POLLOUT, PURPOSES, milliseconds, readiness, zmq_poll
from zerowire.asyncio.messaging import failed
from zerowire.asyncio.turns import Turns
from zerowire.asyncio.waiters import Waiters
from zerowire.engine.socket import SocketCore
from zerowire.leaf.ready import ready

Items = list[tuple[Any, int]]
Done = Callable[[], None]


class Poller(blocking.Poller):
    """A set of sockets and descriptors to wait for.

    Sockets of either kind may be mixed with descriptors and with objects that have a fileno().
    """

    def __init__(self) -> None:
        super().__init__()
        self._turns = Turns(bool)

    def poll(self, timeout: float | None = None) -> asyncio.Future[Items]:  # type: ignore[override]
        """Wait until something is ready. Result and errors are those of the blocking one.

        Args:
            timeout: Milliseconds; None or a negative number is for ever, 0 not at all.
        """
        timeout_ms = milliseconds(timeout)
        items = self.sockets
        if not timeout_ms or self._turns.may_go_on():
            try:
                found = zmq_poll(items, 0)
            except Exception as error:
                return failed(error)
            if found or not timeout_ms:
                return ready(found)
        return asyncio.get_running_loop().create_task(wait_for_any(items, timeout_ms))


async def wait_for_any(items: Items, timeout_ms: int) -> Items:
    """Wait until something is ready, and return all that is."""
    loop = asyncio.get_running_loop()
    deadline = None if timeout_ms < 0 else loop.time() + timeout_ms / 1000
    while True:
        with ExitStack() as stack:
            watches = [watch(item, flags, stack) for item, flags in items]
            watches.append(loop.create_future())  # which nobody ends: there may be no others
            left = None if deadline is None else max(0.0, deadline - loop.time())
            done, _ = await asyncio.wait(watches, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
        found = zmq_poll(items, 0)
        if found or (deadline is not None and loop.time() >= deadline):
            return found


def watch(item: Any, flags: int, stack: ExitStack) -> asyncio.Future[Any]:
    """Return a future that is done when something is ready; the stack ends the watch."""
    core = getattr(item, "_core", None)
    if not isinstance(core, SocketCore):
        return watch_descriptor(item if isinstance(item, int) else item.fileno(), flags, stack)
    waiters = getattr(item, "_waiters", None)
    if waiters is None:  # a blocking socket
        waiters = Waiters(core)
        stack.callback(waiters.close)
    purposes = PURPOSES[flags & (POLLIN | POLLOUT)]
    future: asyncio.Future[Any] = waiters.look_out(purposes, partial(readiness, core, flags), -1)
    stack.callback(future.cancel)
    return future


def watch_descriptor(fd: int, flags: int, stack: ExitStack) -> asyncio.Future[Any]:
    """Do the same with a descriptor; whoever else watches it in the same loop is not disturbed."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()
    stack.callback(future.cancel)
    own = os.dup(fd)
    stack.callback(os.close, own)
    for flag, add, remove in (
        (POLLIN, loop.add_reader, loop.remove_reader),
        (POLLOUT, loop.add_writer, loop.remove_writer),
    ):
        if flags & flag:
            add(own, finish, future)
            stack.callback(remove, own)
    return future


def finish(future: asyncio.Future[Any]) -> None:
    """End the wait for a descriptor."""
    if not future.done():
        future.set_result(None)
