"""Draws what `zerowire bench` has measured, in SVG written by hand.

Above, round trips: how many microseconds the fastest 50 %, 90 %, 99 % ... take at most, a line for each
size. Below, throughput: a bar for each size.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10

from zerowire.cli.measure import Latency, Throughput

COLOURS = ("#1b6ca8", "#c0392b", "#2e8b57", "#8e5ea2", "#b8860b", "#5f6a72")
WIDTH, LEFT, RIGHT = 760, 90, 110
TOP, CURVES, BAR, GAP = 70, 300, 22, 8
SHARES = (0.0, 0.5, 0.9, 0.99, 0.999, 0.9999)


def svg(title: str, latencies: Sequence[Latency], throughputs: Sequence[Throughput]) -> str:
    """Return a drawing."""
    curves = [each for each in latencies if each.microseconds]
    bars_top = TOP + (CURVES + 80 if curves else 0)
    height = bars_top + len(throughputs) * (BAR + GAP) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        text(16, 28, title, size=16),
    ]
    if curves:
        parts += draw_curves(curves)
    parts += draw_bars(throughputs, bars_top)
    return "\n".join([*parts, "</svg>"]) + "\n"


def draw_curves(latencies: Sequence[Latency]) -> list[str]:
    """Return a line for each size, on axes that count nines and powers of ten."""
    values = [value for each in latencies for value in each.microseconds]
    low, high = floor(log10(max(min(values), 0.1))), ceil(log10(max(values))) or 1
    high = max(high, low + 1)

    def place_of(share: float) -> float:
        nines = min(-log10(1 - share) if share < 1 else 4.0, 4.0)
        return LEFT + nines / 4 * (WIDTH - LEFT - RIGHT)

    def height_of(value: float) -> float:
        return TOP + CURVES * (1 - (log10(max(value, 0.1)) - low) / (high - low))

    parts = [text(16, 52, "round trips in microseconds, by the share that takes no longer", colour="#555")]
    for power in range(low, high + 1):
        y = height_of(10.0**power)
        parts += [line(LEFT, y, WIDTH - RIGHT, y), text(LEFT - 8, y + 4, f"{10.0**power:g}", "end", "#555")]
    for share in SHARES:
        x = place_of(share)
        parts += [
            line(x, TOP, x, TOP + CURVES),
            text(x, TOP + CURVES + 18, f"{share:.4%}".rstrip("0%").rstrip(".") + " %", "middle", "#555"),
        ]
    for colour, each in zip(cycle(len(latencies)), latencies, strict=True):
        ranked = sorted(each.microseconds)
        points = [(index / len(ranked), ranked[index]) for index in picked(len(ranked))]
        path = " ".join(f"{place_of(share):.1f},{height_of(value):.1f}" for share, value in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.8"/>')
        parts.append(text(WIDTH - RIGHT + 8, height_of(points[-1][1]) + 4, octets(each.size), colour=colour))
    return parts


def picked(count: int) -> list[int]:
    """Return places among so many ranked values, ever closer towards the end."""
    places = {min(count - 1, int(count * (1 - 10 ** (-step / 25)))) for step in range(101)}
    return sorted(places)


def draw_bars(throughputs: Sequence[Throughput], top: float) -> list[str]:
    """Return a bar for each size."""
    if not throughputs:
        return []
    rates = [each.messages / each.seconds for each in throughputs]
    parts = [text(16, top - 12, "messages a second, one way", colour="#555")]
    for number, (colour, each, rate) in enumerate(zip(cycle(len(rates)), throughputs, rates, strict=True)):
        y = top + number * (BAR + GAP)
        width = rate / (max(rates) or 1) * (WIDTH - LEFT - RIGHT)
        parts.append(text(LEFT - 8, y + 15, octets(each.size), "end"))
        parts.append(f'<rect x="{LEFT}" y="{y:.1f}" width="{width:.1f}" height="{BAR}" fill="{colour}"/>')
        parts.append(text(LEFT + width + 6, y + 15, f"{rate:,.0f}"))
    return parts


def cycle(count: int) -> list[str]:
    """Return so many colours."""
    return [COLOURS[number % len(COLOURS)] for number in range(count)]


def octets(size: int) -> str:
    """Return a size in words."""
    return (
        f"{size} B"
        if size < 1024
        else f"{size / 1024:g} KiB"
        if size < 1 << 20
        else f"{size / (1 << 20):g} MiB"
    )


def text(x: float, y: float, words: str, anchor: str = "start", colour: str = "#222", size: int = 12) -> str:
    """Return words at a place."""
    look = f'text-anchor="{anchor}" fill="{colour}" font-size="{size}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {look}>{escape(words)}</text>'


def line(x: float, y: float, end_x: float, end_y: float) -> str:
    """Return a thin line."""
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{end_x:.1f}" y2="{end_y:.1f}" stroke="#ddd"/>'
