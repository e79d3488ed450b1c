"""Drawings of what was measured."""

from __future__ import annotations

from xml.etree import ElementTree

from zerowire.cli.measure import Latency, Throughput
from zerowire.cli.plot import octets, picked, svg


def test_plot_stays_on_its_paper() -> None:
    """Whatever the figures are."""
    latencies = [Latency(1, [0.01]), Latency(1 << 21, [5.0, 1e7]), Latency(9, [])]
    for chosen in (latencies, []):
        drawing = ElementTree.fromstring(
            svg("a < b", chosen, [Throughput(64, 10, 0.5), Throughput(1, 0, 0.5)])
        )
        width, height = float(drawing.attrib["width"]), float(drawing.attrib["height"])
        for curve in drawing.iter("{http://www.w3.org/2000/svg}polyline"):
            for point in curve.attrib["points"].split():
                x, y = map(float, point.split(","))
                assert 0 <= x <= width
                assert 0 <= y <= height
    assert [octets(size) for size in (5, 2048, 3 << 20)] == ["5 B", "2 KiB", "3 MiB"]
    assert picked(1) == [0]
    assert picked(10**6)[-1] > 10**6 * 0.9998
