"""Metrics for prometheus-client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from zerowire.metrics.source import Source
from zerowire.metrics.table import PEER, SOCKET, Kind, Metric, labels_of

try:
    from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
    from prometheus_client.registry import Collector
except ImportError as error:
    raise ImportError(
        "this needs the package prometheus-client: pip install 'zerowire[metrics]'", name=error.name
    ) from error

if TYPE_CHECKING:
    from zerowire.api.context import Context

Family = CounterMetricFamily | GaugeMetricFamily

FAMILIES = {Kind.COUNTER: CounterMetricFamily, Kind.GAUGE: GaugeMetricFamily}


class PrometheusCollector(Source, Collector):
    """What a registry of prometheus-client collects from: register() it.

    It looks at the sockets when they are scraped, and costs nothing otherwise.
    """

    def __init__(self, *contexts: Context, peers: bool = False) -> None:
        """Open the inspection of contexts.

        Args:
            contexts: Which; one that ends has no metrics any more.
            peers: Whether to tell of each peer, too. Servers with many have as many time series.

        Raises:
            ValueError: There is no context, or one is closed.
        """
        super().__init__(*contexts, peers=peers)
        self._rows = (*SOCKET, *PEER) if peers else SOCKET

    def describe(self) -> list[Family]:
        """Return the metrics without their values, as the registry asks for them at first."""
        return [*self._families().values()]

    def collect(self) -> Iterator[Family]:
        """Yield the metrics."""
        families = self._families()
        for metric, labels, value in self.samples():
            families[metric.name].add_metric(labels, value)
        yield from families.values()

    def _families(self) -> dict[str, Family]:
        return {metric.name: family(metric) for metric in self._rows}


def family(metric: Metric) -> Family:
    """Return a metric without its values."""
    made: Family = FAMILIES[metric.kind](f"zerowire_{metric.name}", metric.doc, labels=labels_of(metric))
    return made
