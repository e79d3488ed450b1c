"""Draws the ratios of a theme as bars, in SVG written by hand.

The axis counts doublings: a bar to the right of 1 is that many times better than the
baseline, one to the left that many times worse, whether more or less is the better.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from math import ceil, floor, log2
from typing import Any

from benchmarks.libraries import BASELINE, LIBRARIES, SOCKETS, ZEROWIRE, ZEROWIRE_PLAIN

COLOURS = {ZEROWIRE: "#1b6ca8", ZEROWIRE_PLAIN: "#7fb7dc", SOCKETS: "#a9a29a"}
GOAL = "#c0392b"
WIDTH, LABELS, NUMBERS = 860, 250, 70  # the drawing; what stands left and right of the bars
BAR, GAP, TOP, FOOT = 14, 12, 84, 40


def svg(theme: str, rows: Sequence[dict[str, Any]]) -> str:
    """Return a drawing of the libraries beside the baseline."""
    bars = [row for row in rows if row["library"] != BASELINE and row["ratio"]]
    groups = {
        case: [row for row in bars if row["case"] == case] for case in dict.fromkeys(r["case"] for r in bars)
    }
    axis = Axis(ratio for row in bars for ratio in (advantage(row), *marks(row)))
    height = TOP + sum(len(group) * BAR + GAP for group in groups.values()) + FOOT
    parts = [*head(theme, height), *legend(bars), *axis.draw(height)]
    top = TOP
    for case, group in groups.items():
        parts.append(text(LABELS - 10, top + len(group) * BAR / 2 + 4, case, "end"))
        for row in group:
            parts += bar(axis, row, top)
            top += BAR
        top += GAP
    return "\n".join([*parts, "</svg>"]) + "\n"


class Axis:
    """Where a ratio stands, from one power of two to another."""

    def __init__(self, ratios: Iterable[float]) -> None:
        powers = [log2(ratio) for ratio in ratios] or [0.0]
        self.low = min(-1, floor(min(powers)))
        self.high = max(1, ceil(max(powers)))

    def position(self, ratio: float) -> float:
        """Return how far to the right a ratio stands."""
        share = (log2(ratio) - self.low) / (self.high - self.low)
        return LABELS + share * (WIDTH - LABELS - NUMBERS)

    def draw(self, height: int) -> list[str]:
        """Return a line and a number for each power of two."""
        parts = []
        for power in range(self.low, self.high + 1):
            where = self.position(2.0**power)
            colour = "#333" if power == 0 else "#ddd"
            parts.append(line(where, TOP - 6, height - FOOT + 2, colour))
            shown = f"{2**power}" if power >= 0 else f"1/{2**-power}"
            parts.append(text(where, height - FOOT + 18, shown, "middle", "#555"))
        return parts


def advantage(row: dict[str, Any]) -> float:
    """Return how many times better than the baseline."""
    ratio = float(row["ratio"])
    return ratio if row["higher_is_better"] else 1 / ratio


def marks(row: dict[str, Any]) -> list[float]:
    """Return how many times better than the baseline a library is to be."""
    wanted = [float(goal["wanted"]) for goal in row["goals"] if goal["to"] == BASELINE]
    return wanted if row["higher_is_better"] else [1 / goal for goal in wanted]


def head(theme: str, height: int) -> list[str]:
    """Return the opening, the background and the title."""
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12" role="img">',
        f"<title>{escape(theme)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="16" y="26" font-size="17" fill="#222">{escape(theme.capitalize())}</text>',
        text(16, 46, f"times better than {BASELINE} (1 is {BASELINE}); medians", "start", "#555"),
    ]


def legend(bars: Sequence[dict[str, Any]]) -> list[str]:
    """Return a coloured square and a name for each library."""
    parts = []
    left = LABELS
    for library in LIBRARIES:
        if any(row["library"] == library for row in bars):
            parts.append(rectangle(left, 56, 11, 11, COLOURS[library]))
            parts.append(text(left + 17, 66, library))
            left += 40 + 8 * len(library)
    if any(marks(row) for row in bars):
        parts += [line(left + 5, 55, 68, GOAL), text(left + 13, 66, "goal")]
    return parts


def bar(axis: Axis, row: dict[str, Any], top: int) -> list[str]:
    """Return a bar from 1 to the ratio, the ratio, and where it is to be."""
    ratio = advantage(row)
    one, end = axis.position(1), axis.position(ratio)
    left, width = min(one, end), max(1.0, abs(end - one))
    number = text(WIDTH - 16, top + BAR - 3, f"{ratio:.2f}", "end", "#333")
    goals = [line(axis.position(mark), top, top + BAR, GOAL) for mark in marks(row)]
    return [rectangle(left, top + 1, width, BAR - 2, COLOURS[row["library"]]), number, *goals]


def text(x: float, y: float, words: str, anchor: str = "start", colour: str = "#222") -> str:
    """Return words at a place."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(words)}</text>'


def rectangle(x: float, y: float, width: float, height: float, colour: str) -> str:
    """Return a filled rectangle."""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def line(x: float, top: float, bottom: float, colour: str) -> str:
    """Return an upright line."""
    return f'<line x1="{x:.1f}" y1="{top:.1f}" x2="{x:.1f}" y2="{bottom:.1f}" stroke="{colour}"/>'
