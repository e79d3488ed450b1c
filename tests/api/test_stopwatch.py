"""The stopwatch that old programs import."""

from __future__ import annotations

import pytest

from zerowire.api.stopwatch import Stopwatch


def test_microseconds_are_counted_from_the_last_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """7.10; what the clock says is set here."""
    clock = iter([1.0, 5.0, 5.25])
    monkeypatch.setattr("zerowire.api.stopwatch.monotonic", lambda: next(clock))
    with pytest.warns(DeprecationWarning, match="perf_counter"):
        watch = Stopwatch()
    watch.start()
    watch.start()
    assert watch.stop() == 250_000
