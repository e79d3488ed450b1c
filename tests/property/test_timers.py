"""Timers behave as a sorted list does, whatever is scheduled and cancelled."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zerowire.reactor.timers import Timers

DEADLINES = st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=300)


@given(DEADLINES, st.integers(0, 20))
def test_runs_exactly_the_due_timers_in_order(plan: list[tuple[int, bool]], now: int) -> None:
    timers, calls = Timers(), list[int]()
    made = [
        (timers.schedule(deadline, lambda number=number: calls.append(number)), cancelled)  # type: ignore[misc]
        for number, (deadline, cancelled) in enumerate(plan)
    ]
    for timer, cancelled in made:
        if cancelled:
            timer.cancel()
    live = sorted((deadline, number) for number, (deadline, cancelled) in enumerate(plan) if not cancelled)
    due = [number for deadline, number in live if deadline <= now]
    assert timers.run_due(now) == len(due)
    assert calls == due
    later = [deadline for deadline, _ in live if deadline > now]
    assert timers.next_deadline() == (later[0] if later else None)
    assert len(timers) == len(later)
