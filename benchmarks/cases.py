"""What is measured: one row a case."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch

from benchmarks.libraries import BASELINE, SOCKETS, ZEROWIRE, ZEROWIRE_PLAIN, Library
from benchmarks.workloads import asyncio_tasks, curve
from benchmarks.workloads.crowd import CROWD
from benchmarks.workloads.delay import FAIRNESS, PACED
from benchmarks.workloads.devices import QUEUE, STREAMER
from benchmarks.workloads.many import DEALER_ROUTER, PUBLISH
from benchmarks.workloads.push_pull import COST, MULTIPART, PUSH_PULL
from benchmarks.workloads.round_trip import ROUND_TRIP
from benchmarks.workloads.start_up import START_UP
from benchmarks.workloads.subscriptions import SUBSCRIPTIONS
from benchmarks.workloads.work import Role, Workload

LEAST = 20  # messages, or peers of a crowd, however small the scale
CROWDED = 100  # peers from which their number is scaled, too
ITSELF = "itself"


@dataclass(frozen=True)
class Goal:
    """What a library is to reach.

    Attributes:
        wanted: The ratio of its median to another's: at least, where more is better; else at most.
        library: Whose goal it is.
        to: The other; ITSELF where the figure is a ratio already.
    """

    wanted: float
    library: str = ZEROWIRE
    to: str = BASELINE


@dataclass(frozen=True)
class Case:
    """A figure that a workload yields.

    Attributes:
        name: What tables call it.
        workload: What its processes do.
        figure: Which of the workload's results this is, a name in UNITS.
        transport, size: Where, and with how many octets a message or frame.
        count: Messages in a full measurement; few enough to take a second or two.
        goals: What is wanted.
        peers, rate, parts: See Work.
        has_sockets: Whether it is measured with bare sockets, too.
    """

    name: str
    workload: Workload
    figure: str
    transport: str
    size: int
    count: int
    goals: tuple[Goal, ...] = ()
    peers: int = 1
    rate: int = 0
    parts: int = 1
    has_sockets: bool = False

    @property
    def unit(self) -> str:
        """What the figure is counted in."""
        return UNITS[self.figure][0]

    @property
    def higher_is_better(self) -> bool:
        """Whether a greater figure is the better one."""
        return UNITS[self.figure][1]

    @property
    def measurement(self) -> tuple[object, ...]:
        """What cases have in common that one run of the processes serves."""
        return (self.workload.roles, self.transport, self.size, self.count, self.peers, self.rate, self.parts)

    def roles(self, library: Library) -> tuple[Role, ...]:
        """Return what each process does; nothing if the case makes no sense for the library."""
        if library.name == SOCKETS:
            return self.workload.sockets if self.has_sockets else ()
        return self.workload.roles

    def scaled_count(self, scale: float) -> int:
        """Return the number of messages at a scale."""
        return max(min(self.count, LEAST), int(self.count * scale))

    def scaled_peers(self, scale: float) -> int:
        """Return the number of peers at a scale: only a crowd becomes smaller, and none larger."""
        return self.peers if self.peers <= CROWDED else max(LEAST, int(self.peers * min(1.0, scale)))


UNITS = {
    "rate": ("msg/s", True),
    "p50": ("us", False),
    "p99": ("us", False),
    "p99.9": ("us", False),
    "peers": ("peers/s", True),
    "memory": ("KiB/peer", False),
    "few": ("msg/s", True),
    "many": ("msg/s", True),
    "share": ("of 1", True),
    "start": ("ms", False),
    "cpu": ("s", False),
    "growth": ("KiB", False),
}


def fast(ratio: float, plain: float | None = None) -> tuple[Goal, ...]:
    """Want a ratio to the baseline, and perhaps one of the library without its compiled parts."""
    return (Goal(ratio), *([Goal(plain, ZEROWIRE_PLAIN)] if plain is not None else []))


def near(ratio: float, sockets: float) -> tuple[Goal, ...]:
    """Want a ratio to the baseline, and one to bare sockets."""
    return (Goal(ratio), Goal(sockets, to=SOCKETS))


def throughput(
    transport: str, size: int, count: int, goals: tuple[Goal, ...] = (), *, has_sockets: bool = False
) -> Case:
    """Return a row of PUSH and PULL."""
    name = f"push-pull {transport} {size}"
    return Case(name, PUSH_PULL, "rate", transport, size, count, goals, has_sockets=has_sockets)


def round_trip(transport: str, figure: str, goals: tuple[Goal, ...] = ()) -> Case:
    """Return a row of REQ and REP."""
    name = f"round trip {transport} {figure}"
    has_sockets = transport != "inproc"
    return Case(name, ROUND_TRIP, figure, transport, 16, 20_000, goals, has_sockets=has_sockets)


def paced(rate: int, seconds: int, figure: str) -> Case:
    """Return a row of the delay one way."""
    return Case(f"paced tcp {rate} {figure}", PACED, figure, "tcp", 128, rate * seconds, fast(1), rate=rate)


def crowd(peers: int, figure: str, goals: tuple[Goal, ...] = ()) -> Case:
    """Return a row of peers that connect and say hello."""
    return Case(f"connections {peers} {figure}", CROWD, figure, "tcp", 8, peers, goals, peers)


def in_a_loop(figure: str, goals: tuple[Goal, ...] = ()) -> Case:
    """Return a row of REQ and REP in event loops."""
    name = f"asyncio round trip tcp {figure}"
    return Case(name, asyncio_tasks.ROUND_TRIP, figure, "tcp", 16, 10_000, goals)


CASES = (
    throughput("tcp", 16, 4_000_000, fast(6, plain=1)),
    throughput("tcp", 128, 4_000_000, fast(5, plain=1)),
    throughput("tcp", 1024, 2_000_000, fast(3.5, plain=1)),
    throughput("tcp", 65536, 40_000, near(2, sockets=0.8), has_sockets=True),
    throughput("tcp", 1048576, 3_000, near(1.5, sockets=0.8), has_sockets=True),
    throughput("ipc", 16, 4_000_000, fast(6)),
    throughput("ipc", 128, 4_000_000, fast(5)),
    throughput("ipc", 1024, 2_000_000, fast(3.5)),
    throughput("ipc", 65536, 40_000, near(2, sockets=0.8), has_sockets=True),
    throughput("ipc", 1048576, 3_000, near(1.5, sockets=0.8), has_sockets=True),
    throughput("inproc", 16, 300_000),
    throughput("inproc", 128, 2_000_000, fast(5)),
    throughput("inproc", 1024, 300_000),
    throughput("inproc", 65536, 20_000),
    throughput("inproc", 1048576, 1_500),
    round_trip("tcp", "p50", (*near(0.5, sockets=1.3), Goal(0.6, ZEROWIRE_PLAIN))),
    round_trip("tcp", "p99", fast(1)),
    round_trip("tcp", "p99.9"),
    round_trip("ipc", "p50", near(0.5, sockets=1.3)),
    round_trip("ipc", "p99", fast(1)),
    round_trip("ipc", "p99.9"),
    round_trip("inproc", "p50", fast(0.6)),
    round_trip("inproc", "p99"),
    round_trip("inproc", "p99.9"),
    paced(1_000, 3, "p50"),
    paced(1_000, 3, "p99"),
    paced(10_000, 2, "p50"),
    paced(10_000, 2, "p99"),
    paced(100_000, 2, "p50"),
    paced(100_000, 2, "p99"),
    Case("fairness quiet p99", FAIRNESS, "p99", "tcp", 64, 1_800, fast(1), peers=9, rate=900),
    #    name                         workload       figure  transport size count  goals    peers
    Case("pub 1 subscriber", PUBLISH, "rate", "tcp", 128, 2_000_000, fast(5), 1),
    Case("pub 20 subscribers", PUBLISH, "rate", "tcp", 128, 60_000, fast(3), 20),
    Case("pub 100 subscribers", PUBLISH, "rate", "tcp", 128, 12_000, fast(3), 100),
    Case("dealer-router 1 peer", DEALER_ROUTER, "rate", "tcp", 128, 100_000, (), 1),
    Case("dealer-router 10 peers", DEALER_ROUTER, "rate", "tcp", 128, 100_000, (), 10),
    Case("dealer-router 100 peers", DEALER_ROUTER, "rate", "tcp", 128, 100_000, (), 100),
    Case("device streamer", STREAMER, "rate", "tcp", 128, 1_000_000, fast(3)),
    Case("device queue", QUEUE, "rate", "tcp", 128, 150_000, fast(3)),
    crowd(2_000, "peers", fast(2)),
    crowd(2_000, "memory", fast(1)),
    crowd(10_000, "peers"),
    crowd(10_000, "memory"),
    Case("multipart 2 of 100", MULTIPART, "rate", "tcp", 100, 300_000, parts=2),
    Case("multipart 4 of 100", MULTIPART, "rate", "tcp", 100, 200_000, parts=4),
    Case("multipart 3 of 10240", MULTIPART, "rate", "tcp", 10_240, 30_000, parts=3),
    Case("multipart 2 of 1048576", MULTIPART, "rate", "tcp", 1_048_576, 700, parts=2),
    Case("subscriptions 10", SUBSCRIPTIONS, "few", "tcp", 128, 1_000_000, (), 100_000),
    Case("subscriptions 100000", SUBSCRIPTIONS, "many", "tcp", 128, 1_000_000, (), 100_000),
    Case(
        "subscriptions 100000 against 10",
        SUBSCRIPTIONS,
        "share",
        "tcp",
        128,
        1_000_000,
        (Goal(1, to=ITSELF),),
        100_000,
    ),
    Case("asyncio push-pull tcp 128", asyncio_tasks.PUSH_PULL, "rate", "tcp", 128, 500_000, fast(20)),
    in_a_loop("p50", fast(0.4)),
    in_a_loop("p99"),
    Case("asyncio ticker kept", asyncio_tasks.TICKER, "share", "tcp", 128, 500, (Goal(0.95, to=ITSELF),)),
    Case("asyncio ticker p99", asyncio_tasks.TICKER, "p99", "tcp", 128, 500, fast(1)),
    Case("curve push-pull tcp 128", curve.PUSH_PULL, "rate", "tcp", 128, 500_000, fast(1)),
    Case("curve push-pull tcp 65536", curve.PUSH_PULL, "rate", "tcp", 65536, 20_000, fast(1.2)),
    Case("curve round trip tcp p50", curve.ROUND_TRIP, "p50", "tcp", 16, 20_000, fast(0.6)),
    Case("curve round trip tcp p99", curve.ROUND_TRIP, "p99", "tcp", 16, 20_000),
    Case("curve strangers p99", curve.STRANGERS, "p99", "tcp", 16, 10_000, (), 1_000),
    Case(
        "curve strangers alone against beside",
        curve.STRANGERS,
        "share",
        "tcp",
        16,
        10_000,
        (Goal(0.5, to=ITSELF),),
        1_000,
    ),
    Case("start-up", START_UP, "start", "tcp", 1, 5, fast(1)),
    Case("cost of a million cpu", COST, "cpu", "tcp", 128, 1_000_000, fast(0.25)),
    Case("cost of a million memory", COST, "growth", "tcp", 128, 1_000_000),
)


def choose(patterns: list[str]) -> list[Case]:
    """Return the cases whose names match a pattern; without patterns those that have a goal.

    The figures of one measurement come together: asking for one p50 costs no more than for p99 too.
    """
    if patterns:
        return [case for case in CASES if any(fnmatch(case.name, f"*{pattern}*") for pattern in patterns)]
    wanted = {case.measurement for case in CASES if case.goals}
    return [case for case in CASES if case.measurement in wanted]
