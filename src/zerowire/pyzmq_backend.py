"""A backend for pyzmq: with PYZMQ_BACKEND=zerowire.pyzmq_backend its Python layer runs on ZeroWire.

pyzmq derives its Context, Socket and Frame from those here, and calls the functions; the
names are those that zmq.backend.select asks for. Each class holds one of ours and says what
pyzmq expects to hear: its own exceptions, its own trackers, and an FD that is edge-triggered.

An attribute that a class does not state would be an option for pyzmq, so each states its own.
"""

from __future__ import annotations

import select
from collections.abc import Callable
from functools import wraps
from threading import Event
from typing import Any, ParamSpec, Self, TypeVar

import zmq
from zmq.error import Again, ContextTerminated, InterruptedSystemCall, ZMQError

from zerowire import constants, error, message
from zerowire.api import context, library, poller, socket, tracker
from zerowire.api import proxy as proxies
from zerowire.devices import monitoredqueue
from zerowire.engine.socket import SocketCore
from zerowire.leaf.exporter import Exporter

EVENTS, FD = int(constants.EVENTS), int(constants.FD)
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

KINDS: dict[type[error.ZMQError], type[ZMQError]] = {
    error.Again: Again,
    error.ContextTerminated: ContextTerminated,
    error.InterruptedSystemCall: InterruptedSystemCall,
}


def pyzmq_error(found: error.ZMQError) -> ZMQError:
    """Return the exception of pyzmq for one of ours."""
    kind = KINDS.get(type(found))
    if kind is not None:
        return kind()
    return ZMQError(found.errno, found.strerror.partition(" (addr=")[0])  # which pyzmq adds itself


def in_pyzmq_terms(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Let a function raise pyzmq's exceptions instead of ours."""

    @wraps(function)
    def call(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        try:
            return function(*args, **kwargs)
        except error.ZMQError as found:
            raise pyzmq_error(found) from None

    return call


class Sent(Event):
    """Is set once a buffer is not needed any more; what pyzmq's MessageTracker waits for."""

    def __init__(self, watch: message.Watch) -> None:
        super().__init__()
        self._tracker = tracker.MessageTracker(watch)

    def is_set(self) -> bool:
        """Tell whether it is."""
        return self._tracker.done

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is, for some seconds or for ever; tell whether it is."""
        try:
            self._tracker.wait(timeout)
        except error.NotDone:
            return False
        return True


class Frame(Exporter):
    """One part of a message."""

    more: bool = False
    tracker: Any = None
    _frame: message.Frame

    def __init__(
        self,
        data: Any = None,
        track: bool = False,
        copy: bool | None = None,
        copy_threshold: int | None = None,
    ) -> None:
        self._frame = message.Frame(data, track, copy, copy_threshold)
        self.payload = self._frame.payload  # for memoryview()
        if track:
            watches = self._frame.tracker._watches
            self.tracker = zmq.MessageTracker(*map(Sent, watches)) if watches else zmq._FINISHED_TRACKER

    @classmethod
    def holding(cls, frame: message.Frame) -> Self:
        """Return what stands for one of our frames."""
        self = cls()
        self._frame = frame
        self.payload = frame.payload
        self.more = frame.more
        return self

    def fast_copy(self) -> Self:
        """Return another one with the same payload and tracker."""
        other = self.holding(self._frame.fast_copy())
        other.tracker = self.tracker
        return other

    __copy__ = fast_copy

    @property
    def bytes(self) -> message.Bytes:
        """The payload; always the same object."""
        return self._frame.bytes

    @property
    def buffer(self) -> memoryview:
        """The payload, without a copy."""
        return self._frame.buffer

    def __bytes__(self) -> message.Bytes:
        return self._frame.bytes

    def __len__(self) -> int:
        return len(self._frame)

    @in_pyzmq_terms
    def get(self, option: int | str | message.Bytes) -> int | str:
        """Return an option, or a property of the peer that it came from."""
        return self._frame.get(option)

    @in_pyzmq_terms
    def set(self, option: int | str, value: Any) -> None:
        """Set what is sent with it."""
        self._frame.set(option, value)


Message = Frame


class Context:
    """Where sockets live."""

    _context: Any = None  # one of ours; none when it could not be made

    @in_pyzmq_terms
    def __init__(self, io_threads: int = 1, shadow: int = 0) -> None:
        self._context = context.Context(io_threads, shadow)

    @property
    def underlying(self) -> int:
        """A number that another handle on it is made from."""
        return int(self._context.underlying)

    @property
    def closed(self) -> bool:
        """Whether it was terminated through this handle, or could not be made."""
        return self._context is None or bool(self._context.closed)

    @in_pyzmq_terms
    def term(self) -> None:
        """End it; waits for its sockets."""
        self._context.term()

    @in_pyzmq_terms
    def set(self, option: int, value: int) -> None:
        """Set an option."""
        self._context.set(option, value)

    @in_pyzmq_terms
    def get(self, option: int) -> int:
        """Return an option."""
        return int(self._context.get(option))


class QuietSocket(socket.Socket):
    """A socket of ours; that it was not closed is pyzmq's to say."""

    _warns = False


class Socket:
    """Sends and receives frames."""

    context: Any = None
    copy_threshold: int = message.COPY_THRESHOLD
    _socket: Any = None  # one of ours; none when it could not be made
    _core: SocketCore  # by this our functions know it
    _edge: select.epoll | None = None

    @in_pyzmq_terms
    def __init__(
        self,
        context: Any = None,
        socket_type: int = -1,
        shadow: int = 0,
        copy_threshold: int | None = None,
    ) -> None:
        self.context = context
        if shadow or context is None:
            self._socket = QuietSocket(None, socket_type, shadow, copy_threshold)
        else:
            self._socket = context._context.socket(socket_type, QuietSocket, copy_threshold=copy_threshold)
        self._core = self._socket._core
        self.copy_threshold = self._socket.copy_threshold

    @property
    def underlying(self) -> int:
        """A number that another handle on it is made from."""
        return int(self._socket.underlying)

    @property
    def closed(self) -> bool:
        """Whether it was closed, through this handle or another, or could not be made."""
        return self._socket is None or bool(self._socket.closed)

    _closed = closed

    @in_pyzmq_terms
    def close(self, linger: int | None = None) -> None:
        """Close it."""
        self._socket.close(linger)
        if self._edge is not None:
            self._edge.close()
            self._edge = None

    # -- endpoints -----------------------------------------------------------------------------

    @in_pyzmq_terms
    def bind(self, addr: str | bytes) -> None:
        """Accept peers at an endpoint."""
        self._socket.bind(addr)

    @in_pyzmq_terms
    def connect(self, addr: str | bytes) -> None:
        """Connect to an endpoint."""
        self._socket.connect(addr)

    @in_pyzmq_terms
    def unbind(self, addr: str | bytes) -> None:
        """Stop accepting at an endpoint."""
        self._socket.unbind(addr)

    @in_pyzmq_terms
    def disconnect(self, addr: str | bytes) -> None:
        """Leave a peer."""
        self._socket.disconnect(addr)

    @in_pyzmq_terms
    def monitor(self, addr: str | bytes | None, events: int = constants.Event.ALL) -> None:
        """Send what happens to its links to an inproc endpoint; None stops."""
        self._socket.monitor(addr.decode() if isinstance(addr, bytes) else addr, events)

    @in_pyzmq_terms
    def join(self, group: str | bytes) -> None:
        """Receive what is sent to a group."""
        self._socket.join(group)

    @in_pyzmq_terms
    def leave(self, group: str | bytes) -> None:
        """Receive it no longer."""
        self._socket.leave(group)

    # -- options -------------------------------------------------------------------------------

    @in_pyzmq_terms
    def set(self, option: int, optval: int | bytes) -> None:
        """Set an option."""
        self._socket.set(int(option), optval)

    @in_pyzmq_terms
    def get(self, option: int) -> Any:
        """Return an option."""
        number = int(option)  # to compare with a member of an enum takes longer than the rest
        if number == EVENTS:
            self._take_edge()
        elif number == FD and hasattr(select, "epoll"):
            return self._edge_descriptor()
        return self._socket.get(number)

    def _edge_descriptor(self) -> int:
        """Return a descriptor that is readable when something has happened, until that is looked at.

        pyzmq's event loops watch it all the time, and would spin on one that stays readable.
        """
        if self._edge is None:
            level = self._socket.fileno()
            self._edge = select.epoll()
            self._edge.register(level, select.EPOLLIN | select.EPOLLET)
        return self._edge.fileno()

    def _take_edge(self) -> None:
        if self._edge is not None:
            self._edge.poll(0)

    # -- messages ------------------------------------------------------------------------------

    @in_pyzmq_terms
    def send(self, data: Any, flags: int = 0, copy: bool = True, track: bool = False) -> Any:
        """Send a frame; return a tracker, or None."""
        self._take_edge()
        if not isinstance(data, Frame):
            if copy:
                self._socket.send(data, int(flags))
                return None
            if memoryview(data).nbytes < self.copy_threshold:
                self._socket.send(data, int(flags))
                return zmq._FINISHED_TRACKER
            data = Frame(data, track, copy=False)
        elif track and data.tracker is None:
            raise ValueError("track is set, but the Frame was made without track=True")
        self._socket.send(data._frame, int(flags), copy=False)
        return data.tracker

    @in_pyzmq_terms
    def recv(self, flags: int = 0, copy: bool = True, track: bool = False) -> Any:
        """Receive a frame."""
        self._take_edge()
        if copy:
            return self._socket.recv(int(flags))
        frame: type[Frame] = zmq.Frame  # type: ignore[assignment]  # which pyzmq derives from it
        return frame.holding(self._socket.recv(int(flags), copy=False, track=track))

    @in_pyzmq_terms
    def recv_into(self, buffer: Any, /, *, nbytes: int = 0, flags: int = 0) -> int:
        """Receive a frame into a buffer; return the octets that it had."""
        self._take_edge()
        return int(self._socket.recv_into(buffer, nbytes=nbytes, flags=flags))


IPC_PATH_MAX_LEN = library.IPC_PATH_MAX_LEN
PYZMQ_DRAFT_API = library.PYZMQ_DRAFT_API
curve_keypair = in_pyzmq_terms(library.curve_keypair)
curve_public = in_pyzmq_terms(library.curve_public)
has = library.has
monitored_queue = in_pyzmq_terms(monitoredqueue.monitored_queue)
proxy = in_pyzmq_terms(proxies.proxy)
proxy_steerable = in_pyzmq_terms(proxies.proxy_steerable)
strerror = error.strerror
zmq_errno = error.zmq_errno
zmq_poll = in_pyzmq_terms(poller.zmq_poll)
zmq_version_info = library.zmq_version_info
