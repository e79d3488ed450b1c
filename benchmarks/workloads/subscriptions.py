"""PUB matches messages against few subscriptions, then against many, of one subscriber."""

from __future__ import annotations

from time import perf_counter

from benchmarks.workloads.many import receive_all, wait_for_publisher, wait_for_subscribers
from benchmarks.workloads.work import UNLIMITED, Figures, Work, Workload

FEW = 10
DISTINCT = 1000  # messages, over all topics; as many for few, or they would lie in a nearer cache
PROBES = (b"?few", b"?many")
MARKS = (b"!few", b"!many")


def topic(number: int) -> bytes:
    """Return a topic that is no prefix of another."""
    return b"topic %07d " % number


def publish_twice(work: Work) -> Figures:
    """Publish to few subscriptions, and the same number of messages to many."""
    with work.bind("PUB", hwm=UNLIMITED) as socket, work.bind("PULL", "gate") as gate:
        work.announce(socket, gate)
        for known, probe, mark in zip((FEW, work.peers), PROBES, MARKS, strict=True):
            wait_for_subscribers(socket, gate, probe, mark)
            spread = (index * known // DISTINCT for index in range(DISTINCT))
            messages = [topic(number).ljust(work.size, b".") for number in spread]
            for index in range(work.count):
                socket.send(messages[index % len(messages)])
            gate.recv()
    return {}


def subscribe_twice(work: Work) -> Figures:
    """Take the rate with few subscriptions and with many."""
    rates = []
    with work.connect("SUB", hwm=UNLIMITED) as socket, work.connect("PUSH", 1) as gate:
        for first, end, probe, mark in (
            (0, FEW, PROBES[0], MARKS[0]),
            (FEW, work.peers, PROBES[1], MARKS[1]),
        ):
            for number in range(first, end):
                socket.subscribe(topic(number))
            socket.subscribe(mark)
            socket.subscribe(probe)  # the last: when a probe comes all the others are known
            wait_for_publisher([socket], gate, mark)
            start = perf_counter()
            receive_all(work.zmq, [socket], work.count)
            rates.append(work.count / (perf_counter() - start))
            gate.send(b"done")
    few, many = rates
    return {"few": few, "many": many, "share": many / few}


SUBSCRIPTIONS = Workload("subscriptions", (publish_twice, subscribe_twice))
