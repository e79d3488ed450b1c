"""Metrics as prometheus-client shows them, against what was sent."""

from __future__ import annotations

import subprocess
import sys

import pytest

import zerowire as zmq
from zerowire.metrics import PrometheusCollector

prometheus_client = pytest.importorskip("prometheus_client")
from prometheus_client import CollectorRegistry, generate_latest  # noqa: E402

PATIENCE = 10_000  # milliseconds


def test_counts_of_sockets_and_peers_are_shown(context: zmq.Context) -> None:
    registry = CollectorRegistry()
    other = zmq.Context()
    with (
        PrometheusCollector(context, context, other, peers=True) as collector,
        context.socket(zmq.PUSH) as push,
        context.socket(zmq.PULL) as pull,
        other.socket(zmq.PUB) as pub,
    ):
        registry.register(collector)
        pull.set(zmq.METADATA, b"X-Name:eater")
        push.bind("tcp://127.0.0.1:*")
        pull.connect(push.get_string(zmq.LAST_ENDPOINT))
        pull.wait_for_peers(timeout=PATIENCE)
        push.wait_for_peers(timeout=PATIENCE)
        for _ in range(5):
            push.send(b"hello")
        pull.rcvtimeo = PATIENCE
        for _ in range(5):
            pull.recv()
        pub.send(b"to nobody")
        (peer,) = push.peers()
        mine, theirs = str(context._core.serial), str(other._core.serial)

        def value(name: str, **labels: str) -> float | None:
            return registry.get_sample_value(f"zerowire_{name}", labels)

        of_push = {"context": mine, "socket": "push-1", "type": "PUSH"}
        of_peer = {**of_push, "peer": "eater", "endpoint": peer.endpoint}
        assert value("sent_messages_total", **of_push) == 5
        assert value("sent_bytes_total", **of_push) == push.stats().octets_out
        assert value("received_messages_total", context=mine, socket="eater", type="PULL") == 5
        assert value("queued_messages", **of_push, direction="out") == 0
        assert value("peers", **of_push, state="ready") == 1
        assert value("peer_sent_messages_total", **of_peer) == 5
        assert value("peer_high_water_mark", **of_peer, direction="out") == 1000
        assert value("peer_silence_seconds", **of_peer) is not None
        assert value("dropped_messages_total", context=theirs, socket="pub-1", type="PUB") == 0
        assert b'zerowire_sent_messages_total{context="' in generate_latest(registry)
    other.term()
    assert value("sent_messages_total", **of_push) is None
    assert context._core.inspector is None


def test_context_that_has_ended_has_no_metrics() -> None:
    context = zmq.Context()
    collector = PrometheusCollector(context)
    socket = context.socket(zmq.PULL)
    assert [*collector.samples()] != []
    socket.close()
    context.term()
    assert [*collector.samples()] == []
    for contexts in ((), (context,)):
        with pytest.raises(ValueError, match="one context or more, none of them closed"):
            PrometheusCollector(*contexts)


def test_package_is_named_where_it_is_missing() -> None:
    hidden = "sys.modules['prometheus_client'] = sys.modules['opentelemetry'] = None"
    source = f"import sys; {hidden}; import zerowire.metrics as m"
    for name in ("PrometheusCollector", "OpenTelemetryObserver"):
        done = subprocess.run(
            [sys.executable, "-c", f"{source}\nm.{name}"], capture_output=True, text=True, check=False
        )
        assert "pip install 'zerowire[metrics]'" in done.stderr
