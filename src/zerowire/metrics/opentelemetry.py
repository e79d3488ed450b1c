"""Metrics for OpenTelemetry."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from zerowire.metrics.source import Source
from zerowire.metrics.table import PEER, SOCKET, Kind, Metric, labels_of
from zerowire.version import __version__

try:
    from opentelemetry.metrics import CallbackOptions, Meter, Observation, get_meter
except ImportError as error:
    raise ImportError(
        "this needs the package opentelemetry-api: pip install 'zerowire[metrics]'", name=error.name
    ) from error

if TYPE_CHECKING:
    from zerowire.api.context import Context


class OpenTelemetryObserver(Source):
    """Instruments of a meter that look at sockets whenever a reader collects."""

    def __init__(self, *contexts: Context, peers: bool = False, meter: Meter | None = None) -> None:
        """Open the inspection of contexts, and make the instruments.

        Args:
            contexts: Which; one that ends has no metrics any more.
            peers: Whether to tell of each peer, too. Servers with many have as many time series.
            meter: Whose instruments; None takes that of the global provider.

        Raises:
            ValueError: There is no context, or one is closed.
        """
        super().__init__(*contexts, peers=peers)
        meter = meter or get_meter("zerowire", __version__)
        for metric in (*SOCKET, *PEER) if peers else SOCKET:
            make = meter.create_observable_counter
            if metric.kind is Kind.GAUGE:
                make = meter.create_observable_gauge  # type: ignore[assignment]  # takes the same
            make(f"zerowire.{metric.name}", [partial(self._observe, metric)], metric.unit, metric.doc)

    def _observe(self, metric: Metric, _: CallbackOptions) -> Iterator[Observation]:
        names = labels_of(metric)
        for sample in self.samples():
            if sample.metric is metric:
                yield Observation(sample.value, dict(zip(names, sample.labels, strict=True)))
