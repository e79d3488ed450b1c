"""Many measurements in a few numbers, and in one line of blocks."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

BLOCKS = "▁▂▃▄▅▆▇█"
SHARES = {"median": 0.5, "p90": 0.9, "p99": 0.99}


def summary(values: Sequence[float]) -> dict[str, float]:
    """Return least, percentiles, most and mean of values, of which there is at least one.

    A percentile is one of the values: so many of them, or more, are not greater.
    """
    ranked = sorted(values)
    found = {name: ranked[ceil(share * len(ranked)) - 1] for name, share in SHARES.items()}
    return {"min": ranked[0], **found, "max": ranked[-1], "mean": sum(ranked) / len(ranked)}


def rounded(numbers: dict[str, float]) -> dict[str, float]:
    """Return numbers with four digits that count."""
    return {name: float(f"{number:.4g}") for name, number in numbers.items()}


def blocks(values: Sequence[float], width: int = 60) -> str:
    """Return a line with a block for each value, or for each group of neighbours: the highest of them.

    The lowest block is 0.
    """
    size = ceil(len(values) / width) or 1
    groups = [max(values[start : start + size]) for start in range(0, len(values), size)]
    most = max(groups, default=0) or 1
    return "".join(BLOCKS[min(len(BLOCKS) - 1, int(group / most * len(BLOCKS)))] for group in groups)
