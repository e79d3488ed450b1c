"""Devices: a proxy with its two sockets, run here, in a thread or in a process."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import Process
from threading import Thread
from typing import Any

from zerowire.api.context import Context
from zerowire.api.proxy import proxy
from zerowire.api.socket import Socket
from zerowire.constants import DeviceType, Errno
from zerowire.devices.plug import Plug, close_sockets, open_sockets
from zerowire.error import ZMQError


class Device:
    """Two sockets that messages move between, both ways.

    Say what the sockets shall be, with the methods that end in _in and _out; then start().
    It runs until its context is terminated.

    Attributes:
        context_factory: Makes the context, in the thread or process where the device runs.
        daemon: Whether the program may end while the device runs.
        done: Whether it has ended.
    """

    context_factory: Callable[[], Context] = Context.instance
    daemon: bool = True
    done: bool = False
    _context: Context | None = None  # that it runs in; a program that has no other hold on it ends it

    def __init__(
        self,
        device_type: int = DeviceType.QUEUE,
        in_type: int | None = None,
        out_type: int | None = None,
    ) -> None:
        """Prepare a device.

        Args:
            device_type: QUEUE, FORWARDER or STREAMER; makes no difference.
            in_type: The type of the socket at the front.
            out_type: The type of the one at the back; -1 joins the front with itself.

        Raises:
            TypeError: A type is missing.
        """
        if in_type is None or out_type is None:
            raise TypeError(f"a device needs two socket types, not in_type={in_type}, out_type={out_type}")
        self.device_type = device_type
        self.in_type = in_type
        self.out_type = out_type
        self._in = Plug(in_type)
        self._out = Plug(out_type)
        self._plugs = [self._in, self._out]

    # -- its sockets ---------------------------------------------------------------------------

    def setsockopt_in(self, opt: int, value: Any) -> None:
        """Set an option of the front when it is made."""
        self._in.options.append((opt, value))

    def bind_in(self, addr: str) -> None:
        """Bind the front to an endpoint when it is made."""
        self._in.binds.append(addr)

    def bind_in_to_random_port(self, addr: str, *args: int, **kwargs: int) -> int:
        """Bind the front to a port that is free now; see Socket.bind_to_random_port()."""
        return self._in.bind_to_random_port(addr, *args, **kwargs)

    def connect_in(self, addr: str) -> None:
        """Connect the front to an endpoint when it is made."""
        self._in.connects.append(addr)

    def setsockopt_out(self, opt: int, value: Any) -> None:
        """Set an option of the back when it is made."""
        self._out.options.append((opt, value))

    def bind_out(self, addr: str) -> None:
        """Bind the back to an endpoint when it is made."""
        self._out.binds.append(addr)

    def bind_out_to_random_port(self, addr: str, *args: int, **kwargs: int) -> int:
        """Bind the back to a port that is free now; see Socket.bind_to_random_port()."""
        return self._out.bind_to_random_port(addr, *args, **kwargs)

    def connect_out(self, addr: str) -> None:
        """Connect the back to an endpoint when it is made."""
        self._out.connects.append(addr)

    # -- running -------------------------------------------------------------------------------

    def run_device(self) -> None:
        """Make the sockets and move messages; ends with an error, and leaves no socket open."""
        self._context = self.context_factory()
        sockets = open_sockets(self._context, self._plugs)
        try:
            self._run(*sockets)
        finally:
            close_sockets(sockets)

    def _run(self, *sockets: Socket) -> None:
        frontend, backend = sockets
        proxy(frontend, backend)

    def run(self) -> None:
        """Run until the context is terminated, or a socket is closed.

        Raises:
            ZMQError: Anything else has gone wrong.
        """
        try:
            self.run_device()
        except ZMQError as error:
            if error.errno not in {Errno.ETERM, Errno.ENOTSOCK}:
                raise
        finally:
            self.done = True

    def start(self) -> None:
        """Run here; subclasses run elsewhere and return at once."""
        self.run()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the device has ended; here that is when start() returns.

        Args:
            timeout: Seconds; None is for ever.
        """


class ThreadDevice(Device):
    """A device that start() runs in a thread of its own."""

    launcher: Thread | None = None

    def start(self) -> None:
        """Run in a new thread."""
        self.launcher = Thread(target=self.run, daemon=self.daemon)
        self.launcher.start()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the thread has ended."""
        if self.launcher is not None:
            self.launcher.join(timeout)


class ProcessDevice(Device):
    """A device that start() runs in a process of its own, with a context of its own."""

    context_factory = Context
    launcher: Process | None = None

    def start(self) -> None:
        """Run in a new process."""
        self.launcher = Process(target=self.run, daemon=self.daemon)
        self.launcher.start()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the process has ended."""
        if self.launcher is not None:
            self.launcher.join(timeout)


__all__ = ["Device", "ProcessDevice", "ThreadDevice"]
