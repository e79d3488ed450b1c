"""Draw boxes, arrows and words as SVG, for light and dark paper."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

STYLE = """\
<style>
.drawing { --ink: #24292f; --soft: #59636e; --line: #8c959f; --fill: #eef1f8; --mark: #3949ab; }
@media (prefers-color-scheme: dark) {
  .drawing { --ink: #e6edf3; --soft: #9198a1; --line: #6e7681; --fill: #262c3b; --mark: #9fa8ff; }
}
.drawing text { fill: var(--ink); font: 13px sans-serif; }
.drawing .soft {
  fill: var(--soft); font-size: 12px; paint-order: stroke; stroke: var(--paper, none); stroke-width: 5px;
}
.drawing .bold { font-weight: bold; }
.drawing rect { fill: var(--fill); stroke: var(--line); }
.drawing .mark { stroke: var(--mark); stroke-width: 2; }
.drawing line, .drawing .loop { fill: none; stroke: var(--line); stroke-width: 1.5; }
.drawing path.head { fill: var(--line); stroke: none; }
.drawing .faint { stroke-dasharray: 3 4; stroke-width: 1; }
</style>"""


def picture(width: int, height: int, title: str, parts: Iterable[str]) -> str:
    """Return a drawing; the title is what a screen reader says."""
    head = (
        f'<svg class="drawing" xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" style="max-width:100%;height:auto">'
    )
    return "\n".join([head, f"<title>{escape(title)}</title>", STYLE, *parts, "</svg>"]) + "\n"


def words(x: float, y: float, text: str, anchor: str = "middle", kind: str = "") -> str:
    """Return a line of text."""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" class="{kind}">{escape(text)}</text>'


def box(x: float, y: float, width: float, height: float, kind: str = "") -> str:
    """Return a box with round corners."""
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" class="{kind}"/>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str = "") -> str:
    """Return a straight line."""
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" class="{kind}"/>'


def arrow(start: float, end: float, y: float, kind: str = "") -> list[str]:
    """Return a level arrow, from one x to another."""
    back = -7 if end > start else 7
    return [
        line(start, y, end + back, y, kind),
        f'<path class="head" d="M{end:g} {y:g} l{back} -4 v8 z"/>',
    ]


def loop(x: float, y: float) -> str:
    """Return an arrow from a place back to it."""
    return (
        f'<path class="loop" d="M{x:g} {y:g} c34 0 34 12 6 12"/>'
        + f'<path class="head" d="M{x:g} {y + 12:g} l7 -4 v8 z"/>'
    )
