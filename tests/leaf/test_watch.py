"""leaf.watch: staying awake for a moment."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from zerowire.leaf.watch import heed_signals, keep_watch

LONG = 20.0  # seconds; nobody waits for so long


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A descriptor to watch, and one that makes it readable."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


@pytest.fixture
def waker() -> Iterator[int]:
    """A descriptor that nobody writes to."""
    reader, writer = os.pipe()
    yield reader
    os.close(reader)
    os.close(writer)


def test_what_is_there_is_found_at_once(pipe: tuple[int, int], waker: int) -> None:
    os.write(pipe[1], b"x")
    assert keep_watch(pipe[0], waker, 0.0)


def test_watch_ends_when_the_time_is_over(pipe: tuple[int, int], waker: int) -> None:
    assert not keep_watch(pipe[0], waker, 1e-6)


def test_watch_ends_when_something_comes(pipe: tuple[int, int], waker: int) -> None:
    """Another thread runs meanwhile, so the interpreter's lock is not kept."""
    threading.Thread(target=os.write, args=(pipe[1], b"x")).start()
    assert keep_watch(pipe[0], waker, LONG)


def test_who_is_woken_by_a_thread_goes_on_although_that_thread_does_not_wait(pipe: tuple[int, int]) -> None:
    """The waker is one of the things that the poller watches."""
    threading.Thread(target=os.write, args=(pipe[1], b"x")).start()
    assert keep_watch(pipe[0], pipe[0], LONG)


def test_signal_that_has_come_is_heeded_before_a_wait() -> None:
    """One that comes while compiled code runs does not end a system call that has yet to begin."""
    heeded: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, frame: heeded.append(number))
    try:
        signal.raise_signal(signal.SIGUSR1)
        heed_signals()
        assert heeded == [signal.SIGUSR1]
    finally:
        signal.signal(signal.SIGUSR1, before)
