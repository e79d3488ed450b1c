"""Context: where sockets live."""

from __future__ import annotations

import atexit
import os
import sys
import warnings
from collections.abc import Iterator
from errno import EFAULT
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakSet, WeakValueDictionary

from zerowire import options
from zerowire._later import read
from zerowire._native import Lock
from zerowire.api.attributes import ContextAttributes
from zerowire.api.socket import Socket
from zerowire.constants import ContextOption, Errno
from zerowire.engine.context import ContextCore, begin_exit, flush_at_exit
from zerowire.error import ZMQError, zmq_error

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from zerowire.api.inspection import Inspection


SHORTEST_PAUSE, LONGEST_PAUSE = 0.001, 0.05  # seconds
INSPECT = "ZEROWIRE_INSPECT"  # in the environment: serve an inspection of each context


class Context(ContextAttributes):
    """The sockets of one program, or one part of it.

    inproc names are known within one context. Most programs have one: Context.instance().
    Used as a context manager it closes its sockets and ends at the end.
    """

    _instance: ClassVar[Any] = None
    _instance_lock = Lock()
    _instance_pid: int | None = None
    _core: ContextCore
    _shadow = False
    _socket_class: type[Socket] = Socket  # what a subclass makes
    _is_inspected = True  # if the environment says so

    def __init__(self, io_threads: int | Context = 1, shadow: Context | int = 0) -> None:
        """Make a context. It starts no thread before it has a socket.

        Args:
            io_threads: Kept as the option IO_THREADS; 0 allows inproc only. A Context makes
                another handle on it.
            shadow: A Context, or the `underlying` number of one, to share.

        Raises:
            ZMQError: EINVAL for a negative number of threads.
        """
        if isinstance(io_threads, Context):
            io_threads, shadow = 1, io_threads
        self.sockopts: dict[int, Any] = {}
        self._sockets: WeakSet[Socket] = WeakSet()
        self._pid = os.getpid()
        if shadow:
            core = shadow._core if isinstance(shadow, Context) else _open_contexts.get(shadow)
            if core is None:
                raise zmq_error(EFAULT, f"{shadow} is not the `underlying` number of a context")
            self._core = core
            self._shadow = True
        else:
            self._core = ContextCore()
            options.set_context_option(self._core.settings, ContextOption.IO_THREADS, io_threads)
            _open_contexts[id(self._core)] = self._core
            if self._is_inspected and os.environ.get(INSPECT, "0") not in ("", "0"):
                read("zerowire.api.inspection").begin(self._core)
        self._closed = False  # from here on there is something to close

    # -- what it is ----------------------------------------------------------------------------

    @property
    def closed(self) -> bool:
        """Whether this handle was terminated, or belongs to the parent of a forked process."""
        return self._closed or self._pid != os.getpid()

    @property
    def underlying(self) -> int:
        """A number for this context, good for Context.shadow() while it lives."""
        return id(self._core)

    def __repr__(self) -> str:
        cls = type(self)
        name = "zmq.Context" if cls is Context else f"{cls.__module__}.{cls.__qualname__}"
        count = sum(not socket.closed for socket in tuple(self._sockets))
        sockets = f"{count} socket{'s' * (count != 1)}" if count else ""
        return f"<{name}({sockets}) at {id(self):#x}{' closed' * self._closed}>"

    @classmethod
    def instance(cls, io_threads: int = 1) -> Self:
        """Return the context that the whole process shares; a new one after it was closed, or fork()."""
        with cls._instance_lock:
            held = cls._instance
            if held is None or cls._instance_pid != os.getpid() or held.closed:
                cls._instance = cls(io_threads=io_threads)
                cls._instance_pid = os.getpid()
            return cls._instance  # type: ignore[no-any-return]  # a subclass may share its parent's

    @classmethod
    def shadow(cls, address: Context | int) -> Self:
        """Return another handle on a context."""
        return cls(shadow=address)

    def __copy__(self) -> Self:
        return type(self)(shadow=self)

    def __deepcopy__(self, memo: object) -> Self:
        return type(self)(shadow=self)

    # -- sockets -------------------------------------------------------------------------------

    def socket(self, socket_type: int, socket_class: type[Socket] | None = None, **kwargs: Any) -> Socket:
        """Open a socket.

        Args:
            socket_type: SocketType: zmq.REQ, say.
            socket_class: A subclass of Socket to make; None takes `_socket_class`.
            kwargs: For the class.

        Raises:
            ZMQError: ENOTSUP when the context is closed, EINVAL for an unknown type, EMFILE
                when there are too many sockets or no descriptors left.
        """
        if self._pid != os.getpid():
            raise zmq_error(
                Errno.ENOTSUP, "the context belongs to the parent of this process: make another after fork()"
            )
        if self._closed:
            raise zmq_error(Errno.ENOTSUP, "the context is closed: make another one")
        if self._core.is_terminated:
            raise zmq_error(EFAULT, "the context was terminated through another handle")
        socket = (socket_class or self._socket_class)(self, socket_type, **kwargs)
        for option, value in self.sockopts.items():
            try:
                socket.set(option, value)
            except ZMQError:
                continue  # an option that this socket type does not have
        self._sockets.add(socket)
        return socket

    # -- options -------------------------------------------------------------------------------

    def set(self, option: int, optval: int) -> None:
        """Set a context option.

        Raises:
            RuntimeError: The context is closed.
            TypeError: The value is not an int.
            ZMQError: EINVAL for an unknown option or a value out of range.
        """
        self._check_open()
        options.set_context_option(self._core.settings, option, optval)

    def get(self, option: int) -> int:
        """Return a context option.

        Raises:
            RuntimeError: The context is closed.
            ZMQError: EINVAL for an unknown option.
        """
        self._check_open()
        return int(options.get_context_option(self._core.settings, option))

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("the context is closed")

    def setsockopt(self, opt: int, value: Any) -> None:
        """Set an option that every socket made from now on begins with."""
        self.sockopts[opt] = value

    def getsockopt(self, opt: int) -> Any:
        """Return what setsockopt() was given.

        Raises:
            KeyError: Nothing was.
        """
        return self.sockopts[opt]

    # -- looking inside ------------------------------------------------------------------------

    def inspect(self, endpoint: str) -> Inspection:
        """Answer whoever asks, at an endpoint, what goes on in this context: sockets, peers, events.

        A thread of its own answers, with JSON, and sleeps while nobody asks. Keys and passwords are
        never told; all else is told to whoever can connect, so choose ipc, or loopback.
        ZEROWIRE_INSPECT=1 in the environment does the same for each context of the process, at
        endpoints that `zerowire ps` finds.

        Args:
            endpoint: Where to answer: "ipc:///run/user/1000/orders", say. An ipc endpoint lets in
                processes of this user alone.

        Returns:
            What serves it, until it is closed or the context ends. Its `endpoint` is where.

        Raises:
            RuntimeError: The context is closed.
            ZMQError: As bind(): EADDRINUSE, say.
        """
        self._check_open()
        inspection: Inspection = read("zerowire.api.inspection").Inspection(self._core, endpoint)
        return inspection

    # -- the end -------------------------------------------------------------------------------

    def term(self, timeout: float | None = None) -> bool:
        """End the context: wait until its sockets are closed and have sent what LINGER lets them.

        Calls on its sockets, waiting ones too, fail with ContextTerminated from now on; close
        the sockets then.

        Args:
            timeout: Seconds to wait; None is for ever.

        Returns:
            Whether it has ended; if not, term() can be called again.
        """
        if self._closed or self._pid != os.getpid():
            self._closed = True
            return True
        if not self._core.term(timeout):
            return False
        self._closed = True
        return True

    def destroy(self, linger: int | None = None) -> None:
        """Close all sockets that were made through this handle, then term().

        Args:
            linger: Milliseconds instead of each socket's LINGER; None leaves it.
        """
        if self._closed:
            return
        for socket in tuple(self._sockets):
            if not socket.closed:
                socket.close(linger)
        self._sockets.clear()
        self.term()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._warn_open_sockets()
        self.destroy()

    def _abandon(self) -> None:
        """Let the context end in the background, unless it has ended."""
        if not self.closed:
            self._closed = True
            self._core.end_in_background()

    def _warn_open_sockets(self) -> None:
        for socket in tuple(self._sockets):
            if not socket.closed and socket._warns:
                warnings.warn(f"Unclosed socket {socket!r}", ResourceWarning, stacklevel=3, source=socket)

    def __del__(self) -> None:
        if self._shadow or getattr(self, "_closed", True) or sys.is_finalizing() or _exiting:
            return
        warnings.warn(f"Unclosed context {self!r}", ResourceWarning, stacklevel=2, source=self)
        self._core.end_in_background()


def pauses() -> Iterator[float]:
    """Yield seconds for an event loop to wait before each look whether a context has ended."""
    pause = SHORTEST_PAUSE
    while True:
        yield pause
        pause = min(2 * pause, LONGEST_PAUSE)


_open_contexts: WeakValueDictionary[int, ContextCore] = WeakValueDictionary()
_exiting = False


def _at_exit() -> None:
    """Give messages that are not sent yet a last, bounded chance, and never hang."""
    global _exiting
    _exiting = True
    begin_exit()
    for line in flush_at_exit():
        sys.stderr.write(line + "\n")


def _after_fork_in_child() -> None:
    """Another thread of the parent may have held the lock, and is not here to give it back."""
    Context._instance_lock = Lock()


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
