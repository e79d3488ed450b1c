"""How long to wait before the next attempt to connect."""

from __future__ import annotations

import pytest

from zerowire.engine import backoff
from zerowire.engine.backoff import Backoff


def test_interval_has_a_random_part_below_the_base() -> None:
    """REC-1: each wait is IVL + random[0, IVL)."""
    waits = [Backoff(100, 0).next_ms() for _ in range(1000)]
    assert 100 <= min(waits) <= max(waits) < 200
    assert len(set(waits)) > 10


@pytest.mark.parametrize(("part", "expected"), [(0.0, 100), (0.5, 150), (0.9999, 199)])
def test_random_part_is_a_part_of_the_base(
    part: float, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backoff, "random", lambda: part)
    intervals = Backoff(100, 0)
    assert [intervals.next_ms() for _ in range(3)] == [expected] * 3


def test_interval_doubles_up_to_its_maximum_without_a_random_part() -> None:
    """REC-1: IVL, 2 IVL, 4 IVL, capped to MAX, no jitter."""
    intervals = Backoff(100, 500)
    assert [intervals.next_ms() for _ in range(5)] == [100, 200, 400, 500, 500]


def test_maximum_below_the_base_is_the_interval() -> None:
    """REC-1: MAX below IVL gives MAX."""
    intervals = Backoff(100, 30)
    assert [intervals.next_ms() for _ in range(3)] == [30, 30, 30]


def test_reset_starts_again() -> None:
    intervals = Backoff(10, 1000)
    assert [intervals.next_ms() for _ in range(3)] == [10, 20, 40]
    intervals.reset()
    assert intervals.next_ms() == 10
