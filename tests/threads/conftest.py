"""Threads that tell when they fail, and a pair of sockets over each transport."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import zerowire as zmq

DEADLINE = 20.0


class Crew:
    """Starts threads; join() passes on the first exception of any of them."""

    def __init__(self) -> None:
        self.threads: list[threading.Thread] = []
        self.errors: list[BaseException] = []

    def start(self, work: Callable[..., object], *arguments: object) -> threading.Thread:
        """Do some work in a thread of its own."""

        def run() -> None:
            try:
                work(*arguments)
            except BaseException as error:
                self.errors.append(error)

        thread = threading.Thread(target=run, daemon=True)
        self.threads.append(thread)
        thread.start()
        return thread

    def join(self) -> None:
        """Wait for all of them."""
        for thread in self.threads:
            thread.join(DEADLINE)
        if self.errors:
            raise self.errors[0]
        assert not any(thread.is_alive() for thread in self.threads), "a thread did not end"


@pytest.fixture
def crew() -> Iterator[Crew]:
    """Threads for a test; those that fail, fail the test."""
    crew = Crew()
    yield crew
    crew.join()


Join = Callable[[int, int], tuple[Any, Any]]


@pytest.fixture(params=["tcp", "inproc"])
def transport(request: pytest.FixtureRequest) -> str:
    """The transports that threads share sockets over."""
    return str(request.param)


@pytest.fixture
def joined(context: zmq.Context, transport: str) -> Iterator[Join]:
    """Return `joined(bound, connected)`, which makes two sockets that are connected."""
    opened = []

    def joined(bound: int, connected: int) -> tuple[Any, Any]:
        first, second = context.socket(bound), context.socket(connected)
        opened.extend([first, second])
        for socket in opened:
            socket.rcvtimeo = socket.sndtimeo = int(DEADLINE * 1000)
        first.bind("tcp://127.0.0.1:*" if transport == "tcp" else "inproc://threads")
        second.connect(first.get_string(zmq.LAST_ENDPOINT))
        return first, second

    yield joined
    for socket in opened:
        socket.close(0)
