"""Socket: what users send and receive with.

Every method may be called from any thread. A call that waits does the socket's I/O itself
(blocking.py); everything else is done by the core under its lock.
"""

from __future__ import annotations

import builtins
import os
import random
import sys
import warnings
from collections.abc import Sequence
from errno import EADDRINUSE, ENOTSOCK
from typing import TYPE_CHECKING, Any, Literal, overload
from weakref import WeakValueDictionary

from zerowire.api import blocking, poller
from zerowire.api.attributes import OptionAttributes
from zerowire.api.bound import SocketContext, at_endpoint, endpoint_text
from zerowire.api.parts import check_parts, make_frame, make_part, part_bytes, tracker_of, write_into
from zerowire.api.serialize import Serialized
from zerowire.api.tracker import MessageTracker
from zerowire.api.watching import Watching
from zerowire.constants import Errno, Flag, PollEvent, SocketOption, SocketType
from zerowire.engine import settings
from zerowire.engine.socket import SocketCore
from zerowire.error import Again, ZMQBindError, ZMQError, zmq_error
from zerowire.message import Frame, Message, Part, frames_of, message_of

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from zerowire.api.context import Context

DONTWAIT = int(Flag.DONTWAIT)
SNDMORE = int(Flag.SNDMORE)
COPY_THRESHOLD = 65536


class Socket(Watching, Serialized, OptionAttributes):
    """A ZeroMQ socket.

    Made with Context.socket(). It may be shared between threads: each message is sent and
    received whole, by one of them. close() wakes those that wait in it with ENOTSOCK.

    Used as a context manager it is closed at the end.
    """

    copy_threshold: int = COPY_THRESHOLD
    _core: SocketCore
    _context: Context
    _shadow = False
    _warns = True  # about not having been closed

    def __init__(
        self,
        context: Context | Socket | None = None,
        socket_type: int = -1,
        shadow: Socket | int = 0,
        copy_threshold: int | None = None,
    ) -> None:
        """Open a socket, or take another handle on one that exists.

        Args:
            context: Where it belongs; or a Socket, to share it.
            socket_type: SocketType, REQ say.
            shadow: A Socket, or the `underlying` number of one, to share.
            copy_threshold: Octets below which copy=False copies all the same.

        Raises:
            TypeError: There is no context, or no type.
            ZMQError: EINVAL for an unknown type, ETERM, EMFILE.
        """
        if copy_threshold is not None:
            self.copy_threshold = copy_threshold
        source: Socket | int = context if isinstance(context, Socket) else shadow
        if source:
            other = source if isinstance(source, Socket) else _open_sockets.get(source)
            if other is None:
                raise zmq_error(ENOTSOCK, f"{source} is not the `underlying` number of an open socket")
            self._core, self._context, self._shadow = other._core, other._context, True
        elif context is None or isinstance(context, Socket):
            raise TypeError("a Socket needs a Context: use Context.socket(type)")
        elif socket_type == -1:
            raise TypeError("a Socket needs a type: REQ, say")
        else:
            self._context = context
            self._core = context._core.open_socket(socket_type)
            _open_sockets[id(self._core)] = self
        self._pid = os.getpid()

    # -- what it is ----------------------------------------------------------------------------

    @property
    def context(self) -> Context:
        """Where the socket belongs."""
        return self._context

    @property
    def type(self) -> SocketType:
        """The socket's type."""
        return self._core.type

    socket_type = type

    @property
    def underlying(self) -> int:
        """A number for this socket, good for Socket(shadow=...)."""
        return id(self._core)

    @property
    def closed(self) -> bool:
        """Whether the socket was closed, through this handle or another."""
        return self._core.is_closed

    def __repr__(self) -> str:
        cls = type(self)
        name = "zmq.Socket" if cls is Socket else f"{cls.__module__}.{cls.__qualname__}"
        closed = " closed" if self.closed else ""
        return f"<{name}(zmq.{self._core.type.name}) at {id(self):#x}{closed}>"

    # -- closing -------------------------------------------------------------------------------

    def close(self, linger: int | None = None) -> None:
        """Close the socket. Returns at once; what waits to be sent still goes out for LINGER.

        Callers that wait in the socket get ZMQError(ENOTSOCK). Idempotent.

        Args:
            linger: Milliseconds instead of the LINGER option: -1 is for ever, 0 drops what waits.
        """
        core = self._core
        with core.lock:
            core.close(linger)
        _open_sockets.pop(id(core), None)
        self._monitor_socket = None  # its reader may still want the last events

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: builtins.type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        core = getattr(self, "_core", None)
        if core is None or core.is_closed or self._shadow or sys.is_finalizing():
            return
        if self._warns:
            warnings.warn(f"Unclosed socket {self!r}", ResourceWarning, stacklevel=2, source=self)
        self.close()

    def __copy__(self) -> Self:
        return type(self)(shadow=self)

    def __deepcopy__(self, memo: object) -> Self:
        return type(self)(shadow=self)

    @classmethod
    def shadow(cls, address: Socket | int) -> Self:
        """Return another handle on a socket, given it or its `underlying` number."""
        return cls(shadow=address)

    # -- endpoints -----------------------------------------------------------------------------

    def bind(self, addr: str | bytes) -> SocketContext:
        """Accept peers at an endpoint, "tcp://*:5555" say.

        Returns:
            A context manager that yields the socket and unbinds at the end, if used in a
            with statement.

        Raises:
            ZMQError: EINVAL, EPROTONOSUPPORT, EADDRINUSE, EADDRNOTAVAIL, ENODEV, EACCES,
                ENAMETOOLONG, ENOENT; the text names the endpoint.
        """
        text = endpoint_text(addr)
        core = self._core
        try:
            with core.lock:
                core.enter()
                core.endpoints.bind(text)
                return SocketContext(self, "bind", core.last_endpoint)
        except ZMQError as error:
            raise at_endpoint(error, text) from None

    def connect(self, addr: str | bytes) -> SocketContext:
        """Connect to an endpoint, "tcp://localhost:5555" say, and stay connected.

        Returns at once; the peer need not be there yet.

        Returns:
            A context manager that yields the socket and disconnects at the end.

        Raises:
            ZMQError: EINVAL or EPROTONOSUPPORT for a text that cannot be connected to.
        """
        text = endpoint_text(addr)
        core = self._core
        try:
            with core.lock:
                core.enter()
                core.endpoints.connect(text)
                core.serve()
        except ZMQError as error:
            raise at_endpoint(error, text) from None
        return SocketContext(self, "connect", text)

    def unbind(self, addr: str | bytes) -> None:
        """Stop accepting at an endpoint; peers that came through it stay.

        Args:
            addr: What bind() took, or LAST_ENDPOINT after it if that held a wildcard.

        Raises:
            ZMQError: ENOENT: not bound there.
        """
        self._remove(endpoint_text(addr))

    def disconnect(self, addr: str | bytes) -> None:
        """Leave a peer; what waits for it is still sent, for LINGER.

        Raises:
            ZMQError: ENOENT when the socket is not connected there.
        """
        self._remove(endpoint_text(addr))

    def _remove(self, text: str) -> None:
        core = self._core
        try:
            with core.lock:
                core.enter()
                core.endpoints.remove(text)
        except ZMQError as error:
            raise ZMQError(error.errno, str(error)) from None

    def bind_to_random_port(
        self, addr: str, min_port: int = 49152, max_port: int = 65536, max_tries: int = 100
    ) -> int:
        """Bind to a free port and return it.

        Args:
            addr: The endpoint without a port: "tcp://127.0.0.1".
            min_port, max_port: The range; the default one is left to the system.
            max_tries: How many ports of another range to try.

        Raises:
            ZMQBindError: None of them was free.
        """
        if (min_port, max_port) == (49152, 65536):
            self.bind(f"{addr}:*")
            return int(self._core.last_endpoint.rsplit(":", 1)[1].split("/")[0])
        for _ in range(max_tries):
            port = random.randrange(min_port, max_port)
            try:
                self.bind(f"{addr}:{port}")
            except ZMQError as error:
                if error.errno != EADDRINUSE:
                    raise
            else:
                return port
        raise ZMQBindError(f"no free port found on {addr} between {min_port} and {max_port}")

    # -- options -------------------------------------------------------------------------------

    def set(self, option: int, value: int | bytes | None) -> None:
        """Set an option.

        Raises:
            TypeError: The value is not an int, or not bytes, as the option wants it.
            ZMQError: EINVAL for an unknown option or a value out of range.
        """
        core = self._core
        with core.lock:
            core.enter()
            settings.set_option(core, option, value)
            core.serve()

    setsockopt = set

    def get(self, option: int) -> Any:
        """Return an option: an int, or bytes.

        Raises:
            ZMQError: EINVAL for an unknown option, or one that can only be set.
        """
        core = self._core
        with core.lock:
            if core.is_closed:
                raise zmq_error(ENOTSOCK, core.why_closed)
            if core.is_stopped:
                raise zmq_error(Errno.ETERM)
            if option == SocketOption.RCVMORE:
                return int(core.incoming.has_next)
            if option == SocketOption.EVENTS:
                core.enter()
            return settings.get_option(core, option)

    getsockopt = get

    def set_string(self, option: int, optval: str, encoding: str = "utf-8") -> None:
        """Set an option that takes octets, from text.

        Raises:
            TypeError: The value is not str.
        """
        if not isinstance(optval, str):
            raise TypeError(f"strings only, not {type(optval).__name__}")
        self.set(option, optval.encode(encoding))

    setsockopt_string = setsockopt_unicode = set_string

    def get_string(self, option: int, encoding: str = "utf-8") -> str:
        """Return an option that is octets, as text.

        Raises:
            TypeError: The option is a number.
        """
        value = self.get(option)
        if not isinstance(value, bytes):
            raise TypeError(f"option {option} is not octets, but {value!r}")
        return value.decode(encoding)

    getsockopt_string = getsockopt_unicode = get_string

    def subscribe(self, topic: str | bytes) -> None:
        """Receive messages that begin with a topic; "" is everything. SUB sockets only."""
        self.set(SocketOption.SUBSCRIBE, topic.encode() if isinstance(topic, str) else topic)

    def unsubscribe(self, topic: str | bytes) -> None:
        """Take back one subscribe() of a topic."""
        self.set(SocketOption.UNSUBSCRIBE, topic.encode() if isinstance(topic, str) else topic)

    def get_hwm(self) -> int:
        """Return the high-water mark for sending, in messages."""
        return int(self.get(SocketOption.SNDHWM))

    def set_hwm(self, value: int) -> None:
        """Set both high-water marks, in messages; 0 is no limit."""
        self.set(SocketOption.SNDHWM, value)
        self.set(SocketOption.RCVHWM, value)

    hwm = property(get_hwm, set_hwm)

    def fileno(self) -> int:
        """Return a descriptor that is readable as long as there is something to receive.

        Level-triggered: select() on it tells the truth. It is for watching only.
        """
        return int(self.get(SocketOption.FD))

    # -- sending -------------------------------------------------------------------------------

    def send(
        self,
        data: Any,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        routing_id: int | None = None,
        group: str | None = None,
    ) -> MessageTracker | None:
        """Send one frame.

        Args:
            data: bytes, what has the buffer interface, or a Frame; not str.
            flags: NOBLOCK to fail instead of waiting; SNDMORE when more frames follow.
            copy: False sends large data from where it lies: do not change it before the
                tracker is done.
            track: Return a tracker; only with copy=False.
            routing_id, group: For draft socket types, which are not available yet.

        Returns:
            With copy=False a MessageTracker if track is set, else None.

        Raises:
            TypeError: data is str; encode it, or use send_string().
            ValueError: track, but the Frame has no tracker.
            Again: Nobody could take it within SNDTIMEO.
            ZMQError: ENOTSUP, EFSM, EHOSTUNREACH as the socket type has it; ETERM; ENOTSOCK.
        """
        part = data if type(data) is bytes and copy else make_part(data, copy, track, self.copy_threshold)
        core = self._core
        with core.lock:
            if core.needs_attention:
                core.enter()
            if flags & SNDMORE or core.sends_parts:
                self._send_part(part, flags, self._send_timeout(flags))
            elif not core.try_send(part):
                blocking.send(core, part, self._send_timeout(flags))
        return None if copy else tracker_of(part, track)

    def _send_timeout(self, flags: int) -> int:
        return 0 if flags & DONTWAIT else self._core.settings.sndtimeo

    def _send_part(self, part: Part, flags: int, timeout: int) -> None:
        core = self._core
        if core.outgoing.continues(part, flags & SNDMORE):
            blocking.begin(core, part, timeout)
            return
        message = core.outgoing.complete(part)
        try:
            if not core.try_send(message):
                blocking.send(core, message, timeout)
        except Again:
            raise
        except ZMQError:
            core.outgoing.sent()
            raise
        core.outgoing.sent()

    def send_multipart(
        self,
        msg_parts: Sequence[Any],
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        **kwargs: Any,
    ) -> MessageTracker | None:
        """Send a message of several frames, whole or not at all.

        Args:
            msg_parts: Its frames, at least one.
            flags, copy, track: As in send(). The tracker is done when every frame is.

        Raises:
            TypeError: A frame is not bytes-like; the text says which. Nothing was sent.
            IndexError: There are no frames.
        """
        parts = check_parts(msg_parts, copy, track, self.copy_threshold)
        core = self._core
        with core.lock:
            core.enter()
            timeout = self._send_timeout(flags)
            if flags & SNDMORE or core.sends_parts:
                for part in parts[:-1]:
                    self._send_part(part, flags | SNDMORE, timeout)
                self._send_part(parts[-1], flags, timeout)
            elif not core.try_send(message := message_of(parts)):
                blocking.send(core, message, timeout)
        return None if copy else tracker_of(parts, track)

    # -- receiving -----------------------------------------------------------------------------

    @overload
    def recv(self, flags: int = ..., copy: Literal[True] = ..., track: bool = ...) -> bytes: ...

    @overload
    def recv(self, flags: int = ..., *, copy: Literal[False], track: bool = ...) -> Frame: ...

    @overload
    def recv(self, flags: int = ..., copy: bool = ..., track: bool = ...) -> bytes | Frame: ...

    def recv(self, flags: int = 0, copy: bool = True, track: bool = False) -> bytes | Frame:
        """Receive one frame; RCVMORE tells whether more of the same message follow.

        Args:
            flags: NOBLOCK to fail instead of waiting.
            copy: False returns a Frame, which has the message's metadata.

        Raises:
            Again: Nothing has come within RCVTIMEO.
            ZMQError: ENOTSUP, EFSM as the socket type has it; ETERM; ENOTSOCK.
        """
        core = self._core
        with core.lock:
            if core.needs_attention:
                core.enter()
            if core.incoming.frames:
                left = core.incoming.next()
                if left is not None:
                    part, metadata = left
                    more = core.incoming.has_next
                    return part_bytes(part) if copy else make_frame(part, metadata, more, track)
            message = core.take()
            if message is None:
                message = self._wait_for_message(flags)
            elif core.is_watched:
                core.tell_waiters()
            if copy and type(message) is bytes:
                return message
            pipe = core.pattern.last_pipe
            metadata = {} if pipe is None else pipe.metadata
            more = isinstance(message, list)
            part = core.incoming.open(message, metadata) if isinstance(message, list) else message
        return part_bytes(part) if copy else make_frame(part, metadata, more, track)

    @overload
    def recv_multipart(
        self, flags: int = ..., copy: Literal[True] = ..., track: bool = ...
    ) -> list[bytes]: ...

    @overload
    def recv_multipart(self, flags: int = ..., *, copy: Literal[False], track: bool = ...) -> list[Frame]: ...

    @overload
    def recv_multipart(
        self, flags: int = ..., copy: bool = ..., track: bool = ...
    ) -> list[bytes] | list[Frame]: ...

    def recv_multipart(
        self, flags: int = 0, copy: bool = True, track: bool = False
    ) -> list[bytes] | list[Frame]:
        """Receive a whole message, as a list of its frames. Arguments and errors as recv()."""
        message, metadata = self._receive(flags)
        parts = frames_of(message)
        if copy:
            return [part_bytes(part) for part in parts]
        last = len(parts) - 1
        return [make_frame(part, metadata, index < last, track) for index, part in enumerate(parts)]

    def _receive(self, flags: int) -> tuple[Message, Any]:
        """Take what is left of a message that was begun, or else the next one."""
        core = self._core
        with core.lock:
            core.enter()
            if core.incoming.frames:
                left = core.incoming.next()
                if left is not None:
                    return message_of([left[0], *(core.incoming.rest() or ())]), left[1]
            message = core.take()
            if message is None:
                message = self._wait_for_message(flags)
            elif core.is_watched:
                core.tell_waiters()
            pipe = core.pattern.last_pipe
            return message, {} if pipe is None else pipe.metadata

    def _wait_for_message(self, flags: int) -> Message:
        core = self._core
        timeout = 0 if flags & DONTWAIT else core.settings.rcvtimeo
        if timeout:
            return blocking.receive(core, timeout)
        message = core.try_receive()
        if message is None:
            raise Again(Errno.EAGAIN)
        return message

    def try_recv(self) -> bytes | None:
        """Receive one frame if there is one, else return None; never waits."""
        try:
            return self.recv(DONTWAIT)
        except Again:
            return None

    def try_recv_multipart(self) -> list[bytes] | None:
        """Receive a whole message if there is one, else return None; never waits."""
        try:
            return self.recv_multipart(DONTWAIT)
        except Again:
            return None

    def recv_into(self, buffer: Any, /, *, nbytes: int = 0, flags: int = 0) -> int:
        """Receive one frame into a buffer.

        Args:
            buffer: Writable and contiguous. What does not fit is discarded.
            nbytes: How many octets of it to use; 0 is all.

        Returns:
            The octets that the frame had, even when fewer were stored.

        Raises:
            BufferError: The buffer is read-only or not contiguous.
            ValueError: nbytes is negative, or more than the buffer has.
        """
        target = write_into(buffer, nbytes)
        data = self.recv(flags)
        size = min(len(data), len(target))
        target[:size] = data[:size]
        return len(data)

    def poll(self, timeout: float | None = None, flags: int = PollEvent.POLLIN) -> int:
        """Wait until the socket is ready.

        Args:
            timeout: Milliseconds; None is for ever, 0 not at all.
            flags: POLLIN, POLLOUT or both.

        Returns:
            Those of them that it is ready for; 0 when the time ran out.

        Raises:
            ZMQError: ENOTSUP when the socket is closed.
        """
        if self.closed:
            raise zmq_error(Errno.ENOTSUP, "the socket is closed")
        return poller.poll_one(self._core, flags, -1 if timeout is None else int(timeout))


_open_sockets: WeakValueDictionary[int, Socket] = WeakValueDictionary()
