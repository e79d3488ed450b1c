"""Rows of a report as Markdown tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.cases import ITSELF
from benchmarks.libraries import BASELINE, LIBRARIES

VERDICTS = {True: "met", False: "MISSED", None: "not known"}


def figures(rows: Sequence[dict[str, Any]]) -> str:
    """Return a table a theme: median, least to most, and ratio to the baseline of each library."""
    parts = []
    for theme in dict.fromkeys(row["theme"] for row in rows):
        of_theme = [row for row in rows if row["theme"] == theme]
        libraries = [name for name in LIBRARIES if any(row["library"] == name for row in of_theme)]
        cells = {(row["case"], row["library"]): cell(row) for row in of_theme}
        units = {row["case"]: row["unit"] + (" +" if row["higher_is_better"] else " -") for row in of_theme}
        body = [
            (case, unit, *(cells.get((case, name), "") for name in libraries)) for case, unit in units.items()
        ]
        parts.append(f"## {theme.capitalize()}\n\n{markdown([('case', 'unit', *libraries), *body])}")
    return "\n\n".join(parts)


def goals(rows: Sequence[dict[str, Any]]) -> str:
    """Return the table of goals, and whether they are reached."""
    body = [
        (
            row["case"],
            row["library"],
            "" if goal["to"] == ITSELF else goal["to"],
            ratio(goal),
            f"{'>=' if row['higher_is_better'] else '<='} {goal['wanted']}",
            VERDICTS[goal["met"]],
        )
        for row in rows
        for goal in row["goals"]
    ]
    head = ("case", "library", "ratio to", "ratio (of single rounds)", "goal", "verdict")
    return "## Goals\n\n" + (markdown([head, *body]) if body else "None of what was measured has one.")


def cell(row: dict[str, Any]) -> str:
    """Return "median (least - most) xRATIO"."""
    times = "" if row["ratio"] is None or row["library"] == BASELINE else f" x{row['ratio']:.2f}"
    return f"{number(row['median'])} ({number(min(row['samples']))} - {number(max(row['samples']))}){times}"


def ratio(goal: dict[str, Any]) -> str:
    """Return "ratio (least - most)"."""
    if goal["ratio"] is None:
        return f"{goal['to']} was not measured"
    return f"{goal['ratio']:.2f} ({min(goal['by_round']):.2f} - {max(goal['by_round']):.2f})"


def number(value: float) -> str:
    """Return a figure with as many digits as mean something."""
    return f"{value:,.{0 if value >= 1000 else 1 if value >= 10 else 2}f}"


def markdown(lines: Sequence[Sequence[str]]) -> str:
    """Return a table; the first line is its head."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    ruled = [lines[0], ["-" * width for width in widths], *lines[1:]]
    return "\n".join(
        "| " + " | ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) + " |"
        for line in ruled
    )
