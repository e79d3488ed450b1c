"""Medians, ratios and verdicts, in tables and plots."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from benchmarks import plot, report, table
from benchmarks.cases import ITSELF, Case, Goal
from benchmarks.run import Outcome
from benchmarks.workloads.work import Workload

FIGURES = {"zerowire": [30.0, 50.0, 40.0], "pyzmq": [10.0, 20.0, 10.0], "sockets": [80.0, 50.0, 50.0]}


def case(figure: str, *goals: Goal) -> Case:
    return Case("a case", Workload("a theme", ()), figure, "tcp", 128, 1, goals)


def rows(figure: str, *goals: Goal) -> list[dict[str, Any]]:
    return report.rows_of([case(figure, *goals)], Outcome({"a case": FIGURES}))


@pytest.mark.parametrize(
    ("figure", "goal", "ratio", "met"),
    [
        ("rate", Goal(4), 4.0, True),
        ("rate", Goal(4.1), 4.0, False),
        ("rate", Goal(0.8, to="sockets"), 0.8, True),
        ("p50", Goal(4), 4.0, True),
        ("p50", Goal(3.9), 4.0, False),
        ("share", Goal(41, to=ITSELF), 40.0, False),
        ("rate", Goal(1, to="zerowire plain"), None, None),
    ],
)
def test_goal_is_judged_by_medians(figure: str, goal: Goal, ratio: float | None, met: bool | None) -> None:
    row = rows(figure, goal)[0]
    assert (row["goals"][0]["ratio"], row["goals"][0]["met"]) == (ratio, met)


def test_goal_shows_the_ratio_of_each_round() -> None:
    (verdict,) = rows("rate", Goal(4))[0]["goals"]
    assert verdict["by_round"] == [3.0, 2.5, 4.0]
    assert table.ratio(verdict) == "4.00 (2.50 - 4.00)"


def test_goal_belongs_to_one_library_alone() -> None:
    assert [len(row["goals"]) for row in rows("rate", Goal(1, "sockets"))] == [0, 0, 1]


def test_table_has_a_column_for_each_library_that_was_measured() -> None:
    head, _, line = table.figures(rows("rate")).splitlines()[2:]
    assert [name.strip() for name in head.strip("|").split("|")] == ["case", "unit", *FIGURES]
    assert "40.0 (30.0 - 50.0) x4.00" in line
    assert "10.0 (10.0 - 20.0) |" in line


@pytest.mark.parametrize(("figure", "shown"), [("rate", "4.00"), ("p50", "0.25")])
def test_plot_shows_how_many_times_better(figure: str, shown: str) -> None:
    """A bar to the right is good news, whether more or less is the better."""
    drawing = ElementTree.fromstring(plot.svg("a theme", rows(figure, Goal(2))))
    words = [element.text for element in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert shown in words
    assert {"A theme", "a case", "zerowire", "sockets", "goal"} <= set(words)


def test_plot_of_the_baseline_alone_is_empty_but_whole() -> None:
    baseline = [row for row in rows("rate") if row["library"] == "pyzmq"]
    assert ElementTree.fromstring(plot.svg("a theme", baseline)).tag.endswith("svg")


def test_results_tell_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "old.svg").touch()
    report.write(rows("rate"), 3, 0.5, ["zerowire plain is left out: no reason"], tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-theme.svg", "latest.json", "latest.md"]
    assert "\n- zerowire plain is left out: no reason\n" in (tmp_path / "latest.md").read_text()
    kept = json.loads((tmp_path / "latest.json").read_text())
    assert (kept["rounds"], kept["scale"]) == (3, 0.5)
    assert [row["library"] for row in kept["rows"]] == list(FIGURES)
