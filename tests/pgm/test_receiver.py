"""What a subscriber makes of the sources of its group."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import pytest

from tests.pgm.pcap import CAPTURES, PORT, Recorded, read
from zerowire.error import RemoteProtocolError
from zerowire.leaf.checksum import checksum
from zerowire.message import Message, frames_of, size_of
from zerowire.pgm.packet import (
    Fragment,
    Kind,
    Packet,
    Tsi,
    decode,
    encode,
)
from zerowire.pgm.receive_window import BACK_OFF_TIME, DATA_TIME, Loss
from zerowire.pgm.receiver import AFTERLIFE, LIFE, MOST_SOURCES, SPMR_AGAIN, SPMR_LATEST, SPMR_TIME, Receiver
from zerowire.pgm.source import Limits, Source
from zerowire.zmtp.multicast import Assembler

TSI, OTHER = Tsi(b"source", 4242), Tsi(b"source", 4343)
HERE, GROUP = ip_address("10.0.0.1"), ip_address("239.192.1.1")
PLACE = "10.0.0.1"


def receiver(window: int = 100) -> Receiver:
    return Receiver(PORT, GROUP, window=window, random=lambda: 1.0)


def odata(number: int, data: bytes = b"x", tsi: Tsi = TSI, kind: Kind = Kind.ODATA) -> Packet:
    return Packet(kind, tsi, PORT, sequence=number, trail=0, data=data)


def spm(trail: int, lead: int, tsi: Tsi = TSI) -> Packet:
    return Packet(Kind.SPM, tsi, PORT, trail=trail, lead=lead % 2**32, path=HERE)


def ncf(*numbers: int) -> Packet:
    return Packet(Kind.NCF, TSI, PORT, sequence=numbers[0], path=HERE, group=GROUP, others=numbers[1:])


def hear(one: Receiver, *packets: Packet, now: float = 0.0) -> list[bytes | Loss]:
    for packet in packets:
        one.receive(packet, PLACE, now)
    return [what for _, batch in one.take() for what in batch]


def said(one: Receiver) -> list[tuple[str, Packet]]:
    return [(host, decode(octets)) for host, octets in one.packets_to_send()]


def test_stream_begins_where_the_source_is_when_it_is_heard() -> None:
    """What it sent before is not for us, and not missed; what it sends next is."""
    assert hear(receiver(), odata(7, b"7"), odata(6, b"6"), odata(8, b"8")) == [b"7", b"8"]
    one = receiver()
    assert hear(one, spm(0, 6), odata(8, b"8")) == []
    assert hear(one, odata(7, b"7", kind=Kind.RDATA)) == [b"7", b"8"]
    assert hear(receiver(), spm(0, -1), odata(0, b"0")) == [b"0"]


@pytest.mark.parametrize(
    "packet",
    [
        odata(3, kind=Kind.RDATA),
        ncf(3),
        Packet(Kind.NAK, TSI, PORT, sequence=3, path=HERE, group=GROUP),
        Packet(Kind.SPMR, TSI, PORT),
    ],
    ids=lambda packet: packet.kind.name,
)
def test_nothing_else_makes_a_source(packet: Packet) -> None:
    """Repairs for others may be old."""
    one = receiver()
    assert hear(one, packet) == []
    assert one.sources == {}


def test_last_words_of_an_unknown_source_make_none() -> None:
    one, bye = receiver(), spm(0, 5)
    bye.fin = True
    hear(one, bye)
    assert one.sources == {}


def test_sources_are_kept_apart() -> None:
    one = receiver()
    for packet in (odata(1, b"a1"), odata(9, b"b9", OTHER), odata(10, b"b10", OTHER), odata(2, b"a2")):
        one.receive(packet, PLACE, 0.0)
    assert one.take() == [(TSI, [b"a1", b"a2"]), (OTHER, [b"b9", b"b10"])]
    assert one.sources.keys() == {TSI, OTHER}


def test_packets_of_other_ports_and_fragments_are_ignored() -> None:
    """Raw sockets hear all ports; nobody who speaks ZeroMQ sends fragments, which end a libzmq."""
    one = receiver()
    foreign, fragment = odata(0), odata(0)
    foreign.port = PORT + 1
    fragment.fragment = Fragment(0, 0, 10)
    assert hear(one, foreign, fragment) == []
    assert one.sources == {}


def test_missing_packets_are_asked_for_where_the_source_listens() -> None:
    one = receiver()
    hear(one, spm(0, -1), odata(3))
    assert one.next_timeout() == BACK_OFF_TIME
    one.handle_timeout(BACK_OFF_TIME)
    ((host, nak),) = said(one)
    assert host == str(HERE)
    assert (nak.kind, nak.sequence, nak.others, nak.path, nak.group) == (Kind.NAK, 0, (1, 2), HERE, GROUP)
    assert one.sources[TSI].window.asked == 3


def test_many_missing_packets_take_several_naks() -> None:
    one = receiver(window=1000)
    hear(one, spm(0, -1), odata(150))
    one.handle_timeout(BACK_OFF_TIME)
    naks = [nak for _, nak in said(one)]
    assert [1 + len(nak.others) for nak in naks] == [63, 63, 24]
    assert [number for nak in naks for number in (nak.sequence, *nak.others)] == list(range(150))


def test_source_that_serves_little_is_asked_for_one_packet_at_a_time() -> None:
    """libzmq sends one again for each NAK. One that serves all is asked by lists again."""
    one = receiver(window=1000)
    hear(one, spm(0, -1), odata(60))
    now, sizes = 0.0, []
    for served in (range(0), range(50), range(50, 59)):
        now += BACK_OFF_TIME
        one.handle_timeout(now)
        sizes.append([1 + len(nak.others) for _, nak in said(one) if nak.kind is Kind.NAK])
        hear(one, ncf(*range(60)), now=now)
        hear(one, *(odata(number, kind=Kind.RDATA) for number in served), now=now)
        now += DATA_TIME
        one.handle_timeout(now)
    now += BACK_OFF_TIME
    one.handle_timeout(now)
    sizes.append([1 + len(nak.others) for _, nak in said(one) if nak.kind is Kind.NAK])
    assert sizes == [[60], [1] * 60, [10], [1]]


def test_confirmation_for_another_group_is_not_for_us() -> None:
    one = receiver()
    hear(one, spm(0, -1), odata(1))
    foreign = ncf(0)
    foreign.group = ip_address("239.9.9.9")
    hear(one, foreign)
    one.handle_timeout(BACK_OFF_TIME)
    assert [packet.kind for _, packet in said(one)] == [Kind.NAK]
    hear(one, ncf(0), now=0.1)
    one.handle_timeout(0.25)
    assert said(one) == []


def test_source_without_spm_is_asked_for_one_ever_more_seldom() -> None:
    """Without it nobody knows where to complain (libzmq gives up after 50 ms)."""
    one = receiver()
    hear(one, odata(1), odata(3), now=0.0)
    assert one.next_timeout() == SPMR_TIME
    one.handle_timeout(SPMR_TIME)
    questions = said(one)
    assert [(host, packet.kind) for host, packet in questions] == [
        (str(GROUP), Kind.SPMR),
        (PLACE, Kind.SPMR),
    ]
    assert all((packet.tsi, packet.port) == (TSI, PORT) for _, packet in questions)
    asked, last = 1, SPMR_TIME
    pauses = []
    while (now := one.next_timeout() or 0.0) < 100.0:
        one.handle_timeout(now)
        if any(packet.kind is Kind.SPMR for _, packet in said(one)):
            pauses.append(now - last)
            asked, last = asked + 1, now
    assert pauses[0] == pytest.approx(SPMR_AGAIN)
    assert pauses == sorted(pauses)
    assert max(pauses) <= SPMR_LATEST * 1.001
    hear(one, spm(0, 3), now=100.0)
    one.handle_timeout(100.0 + BACK_OFF_TIME)
    assert {packet.kind for _, packet in said(one)} <= {Kind.NAK}


def test_silent_source_is_forgotten() -> None:
    one = receiver()
    hear(one, spm(0, -1))
    hear(one, odata(0), now=5.0)
    one.handle_timeout(5.0 + LIFE - 0.1)
    assert one.sources
    assert one.next_timeout() == 5.0 + LIFE
    one.handle_timeout(5.0 + LIFE)
    assert not one.sources


def test_source_that_says_good_bye_is_forgotten_sooner_unless_it_comes_back() -> None:
    one, bye = receiver(), spm(0, 0)
    bye.fin = True
    hear(one, spm(0, -1), odata(0), bye)
    assert one.next_timeout() == AFTERLIFE
    hear(one, spm(0, 0), now=1.0)
    one.handle_timeout(1.0 + AFTERLIFE)
    assert one.next_timeout() == 1.0 + LIFE
    hear(one, bye, now=50.0)
    one.handle_timeout(50.0 + AFTERLIFE)
    assert not one.sources


def test_sources_are_bounded_and_the_silent_make_room() -> None:
    one = receiver()
    for number in range(MOST_SOURCES + 10):
        hear(one, spm(0, -1, Tsi(b"source", number)), now=number / 1000)
    assert len(one.sources) == MOST_SOURCES
    hear(one, spm(0, -1, Tsi(b"late..", 1)), now=LIFE + 1.0)
    assert Tsi(b"late..", 1) in one.sources


# -- what libzmq has sent ------------------------------------------------------------------------------


def replay(recorded: list[Recorded], *, window: int = 80) -> tuple[dict[Tsi, list[Message]], int]:
    """Hear recorded sessions of libzmq; return the messages of each, and how many packets never came."""
    one = Receiver(PORT, GROUP if ":" not in recorded[0].source else ip_address("ff08::1"), window=window,
                   random=lambda: 0.5)  # fmt: skip
    assemblers: dict[Tsi, Assembler] = {}
    messages: dict[Tsi, list[Message]] = {}
    lost = 0
    for packet in [*recorded, None]:
        while (due := one.next_timeout()) is not None and due < (packet.time if packet else 200.0):
            one.handle_timeout(due)
        if packet is not None:
            one.hear(packet.octets, packet.source, packet.time)
        for tsi, batch in one.take():
            assembler = assemblers.setdefault(tsi, Assembler())
            for what in batch:
                if isinstance(what, Loss):
                    lost += what.packets
                    assembler.lose()
                else:
                    assembler.receive(what, messages.setdefault(tsi, []))
    return messages, lost


def repaired(recorded: list[Recorded]) -> list[Recorded]:
    """Return what a receiver heard that missed all that was sent again."""
    numbers = {
        packet.sequence for packet in (decode(each.octets) for each in recorded) if packet.kind is Kind.RDATA
    }
    return [
        each
        for each in recorded
        if (packet := decode(each.octets)).kind is not Kind.ODATA or packet.sequence not in numbers
    ]


def capture(name: str) -> list[Recorded]:
    (path,) = [path for path in CAPTURES if path.name == f"{name}.pcap.gz"]
    return read(path)


def number_of(message: Message) -> int:
    first = message[0] if isinstance(message, list) else message
    return int(bytes(first).split(b" ")[1])


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_recorded_session_yields_its_messages(path: Path) -> None:
    """PGM-2: every message that libzmq has sent, in order, none twice."""
    sessions, lost = replay(read(path))
    assert sessions
    for messages in sessions.values():
        numbers = [number_of(message) for message in messages]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert lost == 0


@pytest.mark.parametrize(
    "name", ["epgm_loss_single", "epgm_loss_burst", "pgm_raw_loss", "epgm_loopback_loss"]
)
def test_recorded_repairs_are_put_in_their_places(name: str) -> None:
    recorded = capture(name)
    assert len(repaired(recorded)) < len(recorded)
    sessions, lost = replay(repaired(recorded))
    assert lost == 0
    assert sessions == replay(recorded)[0]
    (messages,) = sessions.values()
    assert [number_of(message) for message in messages] == list(range(len(messages)))


def test_large_and_multipart_messages_come_whole() -> None:
    sessions, _ = replay(capture("epgm_big_multipart"))
    several, single = sessions.values()
    assert [[len(frame) for frame in frames_of(message)] for message in several] == [[2500, 5, 5]] * 3
    assert [size_of(message) for message in single] == [3000]


def test_loss_is_reported_and_the_stream_goes_on_at_a_message() -> None:
    recorded = [
        each
        for each in capture("epgm_unrecoverable")
        if not (
            (packet := decode(each.octets)).kind in (Kind.ODATA, Kind.RDATA) and 23 <= packet.sequence < 72
        )
    ]
    sessions, lost = replay(recorded)
    (messages,) = sessions.values()
    numbers = [number_of(message) for message in messages]
    assert lost == 72 - 23
    assert numbers == [*range(23), *range(72, numbers[-1] + 1)]


# -- what nobody has sent ------------------------------------------------------------------------------


def nonsense(chance: random.Random, samples: list[bytes]) -> bytes:
    """Return octets that are random, or a packet with errors in it; half of them with a right checksum."""
    if chance.random() < 0.2:
        octets = bytearray(chance.randbytes(chance.randrange(16, 80)))
        octets[4] = chance.choice([0, 4, 5, 8, 10, 12, octets[4]])
    else:
        octets = bytearray(chance.choice(samples))
        for _ in range(chance.randint(0, 5)):
            octets[chance.randrange(len(octets))] = chance.choice([0, 1, 255, chance.randrange(256)])
        if chance.random() < 0.1:
            del octets[chance.randrange(16, len(octets) + 1) :]
    octets[2:4] = PORT.to_bytes(2, "big")
    if chance.random() < 0.8:
        octets[6:8] = b"\0\0"
        octets[6:8] = checksum(bytes(octets)).to_bytes(2, "big")
    return bytes(octets)


def bombard(count: int, seed: int, memory: Callable[[], int]) -> int:
    """Have a receiver and a source hear so much nonsense; return the most that `memory` tells meanwhile."""
    chance = random.Random(seed)
    samples = [each.octets for path in CAPTURES if "unrec" not in path.name for each in read(path)]
    samples += [encode(spm(5, 10)), encode(ncf(3, 4)), encode(odata(2**31))]
    one = Receiver(PORT, GROUP, window=64, random=chance.random)
    limits = Limits(rate=1e5, burst=1e4, window=100_000)
    source = Source(decode(samples[0]).tsi, PORT, HERE, limits=limits, now=0.0)
    assemblers: dict[Tsi, Assembler] = {}
    now, most = 0.0, 0
    for step in range(count):
        now += 0.0001
        octets = nonsense(chance, samples)
        try:
            one.hear(octets, PLACE, now)
            source.receive(decode(octets), now)
        except RemoteProtocolError:
            continue
        if source.try_send(octets, now) or source.next_timeout() <= now:
            source.handle_timeout(now)
            source.packets_to_send()
        messages: list[Message] = []
        for tsi, batch in one.take():
            assembler = assemblers.setdefault(tsi, Assembler(limit=10_000))
            for what in batch:
                if isinstance(what, Loss):
                    assembler.lose()
                    continue
                with suppress(RemoteProtocolError):
                    assembler.receive(what, messages)
        if (due := one.next_timeout()) is not None and due <= now:
            one.handle_timeout(now)
            one.packets_to_send()
        if step % 1000 == 0:
            most = max(most, memory())
            for tsi in assemblers.keys() - one.sources.keys():
                del assemblers[tsi]
    assert len(one.sources) <= MOST_SOURCES
    return most


def test_nonsense_raises_nothing_else_than_protocol_errors_and_takes_bounded_memory() -> None:
    """The short form; `python -m tests.pgm.test_receiver 1000000` is the long one."""
    tracemalloc.start()
    try:
        assert bombard(10_000, 1, lambda: tracemalloc.get_traced_memory()[0]) < 60_000_000
    finally:
        tracemalloc.stop()


if __name__ == "__main__":
    import resource
    import sys

    most = bombard(int(sys.argv[1]), random.getrandbits(32), lambda: resource.getrusage(0).ru_maxrss)
    print(f"the process has never had more than {most / 1000:.0f} MB")
