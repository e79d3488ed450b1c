"""/metrics, where prometheus-client is installed; else a hint."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from zerowire.api.context import Context
    from zerowire.metrics.source import Source

Scrape: TypeAlias = Callable[[str], tuple[bytes, str, int]]
"""Takes what a client accepts; returns the text, its type and the status."""


def scraper(context: Context) -> tuple[Source | None, Scrape]:
    """Return where metrics come from, to be closed, and what answers a scrape."""
    try:
        collector = import_module("zerowire.metrics.prometheus").PrometheusCollector(context, peers=True)
    except ImportError as error:
        hint = f"{error}\n".encode()
        return None, lambda _: (hint, "text/plain; charset=utf-8", 501)
    client = import_module("prometheus_client")
    registry = client.CollectorRegistry()
    registry.register(collector)

    def scrape(accepted: str) -> tuple[bytes, str, int]:
        generate, kind = client.exposition.choose_encoder(accepted)
        return generate(registry), kind, 200

    return collector, scrape
