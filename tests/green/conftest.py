"""A hub that is there before anybody counts descriptors, and a context for greenlets."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

gevent = pytest.importorskip("gevent")

if TYPE_CHECKING:
    import zerowire.green as zmq

DEADLINE = 10.0
hub = gevent.get_hub()
hub.threadpool.apply(int)  # which starts its first thread, and opens what that needs


@pytest.fixture
def context() -> Iterator[zmq.Context]:
    """A context that is destroyed after the test, with all its sockets, before a deadline."""
    import zerowire.green as zmq

    with zmq.Context() as context:
        yield context
        for socket in tuple(context._sockets):
            socket.close(0)
        with gevent.Timeout(DEADLINE):
            context.term()


@pytest.fixture
def spawn() -> Iterator[Callable[..., Any]]:
    """Return gevent.spawn, whose greenlets end with the test; it returns when each has begun to wait."""
    greenlets = []

    def start(function: Callable[..., object], *arguments: object) -> Any:
        greenlet = gevent.spawn(function, *arguments)
        greenlets.append(greenlet)
        gevent.sleep(0)
        return greenlet

    yield start
    gevent.killall(greenlets, timeout=DEADLINE)


@pytest.fixture
def in_thread() -> Iterator[Callable[[Callable[[], object]], threading.Thread]]:
    """Return a function that runs another in a thread of the system's, which ends with the test."""
    with ExitStack() as stack:

        def start(function: Callable[[], object]) -> threading.Thread:
            thread = threading.Thread(target=function, daemon=True)
            thread.start()
            stack.callback(thread.join, DEADLINE)
            return thread

        yield start


@pytest.fixture
def until() -> Callable[[Callable[[], object]], None]:
    """Return `until(condition)`, which lets greenlets run until the condition holds."""

    def wait(condition: Callable[[], object]) -> None:
        with gevent.Timeout(DEADLINE):
            while not condition():
                gevent.sleep(0.001)

    return wait


@pytest.fixture
def take_turns() -> Callable[[], None]:
    """Return a function that lets the hub go round, and others run, until nothing should happen any more."""

    def wait() -> None:
        for _ in range(50):
            gevent.sleep(1e-6)  # 0 would not let it look at descriptors

    return wait
