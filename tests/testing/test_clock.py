"""A clock that moves when it is told to."""

from __future__ import annotations

import pytest

from zerowire.testing import VirtualClock


def test_clock_stands_still_until_it_is_moved() -> None:
    clock = VirtualClock(5.0)
    assert (clock(), clock(), clock.now) == (5.0, 5.0, 5.0)
    clock.advance(2.5)
    assert clock() == 7.5


def test_clock_jumps_forward_only() -> None:
    clock = VirtualClock()
    clock.jump_to(3.0)
    clock.jump_to(1.0)
    assert clock() == 3.0
    with pytest.raises(ValueError, match=r"cannot go back by 1\.0 s"):
        clock.advance(-1.0)
