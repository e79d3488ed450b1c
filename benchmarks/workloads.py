"""What one process pair does, written against the interface that the libraries share.

A workload is called once on each side, bound and connected. It returns its figures on the
side that takes them, and an empty dict on the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter, perf_counter_ns
from typing import Any

WARM_UP = 500
WINDOW = 100  # requests in flight
HWM = 1000


@dataclass(frozen=True)
class Work:
    """One side's part in a measurement.

    Attributes:
        zmq: The library.
        context: A context of it.
        endpoint: Where to bind or connect.
        is_bound: Which side this is.
        announce: Called by the bound side with its endpoint once it can be connected to.
        size: Octets a message.
        count: Messages to measure.
    """

    zmq: Any
    context: Any
    endpoint: str
    is_bound: bool
    announce: Callable[[str], None]
    size: int
    count: int

    def open(self, bound: str, connected: str) -> Any:
        """Open this side's socket, given the types of both."""
        socket = self.context.socket(getattr(self.zmq, bound if self.is_bound else connected))
        socket.set_hwm(HWM)
        if self.is_bound:
            socket.bind(self.endpoint)
            self.announce(socket.get_string(self.zmq.LAST_ENDPOINT).rstrip("\0"))
        else:
            socket.connect(self.endpoint)
        return socket


def round_trip(work: Work) -> dict[str, float]:
    """REQ asks REP and waits for the answer; microseconds."""
    total = WARM_UP + work.count
    with work.open("REP", "REQ") as socket:
        if work.is_bound:
            for _ in range(total):
                socket.send(socket.recv())
            return {}
        data = bytes(work.size)
        times = []
        for _ in range(total):
            start = perf_counter_ns()
            socket.send(data)
            socket.recv()
            times.append(perf_counter_ns() - start)
    times = sorted(times[WARM_UP:])
    return {"p50": times[len(times) // 2] / 1000, "p99": times[len(times) * 99 // 100] / 1000}


def push_pull(work: Work) -> dict[str, float]:
    """PUSH sends without pause; the rate is the receiver's."""
    warm_up = WARM_UP + work.count // 10
    with work.open("PULL", "PUSH") as socket:
        if not work.is_bound:
            data = bytes(work.size)
            for _ in range(warm_up + work.count):
                socket.send(data)
            return {}
        for _ in range(warm_up):
            socket.recv()
        start = perf_counter()
        for _ in range(work.count):
            socket.recv()
        return {"rate": work.count / (perf_counter() - start)}


def dealer_router(work: Work) -> dict[str, float]:
    """DEALER keeps WINDOW requests in flight, ROUTER answers each; answers a second."""
    total = WARM_UP + work.count
    with work.open("ROUTER", "DEALER") as socket:
        if work.is_bound:
            for _ in range(total):
                socket.send_multipart(socket.recv_multipart())
            return {}
        data = bytes(work.size)
        for _ in range(WINDOW):
            socket.send(data)
        for index in range(total):
            if index == WARM_UP:
                start = perf_counter()
            socket.recv()
            if index < total - WINDOW:
                socket.send(data)
        return {"rate": work.count / (perf_counter() - start)}
