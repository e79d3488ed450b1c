"""Draw the diagrams that pages have as Mermaid: who speaks to whom, and states with their changes.

GitHub draws Mermaid itself; the site does not load a program from elsewhere to do so. Both kinds
become upright lanes with an arrow a line: from one partner to another, or from one state to
another. What a page uses of Mermaid is understood, and anything else is an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import svg

ARROW = re.compile(r"(\w+) *(-->>|->>|--x|-x|-->) *(\w+) *: *(.+)")
PARTICIPANT = re.compile(r"participant (\w+) as (.+)")
NOTE = re.compile(r"Note over (\w+) *: *(.+)")
END = re.compile(r"\[\*\] --> (\w+)|(\w+) --> \[\*\]")
KINDS = {"stateDiagram-v2", "sequenceDiagram"}

HEAD, ROW, LINE = 34, 34, 16  # how high the head of a lane is, a row, a line of words
LANE, WIDTH = 150, 760  # how wide a lane is at least, and all of them if they are few
WORD = 6.3  # how wide a letter is, about


@dataclass
class Row:
    """One line: an arrow from a lane to another, or to itself; a note has no arrow, a lost one no end."""

    source: str
    target: str
    said: list[str]
    kind: str = ""


@dataclass
class Chart:
    """Lanes with their titles, and what happens between them."""

    lanes: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    start: str = ""


def chart_of(text: str) -> Chart:
    """Understand a diagram.

    Raises:
        ValueError: A line is none of those that pages use.
    """
    kind, *lines = [line.strip() for line in text.strip().splitlines()]
    if kind not in KINDS:
        raise ValueError(f"{kind} is not drawn, only {', '.join(sorted(KINDS))}")
    chart = Chart()
    for line in lines:
        if found := PARTICIPANT.fullmatch(line):
            chart.lanes[found[1]] = found[2]
        elif found := NOTE.fullmatch(line):
            chart.rows.append(Row(found[1], found[1], re.split(r"<br */?>", found[2]), "note"))
        elif found := END.fullmatch(line):
            chart.lanes.setdefault(found[1] or found[2], found[1] or found[2])
            chart.start = chart.start or found[1] or ""
        elif found := ARROW.fullmatch(line):
            for name in (found[1], found[3]):
                chart.lanes.setdefault(name, name)
            chart.rows.append(Row(found[1], found[3], [found[4]], "lost" if "x" in found[2] else ""))
        else:
            raise ValueError(f"this line of a diagram is not understood: {line}")
    return chart


def draw(text: str) -> str:
    """Return a diagram as SVG."""
    chart = chart_of(text)
    lane = max(LANE, min(2 * LANE, WIDTH // len(chart.lanes)))
    places = {name: lane * number + lane / 2 for number, name in enumerate(chart.lanes)}
    height = HEAD + 24 + sum(map(height_of, chart.rows))
    width = lane * len(places)
    parts = []
    for name, x in places.items():
        parts += [
            svg.line(x, HEAD, x, height - 8, "faint"),
            svg.box(x - lane / 2 + 6, 4, lane - 12, HEAD - 4, "mark" if name == chart.start else ""),
            svg.words(x, 24, chart.lanes[name], kind="bold"),
        ]
    y = HEAD + 20
    for row in chart.rows:
        parts += drawn(row, places[row.source], places[row.target], y, width)
        y += height_of(row)
    return svg.picture(width, height, " | ".join(chart.lanes.values()), parts)


def height_of(row: Row) -> int:
    """Return how much room a line takes."""
    return ROW + LINE * (len(row.said) - 1)


def drawn(row: Row, start: float, end: float, y: float, width: float) -> list[str]:
    """Return one line of a chart: an arrow and its words."""
    half = max(map(len, row.said)) * WORD / 2
    middle = min(max((start + end) / 2, half + 4), width - half - 4)
    parts = [svg.words(middle, y + LINE * place, text, kind="soft") for place, text in enumerate(row.said)]
    if row.kind == "note":
        return parts
    if row.kind == "lost":
        end += LANE / 4 if start > end else -LANE / 4
        parts.append(
            svg.words(end + (8 if end > start else -8), y + 12, "\N{MULTIPLICATION SIGN}", kind="bold")
        )
    if start == end:
        return [*parts, svg.loop(start, y + 4)]
    return [*parts, *svg.arrow(start, end, y + 8)]
