"""Counts of sockets and peers for those who collect metrics: Prometheus, and OpenTelemetry.

    from prometheus_client import REGISTRY
    from zerowire.metrics import PrometheusCollector

    REGISTRY.register(PrometheusCollector(context))

table.py has the names. Either package is imported when its collector is asked for; both come with
`pip install 'zerowire[metrics]'`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zerowire._later import later_names

if TYPE_CHECKING:
    from zerowire.metrics.opentelemetry import OpenTelemetryObserver
    from zerowire.metrics.prometheus import PrometheusCollector
else:
    __getattr__ = later_names(
        __name__,
        {
            "OpenTelemetryObserver": "zerowire.metrics.opentelemetry",
            "PrometheusCollector": "zerowire.metrics.prometheus",
        },
    )

__all__ = ["OpenTelemetryObserver", "PrometheusCollector"]
