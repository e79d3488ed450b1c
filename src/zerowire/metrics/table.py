"""Which metrics there are: a row each, and what they are at the moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, NamedTuple

Row = Mapping[str, Any]
Labels = tuple[str, ...]


class Kind(Enum):
    """What a metric does: a counter only grows, as long as its socket lives."""

    COUNTER = "counter"
    GAUGE = "gauge"


class Metric(NamedTuple):
    """A row.

    Attributes:
        name: Without the namespace, and without the _total of Prometheus.
        kind: COUNTER or GAUGE.
        unit: What is counted, in UCUM's terms.
        fields: Which fields of a socket or peer it shows, and the value of the label `what` for each;
            None where there is but one.
        what: The label that tells fields apart; "" if there is but one.
        doc: What it says, in one sentence.
    """

    name: str
    kind: Kind
    unit: str
    fields: Mapping[str, str | None]
    what: str
    doc: str


class Sample(NamedTuple):
    """What a metric is for one socket, or one peer of it."""

    metric: Metric
    labels: Labels
    value: float


def counter(name: str, field: str, doc: str, unit: str = "{message}") -> Metric:
    """Make the row of a counter."""
    return Metric(name, Kind.COUNTER, unit, {field: None}, "", doc)


QUEUED = {"queued_in": "in", "queued_out": "out"}
MARKS = {"hwm_in": "in", "hwm_out": "out"}
STATES = {"ready": "ready", "connecting": "connecting"}

SOCKET = (
    counter("received_messages", "messages_in", "Messages received, taken by the application or waiting."),
    counter("sent_messages", "messages_out", "Messages sent."),
    counter("received_bytes", "octets_in", "Octets received, of the wire; over inproc, of payload.", "By"),
    counter("sent_bytes", "octets_out", "Octets sent, of the wire; over inproc, of payload.", "By"),
    counter("dropped_messages", "dropped", "Messages dropped by contract: no peer, no room, no address."),
    counter("lost_messages", "lost", "Messages dropped with the connection they waited in."),
    Metric("queued_messages", Kind.GAUGE, "{message}", QUEUED, "direction", "Messages that wait now."),
    Metric("peers", Kind.GAUGE, "{peer}", STATES, "state", "Peers that are there, or expected."),
)
PEER = (
    counter("peer_received_messages", "messages_in", "Messages received from a peer."),
    counter("peer_sent_messages", "messages_out", "Messages sent to a peer."),
    counter("peer_received_bytes", "octets_in", "Octets received from a peer.", "By"),
    counter("peer_sent_bytes", "octets_out", "Octets sent to a peer.", "By"),
    counter("peer_dropped_messages", "dropped", "Messages for a peer that found no room."),
    Metric("peer_queued_messages", Kind.GAUGE, "{message}", QUEUED, "direction", "Messages that wait now."),
    Metric("peer_high_water_mark", Kind.GAUGE, "{message}", MARKS, "direction",
           "How many messages may wait; 0 is no limit."),
    Metric("peer_silence_seconds", Kind.GAUGE, "s", {"last_heard": None}, "",
           "Since anything came from a peer."),
)  # fmt: skip

SOCKET_LABELS = ("context", "socket", "type")
PEER_LABELS = (*SOCKET_LABELS, "peer", "endpoint")


def labels_of(metric: Metric) -> Labels:
    """Return the names of a metric's labels."""
    own = (metric.what,) if metric.what else ()
    return (*(SOCKET_LABELS if metric in SOCKET else PEER_LABELS), *own)


def samples(context: int, sockets: Iterable[Row], *, peers: bool) -> Iterator[Sample]:
    """Yield what the metrics of a context are.

    Args:
        context: Its number.
        sockets: Its sockets, as an inspector describes them.
        peers: Whether to yield those of each peer, too.
    """
    taken: set[Labels] = set()
    for socket in sockets:
        labels = (str(context), socket["name"], socket["type"])
        if labels in taken:  # a series can be told once
            labels = (labels[0], f"{socket['name']}-{socket['id']}", labels[2])
        taken.add(labels)
        states = {state: sum(peer["state"] == state for peer in socket["peers"]) for state in STATES}
        yield from _samples_of(SOCKET, labels, {**socket, **states})
        for peer in socket["peers"] if peers else ():
            called = peer["name"] or f"{peer['socket_type'].lower() or 'peer'}-{peer['id']}"
            if (*labels, called, peer["endpoint"]) in taken:
                called += f"-{peer['id']}"
            taken.add((*labels, called, peer["endpoint"]))
            yield from _samples_of(PEER, (*labels, called, peer["endpoint"]), peer)


def _samples_of(metrics: Iterable[Metric], labels: Labels, row: Row) -> Iterator[Sample]:
    for metric in metrics:
        for field, value in metric.fields.items():
            if row[field] is not None:
                yield Sample(metric, labels if value is None else (*labels, value), float(row[field]))
