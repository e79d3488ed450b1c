"""REQ asks REP and waits for the answer: how long that takes."""

from __future__ import annotations

from socket import MSG_WAITALL
from time import perf_counter_ns

from benchmarks.workloads import bare
from benchmarks.workloads.work import Figures, Work, Workload, percentiles


def answer(work: Work) -> Figures:
    """Send back what comes."""
    with work.bind("REP") as socket:
        work.announce(socket)
        for _ in range(work.warm_up + work.count):
            socket.send(socket.recv())
    return {}


def ask(work: Work) -> Figures:
    """Time each question from before it is sent until after its answer is there."""
    data = bytes(work.size)
    times = []
    with work.connect("REQ") as socket:
        for _ in range(work.warm_up + work.count):
            start = perf_counter_ns()
            socket.send(data)
            socket.recv()
            times.append(perf_counter_ns() - start)
    return percentiles(times[work.warm_up :])


def bare_answer(work: Work) -> Figures:
    """Send back what comes."""
    with bare.listen(work.place) as listener:
        work.tell([bare.endpoint_of(listener)])
        with bare.accept(listener) as stream:
            for _ in range(work.warm_up + work.count):
                stream.sendall(stream.recv(work.size, MSG_WAITALL))
    return {}


def bare_ask(work: Work) -> Figures:
    """Time each question as ask() does."""
    data = bytes(work.size)
    times = []
    with bare.connect(work.targets[0]) as stream:
        for _ in range(work.warm_up + work.count):
            start = perf_counter_ns()
            stream.sendall(data)
            stream.recv(work.size, MSG_WAITALL)
            times.append(perf_counter_ns() - start)
    return percentiles(times[work.warm_up :])


ROUND_TRIP = Workload("round trip", (answer, ask), sockets=(bare_answer, bare_ask))
