"""The table of metrics: names as Prometheus wants them, and all of them in the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from zerowire.metrics.table import PEER, SOCKET, Kind, Metric, labels_of

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "metrics.md"


@pytest.mark.parametrize("metric", [*SOCKET, *PEER], ids=lambda metric: metric.name)
def test_metric_is_documented_under_its_full_name(metric: Metric) -> None:
    full = f"zerowire_{metric.name}" + "_total" * (metric.kind is Kind.COUNTER)
    assert re.fullmatch(r"[a-z_]+", full)
    (row,) = re.findall(rf"^\| `{full}` \| (.*) \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.M)
    assert row[0] == ", ".join(f"`{label}`" for label in labels_of(metric))


def test_names_are_told_apart() -> None:
    names = [metric.name for metric in (*SOCKET, *PEER)]
    assert len(set(names)) == len(names)
