"""When the messages of a recording are due."""

from __future__ import annotations

import pytest

from zerowire.recording import Direction, Entry, schedule


def entries(*milliseconds: int) -> list[Entry]:
    return [Entry(number * 1_000_000, Direction.RECEIVED, "", []) for number in milliseconds]


@pytest.mark.parametrize(
    ("options", "due"),
    [
        ({}, [0, 0.5, 0.5, 0.75]),  # the third has an earlier clock: a later session on a clock that was set
        ({"speed": 2}, [0, 0.25, 0.25, 0.375]),
        ({"speed": 0.5}, [0, 1, 1, 1.5]),
        ({"speed": 0}, [0, 0, 0, 0]),
        ({"rate": 10}, [0, 0.1, 0.2, 0.3]),
    ],
)
def test_messages_are_due(options: dict[str, float], due: list[float]) -> None:
    assert [when for when, _ in schedule(entries(1000, 1500, 200, 450), **options)] == pytest.approx(due)


@pytest.mark.parametrize("options", [{"speed": -1}, {"rate": 0}, {"rate": -5}])
def test_impossible_pace_is_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="is n"):
        schedule([], **options)
