"""How many, how often."""

from __future__ import annotations

import time

import pytest

from zerowire.cli.talk.pace import Pace


def test_turns_come_at_their_times_also_after_a_slow_one(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        nonlocal now
        slept.append(round(seconds, 3))
        now += seconds

    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(time, "sleep", sleep)
    for number in Pace(4, 0.5).turns():
        now += 0.7 if number == 2 else 0.1  # what the message itself takes
    assert slept == [0.4, 0.0, 0.2]


def test_turns_without_a_pause_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", None)
    assert list(Pace(3, 0.0).turns()) == [1, 2, 3]
