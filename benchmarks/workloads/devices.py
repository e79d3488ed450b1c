"""A device in the middle: zmq.proxy in a process of its own."""

from __future__ import annotations

from benchmarks.workloads.many import deal, route
from benchmarks.workloads.push_pull import pull, push
from benchmarks.workloads.work import Figures, Work, Workload


def stream(work: Work) -> Figures:
    """Pass on from PULL to PUSH, until this process is killed."""
    return join(work, "PULL", "PUSH")


def queue(work: Work) -> Figures:
    """Pass on between ROUTER and DEALER, until this process is killed."""
    return join(work, "ROUTER", "DEALER")


def join(work: Work, front: str, back: str) -> Figures:
    """Run a proxy."""
    with work.bind(front) as bound, work.connect(back) as connected:
        work.announce(bound)
        work.zmq.proxy(bound, connected)
    return {}


STREAMER = Workload("devices", (pull, stream, push), endless=stream)
QUEUE = Workload("devices", (route, queue, deal), endless=queue)
