"""Sockets for AnyIO, and so for trio as well as asyncio.

    async with zerowire.anyio.Context() as context:
        async with context.socket(zerowire.PULL) as socket:
            socket.bind("tcp://127.0.0.1:5555")
            print(await socket.recv())

Every call first tries without waiting, and waits for the socket's poller if that was in
vain. Nothing is taken before the wait is over, and there is no wait behind it: a call that
is cancelled, wherever it stands, has not received a message and has not sent one.

A call that need not wait gives other tasks their turn now and then, before it tries.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar, cast

import anyio
from anyio.lowlevel import checkpoint, checkpoint_if_cancelled

import zerowire
from zerowire.api.asking import body_of, seconds_of, unpack
from zerowire.api.context import pauses
from zerowire.api.exchange import Exchange, make_exchange
from zerowire.api.parts import address, check_parts, make_part, write_into
from zerowire.api.poller import POLLIN, POLLOUT, PURPOSES
from zerowire.api.serialize import Serialized, check_key
from zerowire.constants import Errno, Flag, PollEvent, SocketOption
from zerowire.engine.socket import OTHER, RECEIVE, SEND, SocketCore
from zerowire.error import Again, ZMQError

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from numpy.typing import NDArray

    from zerowire.api.tracker import MessageTracker
    from zerowire.message import Frame, Message, Part

T = TypeVar("T")

DONTWAIT = int(Flag.DONTWAIT)
PATIENCE = {RECEIVE: SocketOption.RCVTIMEO, SEND: SocketOption.SNDTIMEO}
LONGEST_STRETCH = 0.002  # seconds after which other tasks have their turn
LOOKS = 16  # calls between two looks at the clock


class Socket(zerowire.Socket):
    """A socket whose calls are awaited; those that cannot wait (bind, set, stats) are as in zerowire.Socket.

    Several tasks may wait in it at once. Closing it ends their calls with ENOTSOCK.
    """

    _descriptors: list[int]
    _calls = 0
    _stretch = 0.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Open a socket, or with `shadow` another handle on one. Arguments as zerowire.Socket."""
        super().__init__(*args, **kwargs)
        self._descriptors = []  # copies of the poller's that nobody waits for at the moment

    # -- waiting -------------------------------------------------------------------------------

    async def _until(self, attempt: Callable[[], T], flags: int, purpose: int, told: Part | None = None) -> T:
        """Try again and again, until it does not raise Again any more or the time is over.

        Args:
            attempt: What to try; it must not wait.
            flags: DONTWAIT tries once.
            purpose: RECEIVE or SEND.
            told: The first frame of what is to be sent.
        """
        await self._take_turns()
        deadline: float | None = None
        while True:
            try:
                return attempt()
            except Again:
                if flags & DONTWAIT:
                    raise
            if deadline is None:
                patience = self.get(PATIENCE[purpose])
                deadline = inf if patience < 0 else anyio.current_time() + patience / 1000
            elif anyio.current_time() >= deadline:
                raise Again(Errno.EAGAIN)
            with self._watched((purpose, told)):
                await self._wait_for_poller(deadline)

    async def _take_turns(self) -> None:
        """Let other tasks run, if this one has not waited for a while; it may be cancelled here."""
        self._calls += 1
        if self._calls % LOOKS == 0 and monotonic() - self._stretch > LONGEST_STRETCH:
            await checkpoint()
            self._stretch = monotonic()
        else:
            await checkpoint_if_cancelled()

    @contextmanager
    def _watched(self, *watches: tuple[int, Any]) -> Iterator[None]:
        """Have the poller tell of something.

        Args:
            *watches: (RECEIVE, None); (SEND, the first frame of a message, or None for any);
                (OTHER, what stands for this task).
        """
        core = self._core
        with core.lock:
            core.enter()
            told = [
                (purpose, core.outgoing.complete(it) if purpose == SEND and it is not None else it)
                for purpose, it in watches
            ]
            for watch in told:
                core.begin_watch(*watch)
            core.tell_waiters()
        try:
            yield
        finally:
            with core.lock:
                for watch in told:
                    core.end_watch(*watch)

    async def _wait_for_poller(self, deadline: float) -> None:
        core = self._core
        core.context.flush_batches()
        # Each task has a descriptor of its own: AnyIO lets one task wait for each.
        fd = self._descriptors.pop() if self._descriptors else os.dup(core.poller.fileno())
        try:
            with anyio.CancelScope(deadline=deadline):
                await anyio.wait_readable(fd)
        finally:
            self._stretch = monotonic()
            if self.closed:
                os.close(fd)
            else:
                self._descriptors.append(fd)

    async def _until_true(
        self, condition: Callable[[], T], timeout: float | None, *watches: tuple[int, Any]
    ) -> T:
        """Wait until something is true of the socket; return what condition() says at last.

        Args:
            condition: What is to be true.
            timeout: Milliseconds; None or a negative number is for ever.
            *watches: What else is to be told of than changes.
        """
        deadline = inf if timeout is None or timeout < 0 else anyio.current_time() + timeout / 1000
        await checkpoint_if_cancelled()
        while True:
            with self._watched(*(watches or [(OTHER, object())])):
                result = condition()
                if result or anyio.current_time() >= deadline:
                    return result
                await self._wait_for_poller(deadline)

    # -- receiving -----------------------------------------------------------------------------

    async def recv(  # type: ignore[override]
        self, flags: int = 0, copy: bool = True, track: bool = False
    ) -> bytes | Frame:
        """Receive one frame. Arguments and errors as zerowire.Socket.recv()."""
        attempt = super().recv
        return await self._until(lambda: attempt(flags | DONTWAIT, copy, track), flags, RECEIVE)

    async def recv_multipart(  # type: ignore[override]
        self, flags: int = 0, copy: bool = True, track: bool = False
    ) -> list[bytes] | list[Frame]:
        """Receive a whole message, as a list of its frames. Arguments and errors as recv()."""
        attempt = super().recv_multipart
        return await self._until(lambda: attempt(flags | DONTWAIT, copy, track), flags, RECEIVE)

    async def recv_into(  # type: ignore[override]
        self, buffer: Any, /, *, nbytes: int = 0, flags: int = 0
    ) -> int:
        """Receive one frame into a buffer. Arguments and errors as zerowire.Socket.recv_into()."""
        target = write_into(buffer, nbytes)
        data = cast(bytes, await self.recv(flags))
        size = min(len(data), len(target))
        target[:size] = data[:size]
        return len(data)

    async def recv_string(self, flags: int = 0, encoding: str = "utf-8") -> str:  # type: ignore[override]
        """Receive one frame as text."""
        return Serialized.recv_string(_received([await self.recv(flags)]), flags, encoding)

    async def recv_json(self, flags: int = 0, **kwargs: Any) -> Any:
        """Receive one frame of JSON."""
        return Serialized.recv_json(_received([await self.recv(flags)]), flags, **kwargs)

    async def recv_array(  # type: ignore[override]
        self, flags: int = 0, copy: bool = True
    ) -> NDArray[Any]:
        """Receive what send_array() sends."""
        return Serialized.recv_array(_received(await self.recv_multipart(flags, copy)), flags, copy)

    async def recv_pyobj(self, flags: int = 0, *, key: bytes | None = None) -> Any:
        """Receive one frame and unpickle it. See the warning of zerowire.Socket.recv_pyobj()."""
        if key is not None:
            check_key(key)
        return Serialized.recv_pyobj(_received([await self.recv(flags)]), flags, key=key)

    async def recv_serialized(  # type: ignore[override]
        self, deserialize: Callable[[list[Any]], T], flags: int = 0, copy: bool = True
    ) -> T:
        """Receive a message and return what a function makes of it."""
        return deserialize(cast(list[Any], await self.recv_multipart(flags, copy)))

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> list[bytes]:
        """Receive the next message; the loop ends when the socket is closed."""
        try:
            return cast(list[bytes], await self.recv_multipart())
        except ZMQError:
            if self.closed:
                raise StopAsyncIteration from None
            raise

    # -- sending -------------------------------------------------------------------------------

    async def send(  # type: ignore[override]
        self, data: Any, flags: int = 0, copy: bool = True, track: bool = False, **kwargs: Any
    ) -> MessageTracker | None:
        """Send one frame. Arguments, result and errors as zerowire.Socket.send()."""
        part = make_part(data, copy, track, self.copy_threshold)
        if kwargs:
            part = address(part, **kwargs)
        attempt = super().send
        return await self._until(lambda: attempt(part, flags | DONTWAIT, copy, track), flags, SEND, part)

    async def send_multipart(  # type: ignore[override]
        self, msg_parts: Sequence[Any], flags: int = 0, copy: bool = True, track: bool = False, **kwargs: Any
    ) -> MessageTracker | None:
        """Send a message of several frames, whole or not at all."""
        parts = check_parts(msg_parts, copy, track, self.copy_threshold)
        if kwargs:
            parts = [address(part, **kwargs) for part in parts]
        attempt = super().send_multipart
        return await self._until(lambda: attempt(parts, flags | DONTWAIT, copy, track), flags, SEND, parts[0])

    # -- asking --------------------------------------------------------------------------------

    async def request(  # type: ignore[override]
        self, msg: Any, timeout: float | None = None, retries: int = 0
    ) -> bytes | list[bytes]:
        """Send a request and wait for its reply. Arguments and errors as zerowire.Socket.request()."""
        core = self._core
        await checkpoint_if_cancelled()
        with core.lock:
            core.enter()
            exchange = make_exchange(core, body_of(msg), seconds_of(core, timeout), retries, monotonic())
            exchange.rouse = partial(_tell, core)
            exchange.open()
        try:
            return unpack(await self._reply_to(exchange), msg)
        finally:
            with core.lock:
                exchange.close()

    async def _reply_to(self, exchange: Exchange) -> Message:
        task = object()
        while True:
            with self._watched((OTHER, task)):
                if self._step(exchange):
                    return cast("Message", exchange.reply)
                left = inf if exchange.deadline is None else exchange.deadline - monotonic()
                await self._wait_for_poller(anyio.current_time() + left)

    def _step(self, exchange: Exchange) -> bool:
        core = self._core
        with core.lock:
            core.enter()
            core.serve()
            return exchange.step(monotonic())

    # -- other things to wait for --------------------------------------------------------------

    async def poll(  # type: ignore[override]
        self, timeout: float | None = None, flags: int = PollEvent.POLLIN
    ) -> int:
        """Wait until the socket is ready. Arguments and result as zerowire.Socket.poll()."""
        look = super().poll
        watches = [(purpose, None) for purpose in PURPOSES[flags & (POLLIN | POLLOUT)]]
        return await self._until_true(lambda: look(0, flags), timeout, *watches)

    async def wait_for_peers(self, n: int = 1, timeout: float | None = None) -> bool:  # type: ignore[override]
        """Wait until n peers have completed their handshake; return whether they came in time."""
        look = super().wait_for_peers
        return await self._until_true(lambda: look(n, 0), timeout)

    async def wait_for_subscribers(  # type: ignore[override]
        self, n: int = 1, topic: bytes | str | None = None, timeout: float | None = None
    ) -> bool:
        """Wait until n peers have subscribed; return whether they did in time."""
        look = super().wait_for_subscribers
        return await self._until_true(lambda: look(n, topic, 0), timeout)

    # -- the end -------------------------------------------------------------------------------

    def close(self, linger: int | None = None) -> None:
        """Close the socket. Tasks that wait in it get ENOTSOCK. Arguments as zerowire.Socket.close()."""
        super().close(linger)
        self._close_descriptors()

    def _close_descriptors(self) -> None:
        while self._descriptors:
            os.close(self._descriptors.pop())

    def __del__(self) -> None:
        if hasattr(self, "_descriptors"):
            self._close_descriptors()
        super().__del__()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Received:
    """Stands for a socket that has just what was received; the blocking methods convert it."""

    def __init__(self, parts: Sequence[Any]) -> None:
        self._parts = parts

    def recv(self, flags: int = 0) -> Any:
        """Return the frame."""
        return self._parts[0]

    def recv_multipart(self, flags: int = 0, copy: bool = True) -> list[Any]:
        """Return the frames."""
        return list(self._parts)


def _received(parts: Sequence[Any]) -> Any:
    return Received(parts)


def _tell(core: SocketCore) -> None:
    """Have whoever waits for something look again; called with the lock held."""
    core.note_change()
    core.tell_waiters()


class Context(zerowire.Context):
    """A context whose sockets are awaited."""

    _instance = None
    _socket_class = Socket

    if TYPE_CHECKING:

        def socket(
            self, socket_type: int, socket_class: type[zerowire.Socket] | None = None, **kwargs: Any
        ) -> Socket: ...

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for socket in tuple(self._sockets):
            socket.close()
        try:
            for pause in pauses():
                if self.term(0):
                    break
                await anyio.sleep(pause)  # LINGER may take its time
        finally:
            self._abandon()


__all__ = ["Context", "Socket"]
