"""Socket: what tasks send and receive with."""

from __future__ import annotations

import asyncio
import warnings
from asyncio import Future
from collections import deque
from collections.abc import AsyncIterator, Callable
from errno import ENOTSOCK
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from zerowire.api import socket as blocking
from zerowire.api.poller import PURPOSES, milliseconds, readiness
from zerowire.asyncio.asking import ask
from zerowire.asyncio.events import AsyncReadiness
from zerowire.asyncio.messaging import AsyncMessaging, failed
from zerowire.asyncio.serialize import AsyncSerialized
from zerowire.asyncio.waiters import Waiters
from zerowire.constants import Errno, PollEvent
from zerowire.engine.socket import OTHER
from zerowire.error import ZMQError, zmq_error
from zerowire.leaf.ready import ready

if TYPE_CHECKING:
    from concurrent import futures
    from types import TracebackType
    from typing import Literal, Self, overload

    from zerowire.api.context import Context
    from zerowire.message import Frame
    from zerowire.zmtp.zap import Request

T = TypeVar("T")
AUTHENTICATE: Any = blocking.Socket.authenticate


class Socket(AsyncMessaging, AsyncSerialized, blocking.Socket):  # type: ignore[misc]  # calls are awaited
    """A ZeroMQ socket whose calls are awaited instead of waiting.

    Made with Context.socket() of this package; or from a blocking one, to share it:
    Socket(socket). What is not named here is as it is there, and waits for nothing.

    Tasks may share it, and wait in it in any number: messages go to receivers, and senders get
    room, in the order in which they asked. close() cancels those that wait through this handle.

    As an asynchronous context manager it is closed at the end. As an asynchronous iterator it
    yields messages, each a list of frames, until it is closed.
    """

    def __init__(
        self,
        context: Context | blocking.Socket | None = None,
        socket_type: int = -1,
        io_loop: object = None,
        _from_socket: blocking.Socket | None = None,
        **kwargs: Any,
    ) -> None:
        """Open a socket, or take another handle on one that exists.

        Args:
            context: Where it belongs; or a Socket of either kind, to share it.
            socket_type: SocketType, REQ say.
            io_loop: Deprecated; it is always the loop that runs.
            **kwargs: As for the blocking one.

        Raises:
            TypeError: There is no context, or no type.
            ZMQError: EINVAL for an unknown type, ETERM, EMFILE.
        """
        if io_loop is not None:
            warnings.warn("io_loop is not needed: leave it out", DeprecationWarning, stacklevel=3)
        super().__init__(context if _from_socket is None else _from_socket, socket_type, **kwargs)
        self._waiters = Waiters(self._core)

    @classmethod
    def from_socket(cls, socket: blocking.Socket, io_loop: object = None) -> Self:
        """Return another handle on a socket, for tasks."""
        return cls(socket, io_loop=io_loop)

    if TYPE_CHECKING:  # as in the blocking class

        @overload  # type: ignore[override]
        def recv(self, flags: int = ..., copy: Literal[True] = ..., track: bool = ...) -> Future[bytes]: ...

        @overload
        def recv(self, flags: int = ..., *, copy: Literal[False], track: bool = ...) -> Future[Frame]: ...

        @overload
        def recv(self, flags: int = ..., copy: bool = ..., track: bool = ...) -> Future[Any]: ...

        def recv(self, flags: int = 0, copy: bool = True, track: bool = False) -> Future[Any]: ...

        @overload  # type: ignore[override]
        def recv_multipart(
            self, flags: int = ..., copy: Literal[True] = ..., track: bool = ...
        ) -> Future[list[bytes]]: ...

        @overload
        def recv_multipart(
            self, flags: int = ..., *, copy: Literal[False], track: bool = ...
        ) -> Future[list[Frame]]: ...

        @overload
        def recv_multipart(
            self, flags: int = ..., copy: bool = ..., track: bool = ...
        ) -> Future[list[Any]]: ...

        def recv_multipart(self, flags: int = 0, copy: bool = True, track: bool = False) -> Future[Any]: ...

        def wait_for_peers(  # type: ignore[override]
            self, n: int = 1, timeout: float | None = None
        ) -> Future[bool]: ...

        def wait_for_subscribers(  # type: ignore[override]
            self, n: int = 1, topic: bytes | str | None = None, timeout: float | None = None
        ) -> Future[bool]: ...

    # -- closing -------------------------------------------------------------------------------

    def close(self, linger: int | None = None) -> None:
        """Close the socket. Returns at once; what waits to be sent still goes out for LINGER.

        Calls that wait through this handle are cancelled, others get ZMQError(ENOTSOCK).
        Idempotent.

        Args:
            linger: Milliseconds instead of the LINGER option: -1 is for ever, 0 drops what waits.
        """
        if self._waiters.is_here:
            self._waiters.close()
        super().close(linger)

    @property
    def authenticate(self) -> Callable[[Request], Any] | None:
        """Decides about each peer, in place of a ZAP handler; None for nobody. As in zerowire.Socket.

        It may be a coroutine function: it runs in the loop in which it was set.
        """
        return AUTHENTICATE.__get__(self)  # type: ignore[no-any-return]

    @authenticate.setter
    def authenticate(self, check: Callable[[Request], Any] | None) -> None:
        if asyncio.iscoroutinefunction(check):
            check = partial(in_loop, check, asyncio.get_running_loop())
        AUTHENTICATE.__set__(self, check)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- requests ------------------------------------------------------------------------------

    async def request(  # type: ignore[override]
        self, msg: Any, timeout: float | None = None, retries: int = 0
    ) -> Any:
        """Send a request and return the reply to it, and to no other. For REQ and DEALER sockets.

        Any number of tasks may await this on one DEALER at once; on a REQ they take turns.
        Arguments, result and errors are those of the blocking one.
        """
        return await ask(self._core, self._waiters, msg, timeout, retries)

    # -- waiting -------------------------------------------------------------------------------

    def poll(self, timeout: float | None = None, flags: int = PollEvent.POLLIN) -> Future[int]:  # type: ignore[override]
        """Wait until the socket is ready.

        Args:
            timeout: Milliseconds; None or a negative number is for ever, 0 not at all.
            flags: POLLIN, POLLOUT or both.

        Returns:
            Those of them that it is ready for; 0 when the time ran out.

        Raises:
            ZMQError: ENOTSUP when the socket is closed, at once.
        """
        if self.closed:
            raise zmq_error(Errno.ENOTSUP, "the socket is closed")
        core = self._core
        purposes = PURPOSES[flags & (PollEvent.POLLIN | PollEvent.POLLOUT)]
        return self._look_out(purposes, lambda: readiness(core, flags), milliseconds(timeout))

    def _wait_until(self, condition: Callable[[], bool], timeout: float | None) -> Any:
        return self._look_out((OTHER,), condition, milliseconds(timeout))

    def _look_out(self, purposes: tuple[int, ...], condition: Callable[[], T], timeout_ms: int) -> Future[T]:
        """Wait until something is true of the socket, if it is not so already."""
        if not timeout_ms or self._waiters.turns.may_go_on():
            try:
                value = self._waiters.look(condition)
            except ZMQError as error:
                return failed(error)
            if value or not timeout_ms:
                return ready(value)
        return self._waiters.look_out(purposes, condition, timeout_ms)

    @property
    def events(self) -> AsyncReadiness:
        """What the socket is ready for, and, called, what happens to its links.

        As a value it is the EVENTS option: POLLIN, POLLOUT or both. Called, it is an
        asynchronous iterator over MonitorEvents from then on:

            async for event in sock.events():
                print(event)

        `sock.events(mask, timeout)` takes the events to report, and how many milliseconds to
        wait for each; without one it ends when the socket is closed.
        """
        return cast(AsyncReadiness, AsyncReadiness.of(self))

    # -- iterating -----------------------------------------------------------------------------

    async def __aiter__(self) -> AsyncIterator[list[bytes]]:
        while True:
            try:
                message = await self.recv_multipart()
            except ZMQError as error:
                if error.errno == ENOTSOCK:
                    return
                raise
            except asyncio.CancelledError:
                if self.closed and not self._is_cancelled():
                    return
                raise
            yield message

    @staticmethod
    def _is_cancelled() -> bool:
        """Whether it is the task that was cancelled, and not the call."""
        task = asyncio.current_task()
        return task is not None and task.cancelling() > 0

    # -- for those who look inside pyzmq's -------------------------------------------------------

    @property
    def _recv_futures(self) -> deque[Any]:
        return self._waiters.receivers

    @property
    def _send_futures(self) -> deque[Any]:
        return self._waiters.senders


def in_loop(
    check: Callable[[Request], Any], loop: asyncio.AbstractEventLoop, request: Request
) -> futures.Future[Any]:
    """Call a coroutine function in its loop; whichever thread asks gets a future."""
    return asyncio.run_coroutine_threadsafe(check(request), loop)
