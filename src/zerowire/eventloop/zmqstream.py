"""A socket that calls functions of yours, in Tornado's loop.

The loop watches the socket's poller. Each time that has something the stream does the socket's
I/O, receives one message and calls the function for it; if there are more the loop comes back
after it has seen to the others. What is to be sent waits in a queue of the stream until the loop
has its turn, and as long as the socket has no room.
"""

from __future__ import annotations

import warnings
from asyncio import ensure_future
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from tornado.ioloop import IOLoop
from tornado.log import gen_log

from zerowire.api.messaging import DONTWAIT
from zerowire.api.parts import check_parts
from zerowire.api.poller import POLLIN, POLLOUT
from zerowire.api.socket import Socket
from zerowire.asyncio.socket import Socket as AsyncSocket
from zerowire.engine.socket import RECEIVE, SEND
from zerowire.error import Again, ZMQError
from zerowire.eventloop.serialize import OnSend, Serialized
from zerowire.eventloop.watch import Watch
from zerowire.message import Part, message_of

if TYPE_CHECKING:
    from asyncio import Future

    from zerowire.api.bound import SocketContext

OnRecv = Callable[[list[Any]], Any]
PASSED_ON = (
    "bind",
    "bind_to_random_port",
    "connect",
    "getsockopt",
    "getsockopt_string",
    "getsockopt_unicode",
    "setsockopt",
    "setsockopt_string",
    "setsockopt_unicode",
)


class Waiting(NamedTuple):
    """A message that is to be sent: as it was given, its frames, and how."""

    given: Sequence[Any]
    parts: list[Part]
    options: dict[str, Any]


class ZMQStream(Serialized):
    """A socket that calls functions of yours when messages come, and when they have gone.

    They are called by the loop, one message at a time, so others have their turn. They may be
    coroutine functions, and may close the stream. Messages that come while there is none stay
    in the socket. What they raise is logged, and goes to the loop's exception handler.

    The stream has the socket's methods bind(), connect(), bind_to_random_port(), setsockopt(),
    getsockopt() and their kin.

    Attributes:
        socket: The socket; None once the stream is closed.
        io_loop: The loop.
    """

    socket: Socket
    io_loop: IOLoop

    bind: Callable[[str | bytes], SocketContext]
    bind_to_random_port: Callable[..., int]
    connect: Callable[[str | bytes], SocketContext]
    getsockopt: Callable[[int], Any]
    getsockopt_string: Callable[..., str]
    getsockopt_unicode: Callable[..., str]
    setsockopt: Callable[[int, Any], None]
    setsockopt_string: Callable[..., None]
    setsockopt_unicode: Callable[..., None]

    def __init__(self, socket: Socket, io_loop: IOLoop | None = None) -> None:
        """Attach a socket to a loop. close() the stream instead of the socket.

        Args:
            socket: A zerowire.Socket. One of zerowire.asyncio is taken by another handle, with
                a warning.
            io_loop: The loop; None is the one of this thread.
        """
        if isinstance(socket, AsyncSocket):
            warnings.warn(
                "a ZMQStream is for sockets of zerowire.Context: give it zerowire.Socket(shadow=socket)",
                RuntimeWarning,
                stacklevel=2,
            )
            socket = Socket(shadow=socket)
        self.socket = socket
        self.io_loop = io_loop or IOLoop.current()
        self._is_open = True
        self._queue: deque[Waiting] = deque()
        self._on_recv: OnRecv | None = None
        self._on_send: OnSend | None = None
        self._on_close: Callable[[], Any] | None = None
        self._copies = True
        self._is_scheduled = False  # the loop will call _take_turn()
        self._running: set[Future[Any]] = set()  # callbacks that are not done
        for name in PASSED_ON:
            setattr(self, name, getattr(socket, name))
        self._watch = Watch(socket._core, self.io_loop, self._on_ready, self.close)

    # -- receiving -----------------------------------------------------------------------------

    def on_recv(self, callback: OnRecv | None, copy: bool = True) -> None:
        """Have a function called with every message, instead of the one before.

        Args:
            callback: Takes a list of frames; None leaves messages in the socket.
            copy: False gives it Frames instead of bytes.

        Raises:
            OSError: The stream is closed.
            AssertionError: It cannot be called.
        """
        self._check(callback)
        self._on_recv = callback
        self._copies = copy
        if callback is None:
            self._watch.forget(RECEIVE)
        else:
            self._watch.wait_for(RECEIVE)

    def on_recv_stream(
        self, callback: Callable[[ZMQStream, list[Any]], Any] | None, copy: bool = True
    ) -> None:
        """Do as on_recv(), but give the stream to the function, too, before the message."""
        self._check(callback)
        self.on_recv(None if callback is None else lambda message: callback(self, message), copy)

    def stop_on_recv(self) -> None:
        """Leave messages in the socket."""
        self.on_recv(None)

    def receiving(self) -> bool:
        """Return whether there is a function for messages."""
        return self._on_recv is not None

    # -- sending -------------------------------------------------------------------------------

    def on_send(self, callback: OnSend | None) -> None:
        """Have a function called with every message that has been sent.

        Args:
            callback: Takes the list of frames, and what send_multipart() returned: a
                MessageTracker or None. If the socket refused the message it is the ZMQError.

        Raises:
            OSError: The stream is closed.
            AssertionError: It cannot be called.
        """
        self._check(callback)
        self._on_send = callback

    def on_send_stream(self, callback: Callable[[ZMQStream, Sequence[Any], Any], Any] | None) -> None:
        """Do as on_send(), but give the stream to the function, too, before the message."""
        self._check(callback)
        self.on_send(None if callback is None else lambda message, status: callback(self, message, status))

    def stop_on_send(self) -> None:
        """Call no function for messages that have been sent."""
        self.on_send(None)

    def sending(self) -> bool:
        """Return whether messages wait to be sent."""
        return bool(self._queue)

    def send(
        self,
        msg: Any,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        callback: OnSend | None = None,
        **kwargs: Any,
    ) -> None:
        """Send one frame. Arguments and errors are those of send_multipart()."""
        self.send_multipart([msg], flags, copy, track, callback, **kwargs)

    def send_multipart(
        self,
        msg: Sequence[Any],
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        callback: OnSend | None = None,
        **kwargs: Any,
    ) -> None:
        """Send a message when the loop has its next turn, or with flush(), and there is room.

        Args:
            msg: Its frames.
            flags, copy, track: As for Socket.send_multipart().
            callback: As for on_send(), from now on.

        Raises:
            OSError: The stream is closed.
            TypeError: A frame is not bytes-like.
            IndexError: There are none.
        """
        self._check(callback)
        parts = check_parts(msg, copy, track, self.socket.copy_threshold)
        if callback is not None:
            self._on_send = callback
        options = {**kwargs, "flags": flags | DONTWAIT, "copy": copy, "track": track}
        self._queue.append(Waiting(msg, parts, options))
        self._schedule()

    # -- at once -------------------------------------------------------------------------------

    def flush(self, flag: int = POLLIN | POLLOUT, limit: int | None = None) -> int:
        """Receive and send without the loop, until nothing is left, and call the functions.

        Args:
            flag: POLLIN receives; what comes while there is no function for it is dropped.
                POLLOUT sends.
            limit: The most messages to receive and send; None or 0 is no limit.

        Returns:
            How many were received and sent.

        Raises:
            OSError: The stream is closed.
        """
        self._check(None)
        steps = [step for each, step in ((POLLIN, self._receive), (POLLOUT, self._send)) if flag & each]
        count = 0
        is_busy = True
        while is_busy:
            is_busy = False
            for step in steps:
                if not self._is_open or (limit and count >= limit):
                    return count
                if step():
                    is_busy = True
                    count += 1
        return count

    # -- the end -------------------------------------------------------------------------------

    def set_close_callback(self, callback: Callable[[], Any] | None) -> None:
        """Have a function called when the stream is closed."""
        self._on_close = callback

    def close(self, linger: int | None = None) -> None:
        """Close the stream, and its socket. What waits in the queue of the stream is dropped.

        Args:
            linger: As for Socket.close().
        """
        if not self._is_open:
            return
        self._is_open = False
        socket = self.socket
        if socket.closed:
            warnings.warn(
                "a ZMQStream is closed after closing socket: close the stream instead", stacklevel=2
            )
        self.socket = None  # type: ignore[assignment]  # users do not look at a closed stream
        self._watch.end()
        self._queue.clear()
        socket.close(linger)
        if self._on_close is not None:
            self._run(self._on_close)

    def closed(self) -> bool:
        """Return whether the stream is closed; it is when its socket is."""
        if self._is_open and self.socket.closed:
            self.close()
        return not self._is_open

    def on_err(self, callback: Callable[..., Any]) -> None:
        """Do nothing. Deprecated."""
        warnings.warn("on_err() does nothing", DeprecationWarning, stacklevel=2)

    def stop_on_err(self) -> None:
        """Do nothing. Deprecated."""
        warnings.warn("stop_on_err() does nothing", DeprecationWarning, stacklevel=2)

    def _check(self, callback: object) -> None:
        if not self._is_open:
            raise OSError("the stream is closed")
        if callback is not None and not callable(callback):
            raise AssertionError(f"a callback is a function or None, not {callback!r}")

    # -- called by the loop --------------------------------------------------------------------

    def _on_ready(self) -> None:
        """The socket has something to do."""
        try:
            self._watch.serve()
        except ZMQError as error:
            self._end(error)
            return
        if self._on_recv is not None:
            self._receive()
        if self._watch.awaits(SEND):
            self._take_turn()

    def _end(self, error: ZMQError) -> None:
        """The socket has come to its end, and the stream with it."""
        if self.socket.closed:
            gen_log.warning("%r is attached to a closed socket: %s", self, error)
        else:
            gen_log.warning("%r is closed: %s", self, error)
        self.close()

    def _schedule(self) -> None:
        if not self._is_scheduled:
            self._is_scheduled = True
            self.io_loop.add_callback(self._take_turn)

    def _take_turn(self) -> None:
        """Send one message, and the next one in the next turn."""
        self._is_scheduled = False
        try:
            self._send()
        finally:
            if self._queue and not self._watch.awaits(SEND):
                self._schedule()

    # -- one step ------------------------------------------------------------------------------

    def _receive(self) -> bool:
        """Receive a message if there is one, and call the function for it."""
        if not self._is_ready(POLLIN):
            return False
        try:
            message = self.socket.recv_multipart(DONTWAIT, copy=self._copies)
        except Again:
            return False  # another thread was faster
        if self._on_recv is not None:
            self._run(self._on_recv, message)
        return True

    def _send(self) -> bool:
        """Send the next message if there is one, and room, and call the function for it."""
        if not self._queue or not self._is_ready(POLLOUT):
            return False
        waiting = self._queue.popleft()
        status: Any
        try:
            status = self.socket.send_multipart(waiting.parts, **waiting.options)
        except Again:
            self._queue.appendleft(waiting)
            self._watch.wait_for(SEND, message_of(waiting.parts))
            return False
        except ZMQError as error:
            gen_log.error("%r cannot send a message: %s", self, error)
            status = error
        self._watch.forget(SEND)
        if self._on_send is not None:
            self._run(self._on_send, waiting.given, status)
        return True

    def _is_ready(self, event: int) -> bool:
        """Whether the socket can receive or send now; if not, it will tell of room."""
        try:
            if self._watch.is_ready(event):
                return True
            if event == POLLOUT:
                self._watch.wait_for(SEND)
        except ZMQError as error:
            self._end(error)
        return False

    def _run(self, callback: Callable[..., Any], *arguments: Any) -> None:
        """Call a function of the user's; if it is a coroutine function, let it run."""
        try:
            result = callback(*arguments)
        except Exception:
            gen_log.error("Uncaught exception in ZMQStream callback", exc_info=True)
            raise
        if isinstance(result, Awaitable):
            future = ensure_future(result, loop=self.io_loop.asyncio_loop)  # type: ignore[attr-defined]
            self._running.add(future)
            future.add_done_callback(self._on_done)

    def _on_done(self, future: Future[Any]) -> None:
        self._running.discard(future)
        if not future.cancelled() and (error := future.exception()) is not None:
            gen_log.error("Uncaught exception in ZMQStream callback", exc_info=error)
