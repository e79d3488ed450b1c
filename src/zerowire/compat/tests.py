"""Base classes for tests of programs that were written with pyzmq's, which it has deprecated: zmq.tests."""

from __future__ import annotations

import json
import platform
import warnings
from importlib import import_module
from importlib.util import find_spec
from threading import Thread
from typing import Any, cast
from unittest import SkipTest, TestCase, skipIf

import zerowire

__all__ = [
    "PYPY",
    "BaseZMQTestCase",
    "GreenTest",
    "PollZMQTestCase",
    "SkipTest",
    "have_gevent",
    "require_zmq_4",
    "skip_green",
    "skip_pypy",
    "term_context",
]

PYPY = platform.python_implementation() == "PyPy"
have_gevent = find_spec("gevent") is not None
skip_pypy = skipIf(PYPY, "not for PyPy")
require_zmq_4 = skipIf(False, "")
PATIENCE = 10  # seconds

warnings.warn("zmq.tests is deprecated: let tests open their own sockets", DeprecationWarning, stacklevel=2)


def term_context(ctx: zerowire.Context, timeout: float) -> None:
    """Terminate a context.

    Args:
        ctx: The context.
        timeout: Seconds that it may take.

    Raises:
        RuntimeError: Sockets of it are still open.
    """
    thread = Thread(target=ctx.term, daemon=True)
    thread.start()
    thread.join(timeout)
    if thread.is_alive():
        raise RuntimeError(f"the context did not end within {timeout} s: a socket of it is still open")


class BaseZMQTestCase(TestCase):
    """Has a context, and closes what a test has opened in it.

    Attributes:
        test_timeout_seconds: Kept for those who set it; a time limit is the runner's affair.
        teardown_timeout: Seconds that the context may take to end.
        green: Whether sockets are those of zerowire.green.
    """

    green = False
    test_timeout_seconds: float = 60
    teardown_timeout: float = PATIENCE
    context: Any
    sockets: list[Any]

    @property
    def Context(self) -> type[Any]:
        """The class of contexts."""
        module = import_module("zerowire.green") if self.green else zerowire
        return cast(type[Any], module.Context)

    def setUp(self) -> None:
        """Open a context."""
        super().setUp()
        if self.green and not have_gevent:
            raise SkipTest("gevent is not installed")
        self.context = self.Context()
        self.sockets = []

    def tearDown(self) -> None:
        """Close all sockets, and the context."""
        for socket in self.sockets:
            socket.close(0)
        if not self.context.closed:
            term_context(self.context, self.teardown_timeout)
        super().tearDown()

    def socket(self, socket_type: int) -> Any:
        """Open a socket that is closed at the end."""
        socket = self.context.socket(socket_type)
        self.sockets.append(socket)
        return socket

    def create_bound_pair(
        self,
        type1: int = zerowire.PAIR,
        type2: int = zerowire.PAIR,
        interface: str = "tcp://127.0.0.1",
    ) -> tuple[Any, Any]:
        """Open a socket that is bound, and one that is connected to it."""
        bound, connected = self.socket(type1), self.socket(type2)
        for socket in (bound, connected):
            socket.linger = 0
        port = bound.bind_to_random_port(interface)
        connected.connect(f"{interface}:{port}")
        return bound, connected

    def recv(self, socket: Any, **kwargs: Any) -> Any:
        """Receive a frame, within ten seconds."""
        self._wait_for(socket)
        return socket.recv(**kwargs)

    def recv_multipart(self, socket: Any, **kwargs: Any) -> Any:
        """Receive a message, within ten seconds."""
        self._wait_for(socket)
        return socket.recv_multipart(**kwargs)

    def ping_pong(self, s1: Any, s2: Any, msg: bytes) -> bytes:
        """Send octets there and back."""
        s1.send(msg)
        s2.send(self.recv(s2))
        return bytes(self.recv(s1))

    def ping_pong_json(self, s1: Any, s2: Any, o: Any) -> Any:
        """Send what JSON can say there and back."""
        return json.loads(self.ping_pong(s1, s2, json.dumps(o).encode()))

    def ping_pong_pyobj(self, s1: Any, s2: Any, o: Any) -> Any:
        """Send an object there and back."""
        s1.send_pyobj(o)
        self._wait_for(s2)
        s2.send_pyobj(s2.recv_pyobj())
        self._wait_for(s1)
        return s1.recv_pyobj()

    def assertRaisesErrno(self, errno: int, func: Any, *args: Any, **kwargs: Any) -> None:
        """Fail unless a call raises a ZMQError with this errno."""
        try:
            func(*args, **kwargs)
        except zerowire.ZMQError as error:
            if error.errno != errno:
                self.fail(f"expected errno {errno}, not {error.errno}: {error}")
        else:
            self.fail(f"expected errno {errno}, but nothing was raised")

    def _wait_for(self, socket: Any) -> None:
        if not socket.poll(PATIENCE * 1000):
            self.fail(f"no message has come within {PATIENCE} s")


class PollZMQTestCase(BaseZMQTestCase):
    """The same, for tests of polling."""


class GreenTest:
    """Makes sockets those of zerowire.green; comes before a class above among the bases."""

    green = True

    def skip_green(self) -> None:
        """Skip the test."""
        raise SkipTest("not for gevent")


def skip_green(f: Any) -> Any:
    """Skip a test where sockets are those of zerowire.green."""

    def skipping_test(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self.green:
            self.skip_green()
        return f(self, *args, **kwargs)

    return skipping_test
