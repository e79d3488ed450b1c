"""PUSH and PULL, and REQ and REP, with all that they say in CURVE's boxes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from benchmarks.workloads import push_pull, round_trip
from benchmarks.workloads.work import Figures, Work, Workload

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
