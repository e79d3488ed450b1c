"""Timers run in order, once, and never before their moment."""

from __future__ import annotations

import pytest

from zerowire.reactor.timers import COMPACT_FROM, Timers


def test_runs_what_is_due_and_nothing_else() -> None:
    timers, calls = Timers(), list[str]()
    timers.schedule(2.0, lambda: calls.append("two"))
    timers.schedule(1.0, lambda: calls.append("one"))
    timers.schedule(3.0, lambda: calls.append("three"))
    assert timers.run_due(0.9) == 0
    assert timers.run_due(2.0) == 2
    assert calls == ["one", "two"]
    assert timers.next_deadline() == 3.0
    assert len(timers) == 1


def test_equal_deadlines_run_in_the_order_of_scheduling() -> None:
    timers, calls = Timers(), list[int]()
    for number in range(5):
        timers.schedule(1.0, lambda number=number: calls.append(number))  # type: ignore[misc]
    timers.run_due(1.0)
    assert calls == [0, 1, 2, 3, 4]


def test_has_no_deadline_when_empty() -> None:
    timers = Timers()
    assert timers.next_deadline() is None
    timers.schedule(1.0, list).cancel()
    assert timers.next_deadline() is None


def test_cancelled_timer_does_not_run() -> None:
    timers, calls = Timers(), list[str]()
    timer = timers.schedule(1.0, lambda: calls.append("no"))
    timers.schedule(1.0, lambda: calls.append("yes"))
    assert timer.is_pending
    timer.cancel()
    timer.cancel()
    assert not timer.is_pending
    assert timers.run_due(5.0) == 1
    assert calls == ["yes"]
    assert len(timers) == 0


def test_cancel_after_the_call_does_nothing() -> None:
    timers = Timers()
    timer = timers.schedule(1.0, list)
    timers.run_due(1.0)
    timer.cancel()
    assert len(timers) == 0


def test_callback_can_cancel_another_that_is_due() -> None:
    timers, calls = Timers(), list[str]()
    timers.schedule(1.0, lambda: second.cancel())
    second = timers.schedule(1.0, lambda: calls.append("second"))
    assert timers.run_due(1.0) == 1
    assert calls == []


def test_what_a_callback_schedules_waits_for_the_next_run() -> None:
    timers, calls = Timers(), list[str]()

    def again() -> None:
        calls.append("call")
        timers.schedule(0.0, again)

    timers.schedule(1.0, again)
    assert timers.run_due(1.0) == 1
    assert timers.next_deadline() == 0.0
    assert timers.run_due(1.0) == 1
    assert calls == ["call", "call"]


def test_exception_of_a_callback_leaves_the_others_due() -> None:
    timers, calls = Timers(), list[str]()
    timers.schedule(1.0, lambda: 1 // 0)
    timers.schedule(1.0, lambda: calls.append("second"))
    with pytest.raises(ZeroDivisionError):
        timers.run_due(1.0)
    assert timers.run_due(1.0) == 1
    assert calls == ["second"]


def test_many_cancelled_timers_do_not_pile_up() -> None:
    timers = Timers()
    kept = timers.schedule(1e9, list)
    for _ in range(10 * COMPACT_FROM):
        timers.schedule(1e6, list).cancel()
    assert len(timers.heap) <= COMPACT_FROM
    assert timers.next_deadline() == kept.deadline
    assert len(timers) == 1
