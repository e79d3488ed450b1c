"""A waker makes a waiting thread look up, once for any number of wakes."""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from zerowire.reactor.socket_pair import SocketPair
from zerowire.reactor.waker import Waker


@pytest.fixture(params=["eventfd", "pair"])
def waker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Waker]:
    if request.param == "pair":
        monkeypatch.setattr("zerowire.reactor.waker.Flag", SocketPair)
    elif sys.platform != "linux":
        pytest.skip("this system has no eventfd")
    waker = Waker()
    yield waker
    waker.close()


def is_readable(waker: Waker, timeout: float = 0) -> bool:
    return bool(select.select([waker.fileno()], [], [], timeout)[0])


def test_is_quiet_until_woken(waker: Waker) -> None:
    assert not is_readable(waker)
    waker.wake()
    assert is_readable(waker)


def test_one_clear_answers_many_wakes(waker: Waker) -> None:
    for _ in range(3):
        waker.wake()
    waker.clear()
    assert not is_readable(waker)


def test_can_be_woken_again_after_clear(waker: Waker) -> None:
    for _ in range(3):
        waker.wake()
        assert is_readable(waker)
        waker.clear()


def test_clear_without_a_wake_does_nothing(waker: Waker) -> None:
    waker.clear()
    waker.wake()
    assert is_readable(waker)


def test_wakes_a_thread_that_waits(waker: Waker) -> None:
    woken = threading.Event()

    def wait() -> None:
        if is_readable(waker, 10):
            woken.set()

    waiter = threading.Thread(target=wait)
    waiter.start()
    waker.wake()
    waiter.join(10)
    assert woken.is_set()


def test_no_wake_is_lost_between_threads(waker: Waker) -> None:
    """Whoever changes something and then wakes is noticed after the next clear()."""
    rounds, written, seen = 2000, 0, 0

    def write() -> None:
        nonlocal written
        for number in range(1, rounds + 1):
            written = number
            waker.wake()

    writer = threading.Thread(target=write)
    writer.start()
    while seen < rounds:
        assert is_readable(waker, 10)
        waker.clear()
        seen = written
    writer.join(10)
    assert seen == rounds


def test_descriptor_is_not_inherited(waker: Waker) -> None:
    assert not os.get_inheritable(waker.fileno())


def test_does_nothing_once_closed(waker: Waker) -> None:
    waker.close()
    waker.close()
    waker.wake()
    assert waker.fileno() == -1


def test_descriptor_stays_until_a_wake_is_over(waker: Waker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else its number could belong to somebody else by the time it is written to."""
    fd = waker.fileno()
    flag: Any = type(waker._flag)
    set_flag = flag.set

    def close_meanwhile(flag: Any) -> None:
        waker.close()
        set_flag(flag)
        os.fstat(fd)

    monkeypatch.setattr(flag, "set", close_meanwhile)
    waker.wake()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)


def test_clear_does_nothing_once_closed(waker: Waker) -> None:
    waker.close()
    waker.clear()
    assert waker.fileno() == -1
