"""From samples to medians, ratios and a table."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.cases import BASELINE, Case
from benchmarks.run import Samples

FOLDER = Path(__file__).parent / "results"
Row = dict[str, Any]


def rows_of(cases: list[Case], samples: Samples) -> list[Row]:
    """Return a row for each case and library but the baseline."""
    return [
        row_of(case, library, mine, of.get(BASELINE))
        for case in cases
        for of in (samples[case.name],)
        for library, mine in of.items()
        if library != BASELINE or len(of) == 1
    ]


def row_of(case: Case, library: str, mine: list[float], base: list[float] | None) -> Row:
    """Compare one library with the baseline."""
    ratio = median(mine) / median(base) if base else None
    met = None
    if case.goal is not None and ratio is not None:
        met = ratio >= case.goal if case.higher_is_better else ratio <= case.goal
    return {
        "case": case.name,
        "unit": case.unit,
        "higher_is_better": case.higher_is_better,
        "library": library,
        "median": median(mine),
        "samples": mine,
        "baseline_median": median(base) if base else None,
        "baseline_samples": base,
        "ratio": ratio,
        "goal": case.goal,
        "goal_met": met,
    }


def table_of(rows: list[Row]) -> str:
    """Return the rows as a Markdown table: medians, spreads from least to most, ratios."""
    head = ("case", "unit", "library", "median (spread)", f"{BASELINE} median (spread)", "ratio", "goal")
    body = [
        (
            row["case"],
            row["unit"] + (" +" if row["higher_is_better"] else " -"),
            row["library"],
            spread(row["median"], row["samples"]),
            spread(row["baseline_median"], row["baseline_samples"]),
            "" if row["ratio"] is None else f"{row['ratio']:.2f}",
            goal(row),
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in (head, *body)) for column in range(len(head))]
    lines = [head, tuple("-" * width for width in widths), *body]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    )


def spread(middle: float | None, samples: list[float] | None) -> str:
    """Return "median (least - most)"."""
    if middle is None or samples is None:
        return ""
    digits = 0 if middle >= 1000 else 1
    return f"{middle:,.{digits}f} ({min(samples):,.{digits}f} - {max(samples):,.{digits}f})"


def goal(row: Row) -> str:
    """Return the wanted ratio, and whether it is reached."""
    if row["goal"] is None:
        return ""
    sign = ">=" if row["higher_is_better"] else "<="
    verdict = "" if row["goal_met"] is None else " met" if row["goal_met"] else " MISSED"
    return f"{sign} {row['goal']}{verdict}"


def machine() -> dict[str, Any]:
    """Describe where and with what the figures were taken."""
    return {
        "taken": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "cpus": os.cpu_count(),
        "load": os.getloadavg() if hasattr(os, "getloadavg") else None,
        "versions": {name: version(name) for name in ("zerowire", "pyzmq")},
    }


def version(distribution: str) -> str | None:
    """Return the version that is installed, None for a source tree."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def write(rows: list[Row], rounds: int, folder: Path = FOLDER) -> None:
    """Write latest.json and latest.md."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = machine()
    content = {"machine": facts, "rounds": rounds, "rows": rows}
    (folder / "latest.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    text = (
        f"# Latest measurements\n\n{facts['taken']}, Python {facts['python']}, {facts['cpus']} CPUs, "
        f"{facts['system']}; medians of {rounds} runs, the libraries in turn.\n\n{table_of(rows)}\n"
    )
    (folder / "latest.md").write_text(text, encoding="utf-8")
