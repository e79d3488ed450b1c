"""Many measurements in a few numbers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zerowire.cli.percentiles import BLOCKS, blocks, rounded, summary

VALUES = st.lists(st.floats(0, 1e6), min_size=1, max_size=300)


def test_percentiles_are_values_that_were_measured() -> None:
    found = summary(list(range(100, 0, -1)))
    assert found == {"min": 1, "median": 50, "p90": 90, "p99": 99, "max": 100, "mean": 50.5}
    assert set(summary([7.0]).values()) == {7.0}
    assert rounded({"a": 0.0123456}) == {"a": 0.01235}


@settings(deadline=None)
@given(VALUES)
def test_so_many_values_are_not_greater(values: list[float]) -> None:
    found = summary(values)
    for name, share in (("median", 0.5), ("p90", 0.9), ("p99", 0.99)):
        assert sum(value <= found[name] for value in values) >= share * len(values) - 1e-9
        assert found[name] in values


@pytest.mark.parametrize(
    ("values", "line"), [([], ""), ([0], "▁"), ([1, 2, 4, 8], "▂▃▅█"), ([1, 9, 2, 3], "█▃")]
)
def test_blocks(values: list[float], line: str) -> None:
    assert blocks(values, width=2 if len(line) == 2 else 60) == line


@settings(deadline=None)
@given(VALUES, st.integers(1, 80))
def test_blocks_fit(values: list[float], width: int) -> None:
    line = blocks(values, width)
    assert len(line) <= width
    assert set(line) <= set(BLOCKS)
