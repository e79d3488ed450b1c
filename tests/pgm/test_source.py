"""What a publisher says, and when."""

from __future__ import annotations

from ipaddress import ip_address
from itertools import pairwise

from zerowire.pgm.packet import Kind, Packet, Tsi, decode
from zerowire.pgm.source import (
    AMBIENT,
    AMBIENT_IDLE,
    ANSWER_TIME,
    AT_FIRST,
    AT_LAST,
    HEARTBEATS,
    MOST_REPAIRS,
    Limits,
    Source,
)

TSI, PORT = Tsi(b"source", 4242), 5555
HERE, GROUP = ip_address("10.0.0.1"), ip_address("239.1.1.1")
ENDLESS = 1e12


def source(rate: float = ENDLESS, burst: float = ENDLESS, window: int = 1 << 20, first: int = 0) -> Source:
    return Source(TSI, PORT, HERE, limits=Limits(rate, burst, window), now=0.0, first=first)


def said(one: Source) -> list[Packet]:
    return [decode(octets) for octets in one.packets_to_send()]


def nak(*numbers: int, tsi: Tsi = TSI) -> Packet:
    first, *others = numbers
    return Packet(Kind.NAK, tsi, PORT, sequence=first, path=HERE, group=GROUP, others=tuple(others))


def kinds(packets: list[Packet]) -> list[Kind]:
    return [packet.kind for packet in packets]


def times_of_spms(one: Source, until: float) -> list[float]:
    """Let time pass; return when a SPM came."""
    times = []
    while (now := one.next_timeout()) <= until:
        one.handle_timeout(now)
        times += [now for packet in said(one) if packet.kind is Kind.SPM]
    return times


def test_session_begins_with_an_empty_window() -> None:
    """Who knows it before the first data misses nothing of it, and can ask."""
    spms = said(source())
    assert kinds(spms) == [Kind.SPM] * AT_FIRST
    assert [spm.sequence for spm in spms] == [0, 1, 2]
    assert all((spm.trail, spm.lead, spm.path) == (0, 2**32 - 1, HERE) for spm in spms)


def test_data_is_numbered() -> None:
    one = source(first=2**32 - 1)
    said(one)
    assert one.try_send(b"one", 0.0)
    assert one.try_send(b"two", 0.0)
    packets = said(one)
    assert kinds(packets) == [Kind.ODATA] * 2
    assert [(packet.sequence, packet.trail, packet.data) for packet in packets] == [
        (2**32 - 1, 2**32 - 1, b"one"),
        (0, 2**32 - 1, b"two"),
    ]


def test_rate_counts_headers() -> None:
    one = source(rate=1000.0, burst=152.0)
    assert one.try_send(bytes(100), 0.0)
    assert not one.try_send(bytes(100), 0.1)
    assert abs(one.ready_at(bytes(100)) - 0.152) < 1e-9
    assert one.try_send(bytes(100), 0.1521)


def test_heartbeats_follow_the_last_data_ever_more_slowly() -> None:
    one = source()
    said(one)
    one.try_send(b"x", 5.0)
    said(one)
    found = times_of_spms(one, 5.0 + HEARTBEATS[-1])
    assert [round(time - 5.0, 6) for time in found if time > 5.0] == list(HEARTBEATS)


def test_heartbeats_follow_repairs_too() -> None:
    """A receiver of libzmq keeps what it has until another packet comes."""
    one = source()
    one.try_send(b"x", 0.0)
    times_of_spms(one, 20.0)
    one.receive(nak(0), 20.0)
    assert kinds(said(one)) == [Kind.NCF, Kind.RDATA]
    found = times_of_spms(one, 20.5)
    assert [round(time - 20.0, 6) for time in found if time > 20.0] == list(HEARTBEATS[:5])


def test_idle_source_says_little() -> None:
    one = source()
    said(one)
    assert times_of_spms(one, 100.0) == [AMBIENT_IDLE, 2 * AMBIENT_IDLE, 3 * AMBIENT_IDLE]


def test_spm_comes_every_second_under_load() -> None:
    """RFC 3208, 5.1.6"""
    one = source()
    said(one)
    now, found = 0.0, []
    while now < 10.0:
        now += 0.05
        one.try_send(b"x", now)
        one.handle_timeout(now)
        found += [now for packet in said(one) if packet.kind is Kind.SPM]
    assert 8 <= len(found) <= 11
    assert max(later - sooner for sooner, later in pairwise(found)) < AMBIENT + 0.1


def test_complaint_is_confirmed_and_repaired() -> None:
    one = source()
    for number in range(5):
        one.try_send(b"%d" % number, 0.0)
    said(one)
    one.receive(nak(1, 3), 0.1)
    ncf, first, second = said(one)
    assert (ncf.kind, ncf.sequence, ncf.others) == (Kind.NCF, 1, (3,))
    assert (ncf.path, ncf.group) == (HERE, GROUP)
    assert [(packet.kind, packet.sequence, packet.data) for packet in (first, second)] == [
        (Kind.RDATA, 1, b"1"),
        (Kind.RDATA, 3, b"3"),
    ]
    assert (one.complaints, one.repaired) == (2, 2)


def test_complaint_is_confirmed_in_its_own_words() -> None:
    """A receiver of several groups names the one that it sends to, and expects it back."""
    one = source()
    one.try_send(b"x", 0.0)
    said(one)
    complaint = nak(0)
    complaint.group = ip_address("239.9.9.9")
    one.receive(complaint, 0.1)
    assert said(one)[0].group == complaint.group


def test_complaint_about_what_is_gone_is_answered_with_the_window() -> None:
    one = source(window=2 * 53)
    for number in range(5):
        one.try_send(b"%d" % number, 0.0)
    said(one)
    one.receive(nak(0, 1), 0.1)
    (spm,) = said(one)
    assert (spm.kind, spm.trail, spm.lead) == (Kind.SPM, 3, 4)
    one.receive(nak(0), 0.1 + ANSWER_TIME / 2)
    assert said(one) == []
    assert one.repaired == 0


def test_complaint_about_what_was_never_sent_is_not_confirmed() -> None:
    """A receiver would take the confirmation for news of a packet."""
    one = source()
    one.try_send(b"x", 0.0)
    said(one)
    one.receive(nak(1, 2, 2**31), 0.1)
    assert kinds(said(one)) in ([], [Kind.SPM])


def test_other_sessions_are_none_of_ours() -> None:
    one = source()
    one.try_send(b"x", 0.0)
    said(one)
    one.receive(nak(0, tsi=Tsi(b"others", 1)), 0.1)
    other_port = nak(0)
    other_port.port = 1
    one.receive(other_port, 0.1)
    one.receive(Packet(Kind.NCF, TSI, PORT, sequence=0), 0.1)
    assert said(one) == []
    assert one.complaints == 0


def test_question_for_the_window_is_answered_but_not_everybody_in_turn() -> None:
    one = source()
    said(one)
    for _ in range(5):
        one.receive(Packet(Kind.SPMR, TSI, PORT), 1.0)
    assert kinds(said(one)) == [Kind.SPM]
    one.receive(Packet(Kind.SPMR, TSI, PORT), 1.0 + ANSWER_TIME)
    assert kinds(said(one)) == [Kind.SPM]


def test_repairs_have_a_rate_too_and_go_on_when_it_allows() -> None:
    one = source(rate=15_200.0, burst=1520.0, window=1 << 20)
    now = 0.0
    for _ in range(50):
        while not one.try_send(bytes(100), now):
            now = one.ready_at(bytes(100)) + 1e-6
    said(one)
    now += 10.0
    one.handle_timeout(now)
    said(one)
    one.receive(nak(*range(50)), now)
    at_once = [packet for packet in said(one) if packet.kind is Kind.RDATA]
    assert 5 <= len(at_once) < 12
    one.receive(nak(*range(50)), now)  # who asks again changes nothing
    end = now
    later: list[Packet] = []
    while len(at_once) + len(later) < 50:
        end = one.next_timeout() + 1e-6
        one.handle_timeout(end)
        later += [packet for packet in said(one) if packet.kind is Kind.RDATA]
    assert [packet.sequence for packet in at_once + later] == list(range(50))
    assert end - now >= 0.35


def test_flood_of_complaints_is_bounded() -> None:
    one = source(rate=1.0, burst=1.0, window=1 << 30)
    for _ in range(2 * MOST_REPAIRS):
        one.window.append(b"x")
    said(one)
    for start in range(0, 2 * MOST_REPAIRS, 63):
        one.receive(nak(*range(start, start + 63)), 0.0)
    assert len(one._repairs) == len(one._wanted) == MOST_REPAIRS
    assert len(said(one)) <= 3


def test_repair_that_left_the_window_meanwhile_is_dropped() -> None:
    one = source(rate=1000.0, burst=100.0, window=10 * 53)
    one._repair_bucket.take(1000, 0.0)
    for _ in range(10):
        one.window.append(b"x")
    said(one)
    one.receive(nak(0, 9), 0.0)
    assert said(one) == []
    one.window.append(b"x")  # 0 is gone
    one.handle_timeout(one.next_timeout())
    one.handle_timeout(10.0)
    assert [packet.sequence for packet in said(one) if packet.kind is Kind.RDATA] == [9]


def test_session_ends_with_good_byes() -> None:
    one = source()
    said(one)
    one.finish(1.0)
    byes = said(one)
    assert len(byes) == AT_LAST
    assert all(packet.kind is Kind.SPM and packet.fin for packet in byes)
