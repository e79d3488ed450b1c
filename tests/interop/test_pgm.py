"""Multicast with libzmq, between two hosts that exist only for these tests (features 2.7).

They need the right to make network namespaces, and a libzmq that is built with OpenPGM.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from tests.interop import pgm_libzmq
from tests.interop.library import wait_until
from tests.interop.pgm_lab import GROUPS, Lab, LabSocket

OURS, THEIRS = "zerowire", "libzmq"
PAIRS = [(OURS, THEIRS), (THEIRS, OURS), (OURS, OURS)]
FAST = {"rate": 50_000, "recovery_ivl": 2000, "sndhwm": 10_000, "rcvhwm": 10_000}
IDLE = 3000  # milliseconds without a message after which nothing more is expected

needs_nft = pytest.mark.skipif(not Lab.can_lose(), reason="losing packets needs nft, of nftables")


@pytest.fixture(scope="module")
def hosts() -> Iterator[Lab]:
    made = Lab()
    try:
        made.build()
    except (OSError, RuntimeError) as error:
        made.remove()
        pytest.skip(f"no network namespaces here: {error}")
    yield made
    made.remove()


@pytest.fixture
def lab(hosts: Lab) -> Iterator[Lab]:
    """Two hosts, without peers at first."""
    yield hosts
    hosts.clear()


@pytest.fixture(params=PAIRS, ids=lambda pair: "-".join(pair))
def pair(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The libraries of publisher and subscriber."""
    libraries: tuple[str, str] = request.param
    if THEIRS in libraries and pgm_libzmq.load() is None:
        pytest.skip("no libzmq with PGM here: libzmq5 of Debian has it")
    return libraries


def joined(
    lab: Lab, pair: tuple[str, str], scheme: str = "epgm", version: int = 4, **options: Any
) -> tuple[LabSocket, LabSocket]:
    """Return a PUB on the first host and a SUB on the second, which listens already."""
    options = {**FAST, **options}
    sub = lab.peer(pair[1], lab.b).socket("SUB", **options)
    sub.join(scheme, version)
    pub = lab.peer(pair[0], lab.a).socket("PUB", **options)
    pub.join(scheme, version)
    return pub, sub


def exchange(
    pub: LabSocket,
    sub: LabSocket,
    count: int,
    *,
    first: int = 0,
    size: int = 100,
    parts: int = 1,
    pause: float = 0.0,
) -> list[list[int]]:
    """Send numbered messages, and return the runs of numbers that arrive."""
    sub.ask("recv_numbers", first + count - 1, IDLE)
    pub.send_numbers(first, count, size, parts, pause)
    runs: list[list[int]] = sub.peer.answer()
    return runs


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("scheme", ["epgm", "pgm"])
def test_messages_arrive(lab: Lab, pair: tuple[str, str], scheme: str, version: int) -> None:
    """PGM-1, PGM-2"""
    pub, sub = joined(lab, pair, scheme, version)
    assert exchange(pub, sub, 200) == [[0, 199]]
    assert exchange(pub, sub, 100, first=200, size=3000, parts=3) == [[200, 299]]


def test_messages_of_all_sizes_arrive(lab: Lab, pair: tuple[str, str]) -> None:
    pub, sub = joined(lab, pair, rate=200_000)
    for size in (1, 252, 253, 254, 1424, 1426, 1428, 65_536, 1 << 20):
        message = [b"x" * size, b"", b"y" * size]
        for _ in range(2):
            pub.send(message)
            assert sub.recv(10_000) == message


def test_packets_that_the_system_takes_for_one_arrive(lab: Lab, pair: tuple[str, str]) -> None:
    """UDP_SEGMENT and UDP_GRO: a cable that passes them on as they are."""
    for host in (lab.a, lab.b):
        host.cut_runs(64)
    try:
        pub, sub = joined(lab, pair, rate=500_000)
        assert exchange(pub, sub, 2000, size=600, parts=2) == [[0, 1999]]
    finally:
        for host in (lab.a, lab.b):
            host.cut_runs(1)


def test_xpub_and_xsub(lab: Lab, pair: tuple[str, str]) -> None:
    """PGM-3: an XPUB is told nothing, as nobody can tell it."""
    sub = lab.peer(pair[1], lab.b).socket("XSUB", **FAST)
    sub.send([b"\1"])
    sub.join()
    pub = lab.peer(pair[0], lab.a).socket("XPUB", **FAST)
    pub.join()
    assert exchange(pub, sub, 10) == [[0, 9]]
    assert pub.recv(50) is None


def test_subscriber_filters(lab: Lab, pair: tuple[str, str]) -> None:
    pub, sub = joined(lab, pair)
    sub.setsockopt("SUBSCRIBE", b"1")
    sub.setsockopt("UNSUBSCRIBE", b"")
    pub.send_numbers(0, 21, 10, 1, 0)
    assert sub.recv_numbers(19, IDLE) == [[1, 1], [10, 19]]


def test_late_joiner_misses_only_the_past(lab: Lab, pair: tuple[str, str]) -> None:
    pub, first = joined(lab, pair)
    assert exchange(pub, first, 20, size=2000) == [[0, 19]]
    late = lab.peer(pair[1], lab.b).socket("SUB", **FAST)
    late.join()
    assert exchange(pub, late, 20, first=20, size=2000) == [[20, 39]]


def test_publisher_that_is_restarted_is_heard_again(lab: Lab, pair: tuple[str, str]) -> None:
    pub, sub = joined(lab, pair)
    assert exchange(pub, sub, 20) == [[0, 19]]
    pub.peer.kill()
    again = lab.peer(pair[0], lab.a).socket("PUB", **FAST)
    again.join()
    assert exchange(again, sub, 20, first=20) == [[20, 39]]


def test_numbers_of_packets_wrap(lab: Lab) -> None:
    if pgm_libzmq.load() is None:
        pytest.skip("no libzmq with PGM here")
    for library in (THEIRS, OURS):
        publisher = lab.peer(OURS, lab.a)
        publisher.call("begin_at", 2**32 - 20)
        sub = lab.peer(library, lab.b).socket("SUB", **FAST)
        sub.join()
        pub = publisher.socket("PUB", **FAST)
        pub.join()
        assert exchange(pub, sub, 60, size=1400) == [[0, 59]]
        lab.clear()


@needs_nft
def test_numbers_of_packets_wrap_while_some_are_lost(lab: Lab) -> None:
    for library in (THEIRS, OURS):
        if library == THEIRS and pgm_libzmq.load() is None:
            continue
        publisher = lab.peer(OURS, lab.a)
        publisher.call("begin_at", 2**32 - 20)
        sub = lab.peer(library, lab.b).socket("SUB", **FAST)
        sub.join()
        pub = publisher.socket("PUB", **FAST)
        pub.join()
        lab.b.lose(30, "ODATA")
        assert exchange(pub, sub, 60, size=1400) == [[0, 59]]
        lab.clear()


def test_group_of_somebody_else_is_not_heard(lab: Lab) -> None:
    """libzmq would: it hears what anybody on its machine has joined."""
    pub, sub = joined(lab, (OURS, OURS))
    other = lab.a.endpoint(group="239.192.77.2"), lab.b.endpoint(group="239.192.77.2")
    elsewhere = lab.peer(OURS, lab.b).socket("SUB", **FAST)
    elsewhere.bind(other[1])
    stranger = lab.peer(OURS, lab.a).socket("PUB", **FAST)
    stranger.bind(other[0])
    assert exchange(stranger, elsewhere, 10) == [[0, 9]]
    assert exchange(pub, sub, 10, first=10) == [[10, 19]]


def test_subscriber_on_the_machine_of_a_publisher(lab: Lab) -> None:
    """MULTICAST_LOOP. libzmq never publishes to its own machine."""
    sub = lab.peer(OURS, lab.a).socket("SUB", **FAST)
    sub.join()
    pub = lab.peer(OURS, lab.a).socket("PUB", **FAST)
    pub.join()
    assert exchange(pub, sub, 10) == [[0, 9]]
    silent = lab.peer(OURS, lab.a).socket("PUB", multicast_loop=0, **FAST)
    silent.join()
    silent.send_numbers(10, 1, 100, 1, 0)
    assert exchange(pub, sub, 10, first=20) == [[20, 29]]


def test_both_libraries_share_a_machine(lab: Lab) -> None:
    if pgm_libzmq.load() is None:
        pytest.skip("no libzmq with PGM here")
    pub, _ = joined(lab, (OURS, OURS))
    subs = [_, *(lab.peer(library, lab.b).socket("SUB", **FAST) for library in (THEIRS, OURS, THEIRS))]
    for sub in subs[1:]:
        sub.join()
    for sub in subs:
        sub.ask("recv_numbers", 49, IDLE)
    pub.send_numbers(0, 50, 500, 1, 0)
    assert [sub.peer.answer() for sub in subs] == [[[0, 49]]] * 4


def test_runs_of_packets_reach_all_who_listen_on_the_machine(lab: Lab) -> None:
    """The system takes them for one until they are heard; only we can hear them as one."""
    if pgm_libzmq.load() is None:
        pytest.skip("no libzmq with PGM here")
    options = {**FAST, "rate": 500_000}
    subs = [lab.peer(library, lab.a).socket("SUB", **options) for library in (THEIRS, OURS)]
    pub = lab.peer(OURS, lab.a).socket("PUB", **options)
    for one in (*subs, pub):
        one.join()
    for sub in subs:
        sub.ask("recv_numbers", 1999, IDLE)
    pub.send_numbers(0, 2000, 600, 2, 0)
    assert [sub.peer.answer() for sub in subs] == [[[0, 1999]]] * 2


def test_rate_is_that_of_libzmq(lab: Lab, pair: tuple[str, str]) -> None:
    """RATE: what one second allows goes at once, the rest one after another."""
    pub, sub = joined(lab, pair, rate=100)
    sub.ask("recv_times", 16, IDLE)
    pub.send_numbers(0, 16, 1000, 1, 0)
    times = sub.peer.answer()
    at_once = sum(time - times[0] < 0.05 for time in times)
    assert 10 <= at_once <= 13
    assert times[-1] - times[0] > 0.2


def test_example_programs_understand_libzmq(lab: Lab) -> None:
    """Each of them, with a libzmq at the other end."""
    if pgm_libzmq.load() is None:
        pytest.skip("no libzmq with PGM here")
    sub = lab.peer(THEIRS, lab.b).socket("SUB", rate=10_000, recovery_ivl=2000)
    sub.join()
    pub = lab.peer(THEIRS, lab.b).socket("PUB", rate=10_000, recovery_ivl=2000)
    publisher = lab.example(lab.a, "multicast_pub.py", "--count", "3", "--pause", "0")
    assert [sub.recv(IDLE)[0].decode() for _ in range(3)] == publisher.said("Published: ")
    subscriber = lab.example(lab.a, "multicast_sub.py", "--count", "3")
    pub.join()
    for number in range(3):
        pub.send([b"%d draw" % number])
    assert subscriber.said("Received: ") == [f"{number} draw" for number in range(3)]


# -- losses --------------------------------------------------------------------------------------------


@needs_nft
@pytest.mark.parametrize(
    ("scheme", "version", "percent"),
    [("epgm", 4, 1), ("epgm", 4, 5), ("epgm", 4, 20), ("pgm", 4, 20), ("epgm", 6, 20), ("pgm", 6, 5)],
)
def test_nothing_is_lost_that_can_be_repaired(
    lab: Lab, pair: tuple[str, str], scheme: str, version: int, percent: int
) -> None:
    """Packets of all kinds are dropped where they arrive, in both directions."""
    pub, sub = joined(lab, pair, scheme, version)
    for host in (lab.a, lab.b):
        host.lose(percent)
    assert exchange(pub, sub, 500, size=600, parts=2) == [[0, 499]]
    if pair[1] == OURS:
        (stats,) = sub.stats()
        assert stats["lost"] == 0
        assert stats["repaired"] > 0 or percent < 20


@needs_nft
@pytest.mark.parametrize("kind", ["SPM", "ODATA", "RDATA", "NCF", "NAK"])
def test_half_of_the_packets_of_a_kind_may_be_lost(lab: Lab, pair: tuple[str, str], kind: str) -> None:
    pub, sub = joined(lab, pair)
    if kind == "NAK":
        lab.a.lose(50, kind)
        lab.b.lose_every(10)
    elif kind == "ODATA":
        lab.b.lose(50, kind)
    else:
        lab.b.lose(50, kind, and_data_every=10)
    assert exchange(pub, sub, 200, size=600) == [[0, 199]]


@needs_nft
@pytest.mark.parametrize("library", [THEIRS, OURS])
def test_late_joiner_asks_for_the_window_until_it_is_told(lab: Lab, library: str) -> None:
    """Half of its questions (SPMR) and of the answers are lost. libzmq gives up what it misses meanwhile."""
    if library == THEIRS and pgm_libzmq.load() is None:
        pytest.skip("no libzmq with PGM here")
    pub, first = joined(lab, (library, OURS))
    assert exchange(pub, first, 5) == [[0, 4]]
    lab.a.lose(50, "SPMR")
    lab.b.lose(50, "SPM", and_data_every=10)
    late = lab.peer(OURS, lab.b).socket("SUB", **FAST)
    late.join()
    ((first_heard, last_heard),) = exchange(pub, late, 200, first=5, size=600, pause=0.002)
    assert first_heard <= 7  # the first packet may be among those that are lost
    assert last_heard == 204


@needs_nft
def test_two_publishers_of_a_machine_repair_each_what_is_theirs(lab: Lab, pair: tuple[str, str]) -> None:
    """The system gives complaints to one of those who share the port; it passes them on."""
    pub, sub = joined(lab, pair)
    other = lab.peer(OURS, lab.a).socket("PUB", **FAST)
    other.join()
    lab.b.lose(30, "ODATA")
    pub.send_numbers(0, 100, 600, 1, 0.001)
    other.send_numbers(1000, 100, 600, 1, 0.001)
    runs = sub.recv_all(200, IDLE)
    assert sorted(runs) == [*range(100), *range(1000, 1100)]
    for start in (0, 1000):
        mine = [number for number in runs if start <= number < start + 100]
        assert all(sooner < later for sooner, later in pairwise(mine))


@needs_nft
def test_loss_beyond_repair_costs_whole_messages(lab: Lab, pair: tuple[str, str]) -> None:
    """The stream goes on at a message, and no parts of different messages are glued together (ours)."""
    pub, sub = joined(lab, pair, rate=2000, recovery_ivl=50)
    assert exchange(pub, sub, 20, size=3000) == [[0, 19]]
    lab.b.lose(100)
    pub.send_numbers(20, 60, 3000, 1, 0.01)
    lab.b.lose_nothing()
    runs = exchange(pub, sub, 60, first=80, size=3000, pause=0.02)
    assert [-1, -1] not in runs
    assert runs[-1][1] == 139
    numbers = [number for first, last in runs for number in range(first, last + 1)]
    assert numbers == sorted(set(numbers))
    assert 20 not in numbers
    if pair[1] == OURS:
        assert sub.stats()[0]["lost"] > 0


@needs_nft
def test_gap_longer_than_the_window_of_libzmq_is_repaired_once_a_spm_has_told_of_it(lab: Lab) -> None:
    """Data alone would leave it waiting for ever, as it does with a publisher of its own."""
    if pgm_libzmq.load() is None:
        pytest.skip("no libzmq with PGM here")
    sub = lab.peer(THEIRS, lab.b).socket("SUB", rate=100, recovery_ivl=10_000)  # 80 packets
    sub.join()
    pub = lab.peer(OURS, lab.a).socket("PUB", **FAST)
    pub.join()
    assert exchange(pub, sub, 10) == [[0, 9]]
    lab.b.lose(100)
    pub.send_numbers(10, 100, 1400, 1, 0)
    wait_until(lambda: pub.stats()[0]["packets"] >= 101)
    lab.b.lose_nothing()
    wait_until(lambda: pub.stats()[0]["asked"] > 0)
    assert exchange(pub, sub, 20, first=110) == [[10, 129]]


@pytest.mark.parametrize("version", [4, 6])
def test_names_of_interfaces_will_do(lab: Lab, version: int) -> None:
    """libzmq asks a name server first."""
    sub = lab.peer(OURS, lab.b).socket("SUB")
    sub.bind(f"epgm://veth0;{GROUPS[version]}:5578")
    pub = lab.peer(OURS, lab.a).socket("PUB")
    pub.bind(f"epgm://veth0;{GROUPS[version]}:5578")
    assert exchange(pub, sub, 5) == [[0, 4]]
    wait_until(lambda: sub.stats()[0]["packets"] > 0)
