"""leaf.guard: the lock of an object."""

from __future__ import annotations

import threading

from zerowire.leaf.guard import Guarded


def test_lock_is_that_of_its_object() -> None:
    first, second = Guarded(), Guarded()
    with first.lock:
        assert first.lock.locked()
        assert not second.lock.locked()
    assert not first.lock.locked()


def test_lock_that_is_taken_is_not_waited_for_if_so_asked() -> None:
    guarded = Guarded()
    assert guarded.lock.acquire(blocking=False)
    assert not guarded.lock.acquire(blocking=False)
    guarded.lock.release()
    assert guarded.lock.acquire()
    guarded.lock.release()


def test_lock_that_is_taken_is_waited_for() -> None:
    guarded = Guarded()
    order: list[str] = []
    started = threading.Event()

    def enter() -> None:
        started.set()
        with guarded.lock:
            order.append("second")

    guarded.lock.acquire()
    thread = threading.Thread(target=enter)
    thread.start()
    started.wait()
    order.append("first")
    guarded.lock.release()
    thread.join()
    assert order == ["first", "second"]


def test_lock_can_be_renewed_while_it_is_held() -> None:
    guarded = Guarded()
    guarded.lock.acquire()
    guarded.renew_lock()
    assert not guarded.lock.locked()
    guarded.renew_lock()
    assert guarded.lock.acquire(blocking=False)
    guarded.lock.release()
