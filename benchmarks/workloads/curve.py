"""PUSH and PULL, and REQ and REP, with all that they say in CURVE's boxes; and beside strangers."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from time import perf_counter_ns
from typing import Any

from benchmarks.workloads import bare, push_pull, round_trip
from benchmarks.workloads.crowd import GREETING, allow_descriptors
from benchmarks.workloads.work import Figures, Work, Workload, percentiles

# The pairs that the manual of zmq_curve has as examples; they protect nothing here.
SERVER = {
    "curve_publickey": b"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7",
    "curve_secretkey": b"JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6",
    "curve_server": True,
}
CLIENT = {
    "curve_publickey": b"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID",
    "curve_secretkey": b"D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs",
    "curve_serverkey": SERVER["curve_publickey"],
}


BEGUN = GREETING[:11]  # of a greeting: as much as a peer says before it has heard anything


class Keyed:
    """A context whose sockets have keys."""

    def __init__(self, context: Any, options: dict[str, Any]) -> None:
        self._context = context
        self._options = options

    def socket(self, kind: int) -> Any:
        """Open a socket."""
        socket = self._context.socket(kind)
        for name, value in self._options.items():
            setattr(socket, name, value)
        return socket


def keyed(work: Work, options: dict[str, Any]) -> Work:
    """Return the same work for sockets with keys."""
    return replace(work, context=Keyed(work.context, options))


def pull(work: Work) -> Figures:
    """Do as push_pull, as the server."""
    return push_pull.pull(keyed(work, SERVER))


def push(work: Work) -> Figures:
    """Do as push_pull, as the client."""
    return push_pull.push(keyed(work, CLIENT))


def answer(work: Work) -> Figures:
    """Do as round_trip, as the server."""
    return round_trip.answer(keyed(work, SERVER))


def ask(work: Work) -> Figures:
    """Do as round_trip, as the client."""
    return round_trip.ask(keyed(work, CLIENT))


PUSH_PULL = Workload("curve", (pull, push))
ROUND_TRIP = Workload("curve", (answer, ask))


# -- strangers ---------------------------------------------------------------------------------------


def answer_beside_strangers(work: Work) -> Figures:
    """Send back what comes, for ever."""
    allow_descriptors(work.peers)
    with keyed(work, SERVER).bind("REP") as socket:
        work.announce(socket)
        while True:
            socket.send(socket.recv())


def ask_beside_strangers(work: Work) -> Figures:
    """Ask alone, and while strangers hold connections open on which they say nothing more."""
    allow_descriptors(work.peers)
    with keyed(work, CLIENT).connect("REQ") as socket, ExitStack() as stack:
        ask_for_times(work, socket, work.warm_up)
        alone = percentiles(ask_for_times(work, socket, work.count))
        for number in range(work.peers):
            stranger = stack.enter_context(bare.connect(work.targets[0]))
            stranger.sendall(BEGUN[: number % 2 * len(BEGUN)])
        ask_for_times(work, socket, work.warm_up)
        beside = percentiles(ask_for_times(work, socket, work.count))
    return {**beside, "share": alone["p99"] / beside["p99"]}


def ask_for_times(work: Work, socket: Any, count: int) -> list[int]:
    """Return how many nanoseconds each question and its answer took."""
    data = bytes(work.size)
    times = []
    for _ in range(count):
        start = perf_counter_ns()
        socket.send(data)
        socket.recv()
        times.append(perf_counter_ns() - start)
    return times


STRANGERS = Workload(
    "curve", (answer_beside_strangers, ask_beside_strangers), endless=answer_beside_strangers
)
