"""Sockets whose calls return futures: Tornado's, which are asyncio's.

They are the sockets of zerowire.asyncio, which return what can be awaited. Here it is always a
future, as IOLoop.add_future() and gen.with_timeout() want it. A loop that closes all descriptors
of its handlers closes the sockets that were used in it.
"""

from __future__ import annotations

import os
import warnings
import weakref
from asyncio import CancelledError, Future, ensure_future, iscoroutine
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from tornado.ioloop import IOLoop

from zerowire import asyncio
from zerowire.eventloop.watch import Handle

T = TypeVar("T")
AWAITED = (
    "poll",
    "recv",
    "recv_array",
    "recv_into",
    "recv_json",
    "recv_multipart",
    "recv_pyobj",
    "recv_serialized",
    "recv_string",
    "recv_unicode",
    "request",
    "send",
    "send_multipart",
    "wait_for_peers",
    "wait_for_subscribers",
)


def in_future(method: Callable[..., Any]) -> Callable[..., Future[Any]]:
    """Return a method that returns a future, of one that returns what can be awaited."""

    @wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Future[Any]:
        io_loop = self._get_loop()
        result = method(self, *args, **kwargs)
        if isinstance(result, Future):
            return result
        if iscoroutine(result):
            return ensure_future(result, loop=io_loop.asyncio_loop)
        future: Future[Any] = io_loop.asyncio_loop.create_future()
        future.set_result(result.result())
        return future

    return call


class Socket(asyncio.Socket):
    """A ZeroMQ socket whose calls return futures. See zerowire.asyncio.Socket."""

    _io_loop: IOLoop | None = None  # that it was last used in
    _handle: Handle | None = None  # by which that loop closes it

    vars().update({name: in_future(getattr(asyncio.Socket, name)) for name in AWAITED})

    def close(self, linger: int | None = None) -> None:
        """Close the socket. Argument as in zerowire.asyncio.Socket.close()."""
        self._leave_loop()
        super().close(linger)

    def _get_loop(self) -> IOLoop:
        """Return the loop of this thread, which closes the socket from now on if it closes everything."""
        io_loop = IOLoop.current()
        if io_loop is not self._io_loop and not self.closed:
            self._leave_loop()

            def close() -> None:
                socket = reference()
                if socket is not None:
                    socket.close()

            def forget(_: object) -> None:
                io_loop.add_callback(handle.leave, io_loop)  # the collector may have come in any thread

            self._io_loop = io_loop
            self._handle = handle = Handle(os.dup(self._core.poller.fileno()), close)
            reference = weakref.ref(self, forget)
            io_loop.add_handler(handle, handle.ignore, 0)
        return io_loop

    def _leave_loop(self) -> None:
        if self._io_loop is not None and self._handle is not None:
            self._handle.leave(self._io_loop)
        self._io_loop = self._handle = None


class Poller(asyncio.Poller):
    """A set of sockets and descriptors to wait for. See zerowire.asyncio.Poller."""

    poll = in_future(asyncio.Poller.poll)

    @staticmethod
    def _get_loop() -> IOLoop:
        return IOLoop.current()


class Context(asyncio.Context):
    """Where such sockets live."""

    _instance = None
    _socket_class = Socket

    def __init__(self, *args: Any, io_loop: object = None, **kwargs: Any) -> None:
        """Make a context.

        Args:
            *args: As for zerowire.Context.
            io_loop: Deprecated; it is always the loop that runs.
            **kwargs: As for zerowire.Context.
        """
        if io_loop is not None:
            warnings.warn("io_loop is not needed: leave it out", DeprecationWarning, stacklevel=2)
        super().__init__(*args, **kwargs)


__all__ = ["CancelledError", "Context", "Poller", "Socket"]
