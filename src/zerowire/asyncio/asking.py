"""Asking a peer and awaiting its answer, in one call: Socket.request()."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from time import monotonic
from typing import Any

from zerowire.api.asking import body_of, seconds_of, unpack
from zerowire.api.descriptors import round_up
from zerowire.api.exchange import Exchange, make_exchange
from zerowire.asyncio.waiters import Waiters
from zerowire.engine.socket import OTHER, SocketCore


async def ask(
    core: SocketCore, waiters: Waiters, msg: Any, timeout: float | None, retries: int
) -> bytes | list[bytes]:
    """Send a request and wait for its reply. Arguments and errors are those of Socket.request()."""
    body = body_of(msg)
    seconds = seconds_of(core, timeout)
    with core.lock:
        core.enter()
        exchange = make_exchange(core, body, seconds, retries, monotonic())
        exchange.open()
    call = Call(exchange, waiters)
    try:
        is_over = waiters.look(call.step)
        while not is_over:
            is_over = await call.wait()
    finally:
        with core.lock:
            exchange.close()
    reply = exchange.reply
    assert reply is not None
    return unpack(reply, msg)


class Call:
    """A task that waits for an exchange of its own."""

    def __init__(self, exchange: Exchange, waiters: Waiters) -> None:
        self._exchange = exchange
        self._waiters = waiters
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        exchange.rouse = self._rouse

    def step(self) -> bool:
        """Do what can be done without waiting; True once the reply is here. Called with the lock held."""
        return self._exchange.step(monotonic())

    async def wait(self) -> bool:
        """Wait until there may be something to do for the exchange, and do it."""
        deadline = self._exchange.deadline
        left = None if deadline is None else max(0.0, deadline - monotonic())
        if self._exchange.is_first:
            return await self._waiters.look_out((OTHER,), self.step, -1 if left is None else round_up(left))
        try:
            await asyncio.wait_for(self._news.wait(), left)
        except TimeoutError:
            pass  # step() knows what comes next
        self._news.clear()
        return self._waiters.look(self.step)

    def _rouse(self) -> None:
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._on_roused)

    def _on_roused(self) -> None:
        self._news.set()
        if self._exchange.is_first:  # it waits for the socket
            self._waiters.serve()
