"""leaf.watch: staying awake for a moment."""

from __future__ import annotations

import os
import select
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from zerowire.leaf.watch import keep_watch, rest

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


@contextmanager
def handler(action: Callable[[], object]) -> Iterator[None]:
    """Have a signal do something."""
    before = signal.signal(signal.SIGUSR1, lambda number, frame: action())
    try:
        yield
    finally:
        signal.signal(signal.SIGUSR1, before)


@pytest.fixture
def poller(pipe: tuple[int, int]) -> Iterator[int]:
    """What is readable when the pipe is."""
    if not hasattr(select, "epoll"):
        yield pipe[0]
        return
    with select.epoll() as watching:
        watching.register(pipe[0], select.EPOLLIN)
        yield watching.fileno()


def look_at(poller: int, log: list[float | None]) -> Callable[[float | None], list[int]]:
    """Return what looks at a descriptor, and writes down for how long."""

    def look(seconds: float | None) -> list[int]:
        log.append(seconds)
        return select.select([poller], [], [], seconds)[0]

    return look


def test_rest_ends_when_something_comes(pipe: tuple[int, int], poller: int) -> None:
    """Another thread runs meanwhile, so the interpreter's lock is not kept."""
    threading.Thread(target=os.write, args=(pipe[1], b"x")).start()
    assert rest(look_at(pipe[0], []), poller, None) == [pipe[0]]


def test_rest_ends_when_the_time_is_over(pipe: tuple[int, int], poller: int) -> None:
    assert rest(look_at(pipe[0], []), poller, 1e-6) == []


def test_rest_without_a_descriptor_is_a_look(pipe: tuple[int, int]) -> None:
    log: list[float | None] = []
    assert rest(look_at(pipe[0], log), -1, 0.0) == []
    assert log == [0.0]


def test_signal_ends_a_rest_at_whatever_moment_it_comes(pipe: tuple[int, int], poller: int) -> None:
    """One that comes while compiled code runs does not end a system call that has yet to begin."""

    def stop() -> None:
        raise KeyboardInterrupt

    def is_stopped() -> bool:
        try:
            threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGUSR1)).start()
            rest(look_at(pipe[0], []), poller, LONG)
        except KeyboardInterrupt:
            return True
        return False

    with handler(stop):
        assert all(is_stopped() for _ in range(200))


def test_handler_runs_in_the_midst_of_a_rest(pipe: tuple[int, int], poller: int) -> None:
    """And what it does ends the rest, here by what it writes."""
    with handler(lambda: os.write(pipe[1], b"x")):
        main = threading.main_thread().ident
        assert main is not None
        threading.Thread(target=signal.pthread_kill, args=(main, signal.SIGUSR1)).start()
        while not rest(look_at(pipe[0], []), poller, LONG):
            pass


def test_signals_are_not_held_back_behind_a_rest(pipe: tuple[int, int], poller: int) -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    rest(look_at(pipe[0], []), poller, 1e-6)
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == before
