"""Asking a peer while other greenlets run: Socket.request()."""

from __future__ import annotations

from contextlib import suppress
from time import monotonic
from typing import Any

from gevent import Timeout, get_hub
from gevent.hub import Waiter

from zerowire.api.asking import body_of, seconds_of, unpack
from zerowire.api.exchange import Exchange, make_exchange
from zerowire.engine.socket import OTHER, SocketCore
from zerowire.error import Again
from zerowire.green import waiting


def ask(core: SocketCore, msg: Any, timeout: float | None, retries: int) -> bytes | list[bytes]:
    """Send a request and wait for its reply. Arguments and errors are those of Socket.request()."""
    body = body_of(msg)
    seconds = seconds_of(core, timeout)
    with core.lock:
        core.enter()
        exchange = make_exchange(core, body, seconds, retries, monotonic())
        call = Call(exchange)
        try:
            exchange.open()
            while not exchange.step(monotonic()):
                call.wait()
        finally:
            exchange.close()
            call.close()
    reply = exchange.reply
    assert reply is not None
    return unpack(reply, msg)


class Call:
    """A greenlet that waits for an exchange of its own."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._core = exchange.core
        self._hub = get_hub()
        self._bell = self._hub.loop.async_()  # any thread may ring it
        self._is_asleep = False
        exchange.rouse = self._rouse

    def wait(self) -> None:
        """Wait once until there may be something to do for the exchange. Called with the lock held."""
        if self._exchange.is_first:
            with suppress(Again):  # step() knows what comes next
                waiting.wait(self._core, OTHER, self._exchange.deadline)
        else:
            self._sleep()
            self._core.enter()

    def close(self) -> None:
        """Wait no more."""
        self._bell.close()

    def _sleep(self) -> None:
        """Let the first in line do the work, until it rouses us."""
        core, deadline = self._core, self._exchange.deadline
        waiter = Waiter(self._hub)
        self._bell.start(waiter.switch, None)  # with the lock, or it might be rung before it can be heard
        self._is_asleep = True
        try:
            core.lock.release()
            with Timeout(None if deadline is None else max(0.0, deadline - monotonic()), False):
                waiter.get()
        finally:
            core.lock.acquire()
            self._is_asleep = False
            self._bell.stop()

    def _rouse(self) -> None:
        if self._is_asleep:
            self._is_asleep = False
            self._bell.send()
        else:  # it waits for the socket
            self._core.note_change()
            self._core.tell_waiters()
