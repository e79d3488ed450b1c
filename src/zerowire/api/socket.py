"""Socket: what users send and receive with.

Every method may be called from any thread. A call that waits does the socket's I/O itself
(blocking.py); everything else is done by the core under its lock.
"""

from __future__ import annotations

import builtins
import os
import sys
import warnings
from errno import EADDRINUSE, ENOTSOCK
from typing import TYPE_CHECKING, Any, overload
from weakref import WeakValueDictionary

from zerowire import api
from zerowire.api.attributes import OptionAttributes
from zerowire.api.bound import SocketContext, at_endpoint, endpoint_text
from zerowire.api.drafts import Drafts
from zerowire.api.messaging import Messaging
from zerowire.api.serialize import Serialized
from zerowire.api.watching import Watching
from zerowire.constants import Errno, PollEvent, SecurityMechanism, SocketOption, SocketType
from zerowire.engine import settings
from zerowire.error import ZMQBindError, ZMQError, zmq_error
from zerowire.message import COPY_THRESHOLD
from zerowire.options import Limits

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from types import TracebackType
    from typing import Literal, Self, TypeAlias

    from zerowire.api.context import Context
    from zerowire.message import Frame
    from zerowire.zmtp.zap import Request

    Verdict: TypeAlias = bool | str | Future[bool | str | None] | None


class Socket(Messaging, Watching, Drafts, Serialized, OptionAttributes):
    """A ZeroMQ socket.

    Made with Context.socket(). It may be shared between threads: each message is sent and
    received whole, by one of them. close() wakes those that wait in it with ENOTSOCK.

    Used as a context manager it is closed at the end.
    """

    copy_threshold: int = COPY_THRESHOLD
    _context: Context
    _shadow = False
    _shadow_obj: Socket | int | None = None  # what this is another handle of, and keeps from being closed
    _warns = True  # about not having been closed

    if TYPE_CHECKING:  # compiled classes know no overloads, so Messaging cannot have them

        @overload
        def recv(self, flags: int = ..., copy: Literal[True] = ..., track: bool = ...) -> bytes: ...

        @overload
        def recv(self, flags: int = ..., *, copy: Literal[False], track: bool = ...) -> Frame: ...

        @overload
        def recv(self, flags: int = ..., copy: bool = ..., track: bool = ...) -> bytes | Frame: ...

        def recv(  # noqa: D102
            self, flags: int = 0, copy: bool = True, track: bool = False
        ) -> bytes | Frame: ...

        @overload
        def recv_multipart(
            self, flags: int = ..., copy: Literal[True] = ..., track: bool = ...
        ) -> list[bytes]: ...

        @overload
        def recv_multipart(
            self, flags: int = ..., *, copy: Literal[False], track: bool = ...
        ) -> list[Frame]: ...

        @overload
        def recv_multipart(
            self, flags: int = ..., copy: bool = ..., track: bool = ...
        ) -> list[bytes] | list[Frame]: ...

        def recv_multipart(  # noqa: D102
            self, flags: int = 0, copy: bool = True, track: bool = False
        ) -> list[bytes] | list[Frame]: ...

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
            self._shadow_obj = source
        elif context is None or isinstance(context, Socket):
            raise TypeError("a Socket needs a Context: use Context.socket(type)")
        elif not hasattr(context, "_core"):
            raise TypeError(f"a Socket needs a Context, not {context!r}: use Context.socket(type)")
        elif socket_type == -1 or not isinstance(socket_type, int):
            raise TypeError(f"a Socket needs a type, REQ say, not {socket_type!r}")
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
        # The garbage collector may come while this very thread holds the lock, or the monitor's.
        if core.monitor is None and core.lock.acquire(blocking=False):
            try:
                core.close()
            finally:
                core.lock.release()
        else:
            core.post(core.close)

    def __copy__(self) -> Self:
        return type(self)(shadow=self)

    def __deepcopy__(self, memo: object) -> Self:
        return type(self)(shadow=self)

    @classmethod
    def shadow(cls, address: Socket | int) -> Self:
        """Return another handle on a socket, given it or its `underlying` number."""
        return cls(shadow=address)

    # -- requests ------------------------------------------------------------------------------

    @overload
    def request(
        self, msg: list[Any] | tuple[Any, ...], timeout: float | None = ..., retries: int = ...
    ) -> list[bytes]: ...

    @overload
    def request(
        self, msg: bytes | bytearray | memoryview | Frame, timeout: float | None = ..., retries: int = ...
    ) -> bytes: ...

    def request(self, msg: Any, timeout: float | None = None, retries: int = 0) -> bytes | list[bytes]:
        """Send a request and return the reply to it, and to no other. For REQ and DEALER sockets.

        With retries a peer may get a request twice, so ask for nothing that would do harm then.
        A reply that comes when its request was given up is dropped. Any number of threads may
        call this on one DEALER at once; on a REQ they take turns. What else a DEALER receives
        waits for recv(); beyond RCVHWM it is dropped.

        Args:
            msg: One frame, or a list or tuple of frames.
            timeout: Milliseconds for each try; -1 is for ever, None as long as RCVTIMEO says.
            retries: How often to send it again, to the next peer in turn, when the time is
                over or the connection that it went over is lost.

        Returns:
            The reply: bytes if msg was one frame, a list of bytes if it was a list or tuple.

        Raises:
            NoReply: All tries are over. It is an Again, and names the endpoint, the tries and
                the time. The socket can be used at once.
            ValueError: The reply has several frames, but msg was one; or retries is negative.
            TypeError: msg is str, or not bytes-like.
            ZMQError: ENOTSUP for other socket types; EFSM when a REQ waits for the reply to
                what send() sent; ETERM; ENOTSOCK.
        """
        return api.asking.ask(self._core, msg, timeout, retries)

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
                bound = SocketContext(self, "bind", core.last_endpoint)
                core.serve()
                return bound
        except ZMQError as error:
            raise at_endpoint(error, text) from None

    def connect(self, addr: str | bytes, *, wait: float | None = None) -> SocketContext:
        """Connect to an endpoint, "tcp://localhost:5555" say, and stay connected.

        Returns at once, unless told to wait; the peer need not be there yet.

        Args:
            addr: The endpoint.
            wait: Milliseconds to wait until the peer has let us in; negative is for ever.

        Returns:
            A context manager that yields the socket and disconnects at the end.

        Raises:
            ConnectFailed: wait, and the peer did not come, or did not let us in: the text says why.
                The socket is not connected there then.
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
        if core.settings.security.mechanism == SecurityMechanism.PLAIN:
            api.exposure.warn_if_exposed(core.settings, text, stacklevel=2)
        if wait is not None:
            with core.lock:
                api.connecting.wait_for_peer(core, text, api.poller.milliseconds(wait))
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
            endpoint = self.bind(f"{addr}:*")._endpoint
            return int(endpoint.rsplit(":", 1)[1].split("/")[0])
        import random  # takes longer to load than to open a socket

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
            core.note_change()
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

    @property
    def authenticate(self) -> Callable[[Request], Verdict] | None:
        """Decides about each peer, in place of a ZAP handler; None for nobody.

        It gets what a ZAP handler gets: `mechanism`, `domain`, `address`, `credentials`. It
        returns whether to let the peer in, or what its User-Id shall be, or a future of that
        (concurrent.futures). It is called with the socket locked, so it must not take long,
        nor use the socket. It counts for endpoints that are bound or connected from now on.
        """
        return self._core.settings.authenticate

    @authenticate.setter
    def authenticate(self, check: Callable[[Request], Verdict] | None) -> None:
        core = self._core
        with core.lock:
            core.enter()
            core.settings.authenticate = check

    @property
    def limits(self) -> Limits:
        """What strangers may cost a bound socket: Limits(connections, handshakes, failures).

        All are 0 at first, which is no limit. They count for endpoints that are bound from now on,
        for each by itself.
        """
        return self._core.settings.limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        if type(limits) is not Limits or min(limits) < 0:
            raise ValueError(f"limits are Limits(...) of numbers from 0 (no limit) on, not {limits!r}")
        core = self._core
        with core.lock:
            core.enter()
            core.settings.limits = limits

    # -- waiting -------------------------------------------------------------------------------

    def poll(self, timeout: float | None = None, flags: int = PollEvent.POLLIN) -> int:
        """Wait until the socket is ready.

        Args:
            timeout: Milliseconds; None or a negative number is for ever, 0 not at all.
            flags: POLLIN, POLLOUT or both.

        Returns:
            Those of them that it is ready for; 0 when the time ran out.

        Raises:
            ZMQError: ENOTSUP when the socket is closed.
        """
        if self.closed:
            raise zmq_error(Errno.ENOTSUP, "the socket is closed")
        return api.poller.poll_one(self._core, flags, api.poller.milliseconds(timeout))


_open_sockets: WeakValueDictionary[int, Socket] = WeakValueDictionary()
