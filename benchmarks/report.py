"""From samples to medians, ratios, verdicts, and the files that keep them."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import plot, table
from benchmarks.cases import ITSELF, Case, Goal
from benchmarks.libraries import BASELINE
from benchmarks.run import Outcome

FOLDER = Path(__file__).parent / "results"
Row = dict[str, Any]


def rows_of(cases: Sequence[Case], outcome: Outcome) -> list[Row]:
    """Return a row for each case and library."""
    return [
        row_of(case, library, of)
        for case in cases
        for of in (outcome.samples.get(case.name, {}),)
        for library in of
    ]


def row_of(case: Case, library: str, of: dict[str, list[float]]) -> Row:
    """Tell what one library reached in a case."""
    mine = of[library]
    return {
        "theme": case.workload.theme,
        "case": case.name,
        "library": library,
        "unit": case.unit,
        "higher_is_better": case.higher_is_better,
        "median": median(mine),
        "samples": mine,
        "ratio": median(mine) / median(of[BASELINE]) if BASELINE in of else None,
        "goals": [verdict(case, goal, of) for goal in case.goals if goal.library == library],
    }


def verdict(case: Case, goal: Goal, of: dict[str, list[float]]) -> Row:
    """Tell whether a goal is reached: by the medians, beside the ratios of each round."""
    mine = of[goal.library]
    other = [1.0] * len(mine) if goal.to == ITSELF else of.get(goal.to)
    if other is None:
        return {"to": goal.to, "wanted": goal.wanted, "ratio": None, "by_round": [], "met": None}
    ratio = median(mine) / median(other)
    return {
        "to": goal.to,
        "wanted": goal.wanted,
        "ratio": ratio,
        "by_round": [one / another for one, another in zip(mine, other, strict=False)],
        "met": ratio >= goal.wanted if case.higher_is_better else ratio <= goal.wanted,
    }


def machine() -> dict[str, Any]:
    """Describe where and with what the figures were taken."""
    return {
        "taken": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "cpus": os.cpu_count(),
        "load": os.getloadavg(),
        "versions": {name: version(name) for name in ("zerowire", "pyzmq")},
    }


def version(distribution: str) -> str | None:
    """Return the version that is installed, None for a source tree."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def write(rows: list[Row], rounds: int, scale: float, remarks: list[str], folder: Path) -> None:
    """Write latest.json, latest.md, and a plot a theme."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = machine()
    content = {"machine": facts, "rounds": rounds, "scale": scale, "remarks": remarks, "rows": rows}
    (folder / "latest.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    head = (
        f"# Latest measurements\n\n{facts['taken']}, Python {facts['python']}, {facts['cpus']} CPUs, "
        f"load {facts['load'][0]:.1f}, {facts['system']}; medians of {rounds} rounds, the libraries in turn, "
        f"scale {scale:g}."
    )
    notes = "".join(f"\n- {remark}" for remark in remarks)
    text = f"{head}\n{notes}\n\n{table.goals(rows)}\n\n{table.figures(rows)}\n"
    (folder / "latest.md").write_text(text.replace("\n\n\n", "\n\n"), encoding="utf-8")
    for old in folder.glob("*.svg"):
        old.unlink()
    for theme in dict.fromkeys(row["theme"] for row in rows):
        drawing = plot.svg(theme, [row for row in rows if row["theme"] == theme])
        (folder / f"{theme.replace(' ', '-')}.svg").write_text(drawing, encoding="utf-8")
