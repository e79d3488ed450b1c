"""The library under test, and patience.

Every test of this folder and of tests/conformance takes the library from here, so that

    ZEROWIRE_TEST_LIBRARY=zmq python -m pytest tests/interop tests/conformance

shows that the tests describe libzmq, before they judge ZeroWire. Tests of what ZeroWire
decided differently (docs/design/differences.md) are marked `ours`.
"""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

NAME = os.environ.get("ZEROWIRE_TEST_LIBRARY", "zerowire")
OURS = NAME == "zerowire"
DEADLINE = 10.0
"""Seconds to wait for something that should happen at once."""
MOMENT = 20
"""Milliseconds of one look, in a loop that looks until a deadline."""

zmq: Any = importlib.import_module(NAME)
Context: TypeAlias = Any
Socket: TypeAlias = Any
Open: TypeAlias = Callable[..., Socket]

ours = pytest.mark.skipif(not OURS, reason=f"ZeroWire decided to differ from {NAME}")
theirs = pytest.mark.skipif(OURS, reason="what libzmq does, and ZeroWire decided not to")


def wait_until(condition: Callable[[], object], what: str = "the condition did not come true") -> None:
    """Return when the condition holds; fail the test when that takes longer than DEADLINE."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"{what} within {DEADLINE} seconds")
        time.sleep(0.002)


def option(name: str) -> Any:
    """Return the number of a socket option that is named as an attribute is."""
    return getattr(zmq, name.upper())


def open_socket(context: Context, kind: str, **options: Any) -> Socket:
    """Return a socket whose calls end before DEADLINE, with options set by their names."""
    socket = context.socket(getattr(zmq, kind))
    defaults = {"linger": 0, "rcvtimeo": int(DEADLINE * 1000), "sndtimeo": int(DEADLINE * 1000)}
    for name, value in {**defaults, **options}.items():
        socket.setsockopt(option(name), value)
    return socket


def bind(socket: Socket, endpoint: str = "tcp://127.0.0.1:*") -> str:
    """Bind, and return the endpoint that peers can connect to."""
    socket.bind(endpoint)
    last: bytes = socket.getsockopt(zmq.LAST_ENDPOINT)
    return last.decode()


def let_work(*sockets: Socket) -> None:
    """Give libzmq an opportunity: it serves a socket only inside calls (RT-9). ZeroWire needs none."""
    if not OURS:
        for socket in sockets:
            socket.getsockopt(zmq.EVENTS)


def errno_of(call: Callable[..., object], *arguments: Any) -> int | None:
    """Return the error number of a call that fails, or None for one that does not."""
    try:
        call(*arguments)
    except zmq.ZMQError as error:
        number: int = error.errno
        return number
    return None
