"""What is measured: one row a case, and one a library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatch

from benchmarks import workloads
from benchmarks.workloads import Work


@dataclass(frozen=True)
class Library:
    """An implementation to measure.

    Attributes:
        name: What tables call it.
        module: What a program imports.
        environment: Variables that choose among ways to run it.
    """

    name: str
    module: str
    environment: dict[str, str] = field(default_factory=dict)


LIBRARIES = {
    library.name: library
    for library in (
        Library("zerowire", "zerowire", {"ZEROWIRE_PURE": "1"}),
        Library("pyzmq", "zmq"),
    )
}
BASELINE = "pyzmq"


@dataclass(frozen=True)
class Case:
    """A figure that a workload yields.

    Attributes:
        name: What tables call it.
        function: What both sides of a pair do.
        transport, size: Where, and with how many octets a message.
        count: Messages in a full measurement; few enough to take a second or two.
        figure: Which of the workload's results this is.
        unit: What it is counted in.
        higher_is_better: Whether a greater figure is the better one.
        goal: The ratio to the baseline that is wanted, if one is.
    """

    name: str
    function: Callable[[Work], dict[str, float]]
    transport: str
    size: int
    count: int
    figure: str
    unit: str
    higher_is_better: bool
    goal: float | None = None


RTT, PUSH, ASK = workloads.round_trip, workloads.push_pull, workloads.dealer_router

CASES = (
    #    name                       function transport size   count    figure  unit    higher goal
    Case("round trip tcp 16 p50", RTT, "tcp", 16, 5_000, "p50", "us", False, 0.6),
    Case("round trip tcp 16 p99", RTT, "tcp", 16, 5_000, "p99", "us", False),
    Case("push-pull tcp 128", PUSH, "tcp", 128, 300_000, "rate", "msg/s", True, 0.8),
    Case("push-pull tcp 16", PUSH, "tcp", 16, 300_000, "rate", "msg/s", True),
    Case("push-pull tcp 1024", PUSH, "tcp", 1024, 150_000, "rate", "msg/s", True),
    Case("push-pull tcp 65536", PUSH, "tcp", 65536, 10_000, "rate", "msg/s", True),
    Case("push-pull ipc 128", PUSH, "ipc", 128, 300_000, "rate", "msg/s", True),
    Case("push-pull inproc 128", PUSH, "inproc", 128, 300_000, "rate", "msg/s", True),
    Case("round trip ipc 16 p50", RTT, "ipc", 16, 5_000, "p50", "us", False),
    Case("round trip ipc 16 p99", RTT, "ipc", 16, 5_000, "p99", "us", False),
    Case("round trip inproc 16 p50", RTT, "inproc", 16, 5_000, "p50", "us", False),
    Case("round trip tcp 1024 p50", RTT, "tcp", 1024, 5_000, "p50", "us", False),
    Case("dealer-router tcp 128", ASK, "tcp", 128, 50_000, "rate", "msg/s", True),
)


def choose(patterns: list[str]) -> list[Case]:
    """Return the cases whose names match a pattern; without patterns those that have a goal.

    The figures of one measurement come together: asking for one p50 costs no more than for p99 too.
    """
    if patterns:
        return [case for case in CASES if any(fnmatch(case.name, f"*{pattern}*") for pattern in patterns)]
    wanted = {measurement(case) for case in CASES if case.goal is not None}
    return [case for case in CASES if measurement(case) in wanted]


def measurement(case: Case) -> tuple[str, str, int]:
    """Return what cases have in common that one run of a process pair serves."""
    return (case.function.__name__, case.transport, case.size)
