"""Numbers that wrap."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zerowire.pgm.serial import HALF, MASK, add, distance

NUMBERS = st.integers(0, MASK)


@given(NUMBERS, st.integers(-HALF, HALF - 1))
def test_distance_is_what_was_added(number: int, step: int) -> None:
    assert 0 <= add(number, step) <= MASK
    assert distance(number, add(number, step)) == step


def test_zero_follows_the_last() -> None:
    assert add(MASK, 1) == 0
    assert distance(MASK, 0) == 1
    assert distance(0, MASK) == -1
    assert distance(0, HALF) == -HALF
