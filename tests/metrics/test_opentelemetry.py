"""Metrics as a reader of OpenTelemetry collects them, against what was sent."""

from __future__ import annotations

from typing import Any

import pytest

import zerowire as zmq
from zerowire.metrics import OpenTelemetryObserver

pytest.importorskip("opentelemetry.sdk")
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

PATIENCE = 10_000  # milliseconds


def read(reader: InMemoryMetricReader) -> dict[str, list[tuple[dict[str, Any], float]]]:
    """Return what a reader collects: attributes and values by name."""
    data = reader.get_metrics_data()
    (scope,) = data.resource_metrics[0].scope_metrics  # type: ignore[union-attr]
    return {
        metric.name: [(dict(point.attributes or {}), point.value) for point in metric.data.data_points]  # type: ignore[union-attr]
        for metric in scope.metrics
    }


def test_counts_of_sockets_and_peers_are_observed(context: zmq.Context) -> None:
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    meter = provider.get_meter("test")
    with (
        OpenTelemetryObserver(context, peers=True, meter=meter),
        context.socket(zmq.PUSH) as push,
        context.socket(zmq.PULL) as pull,
    ):
        pull.bind("inproc://stage")
        push.connect("inproc://stage")
        for _ in range(3):
            push.send(b"hello")
        pull.rcvtimeo = PATIENCE
        pull.recv()
        found = read(reader)
        serial = str(context._core.serial)
        of_pull = {"context": serial, "socket": "pull-2", "type": "PULL"}
        assert (of_pull, 3.0) in found["zerowire.received_messages"]
        assert (of_pull, 15.0) in found["zerowire.received_bytes"]
        assert ({**of_pull, "direction": "in"}, 2.0) in found["zerowire.queued_messages"]
        queued = [row for row in found["zerowire.peer_queued_messages"] if row[0]["socket"] == "pull-2"]
        assert [(row[0]["endpoint"], row[0]["direction"], row[1]) for row in queued] == [
            ("inproc://stage", "in", 2.0),
            ("inproc://stage", "out", 0.0),
        ]
    provider.shutdown()
