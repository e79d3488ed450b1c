"""Whole captures: of libzmq on a real wire, and of wires that lose and repeat."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conformance.raw import frame, greeting, ready
from tests.sniffing.wire import ACK, CLIENT, ETHERNET, FIN, RST, SERVER, SYN, packet, pcap, pcapng
from zerowire.sniffing import Capture, Seen, Sniffer, sniffer
from zerowire.sniffing.capture import Packet
from zerowire.sniffing.words import words_of

CAPTURES = Path(__file__).parent / "captures"  # libzmq 4.3.5 to itself, written by tcpdump
CURVE_SIZES = [("HELLO", 194), ("WELCOME", 160), ("INITIATE", 285), ("READY", 43)]
SAID = greeting() + ready("PUSH") + frame(b"one") + frame(b"two" * 100)


def sniff(file: bytes, ports: Iterable[int] = ()) -> tuple[list[Seen], Sniffer]:
    follower = Sniffer(ports)
    return list(follower.follow(Capture(BytesIO(file)))), follower


def follow(packets: list[bytes]) -> tuple[list[Seen], Sniffer]:
    return sniff(pcap(packets))


def spoken(capture: str) -> list[str]:
    """Return what is seen in a capture, with C for the side that connects and S for the other."""
    seen, _ = sniff((CAPTURES / f"{capture}.pcap").read_bytes())
    client = seen[0].source
    return [f"{'C' if each.source == client else 'S'} {words_of(each)}" for each in seen]


def test_requests_and_heartbeats() -> None:
    assert spoken("reqrep") == [
        "C open",
        "S greeting  ZMTP 3.1 NULL",
        "C greeting  ZMTP 3.1 NULL",
        'S command   READY Socket-Type="REP"',
        'C command   READY Socket-Type="REQ" Identity="asker"',
        'C message   "" | "hello" | 00 01 ff',
        'S message   "" | "world"',
        'C command   PING ttl=2.0 context=""',
        'S command   PONG context=""',
        'C command   PING ttl=2.0 context=""',
        'S command   PONG context=""',
        "C close     end",
        "S close     end",
    ]


def test_subscriptions_over_ipv6_on_any_interface() -> None:
    assert spoken("pubsub")[3:-2] == [
        'S command   READY Socket-Type="XPUB"',
        'C command   READY Socket-Type="SUB"',
        'C command   SUBSCRIBE topic="news."',
        f'S message   "news.sport" | "{"x" * 60}"... (3000 octets) | ""',
        'C command   CANCEL topic="news."',
    ]


def test_curve_on_a_cooked_link() -> None:
    said = spoken("curve")
    assert said[1:3] == ["S greeting  ZMTP 3.1 CURVE", "C greeting  ZMTP 3.1 CURVE"]
    assert [line[12:] for line in said[3:7]] == [f"{name} size={size}" for name, size in CURVE_SIZES]
    assert [line[2:] for line in said[7:12]] == [f"sealed    {size} octets" for size in (33, 38, 36, 33, 38)]


def test_plain() -> None:
    said = spoken("plain")
    assert "C command   HELLO username=ann" in said
    assert 'C message   "" | "hello" | 00 01 ff' in said
    assert "secret" not in "".join(said)


def test_ports_choose_connections() -> None:
    file = (CAPTURES / "plain.pcap").read_bytes()
    assert sniff(file, [5694])[1].connections == 1
    assert sniff(file, [1, 2])[0] == []


def talk(*, step: int = 40) -> list[bytes]:
    """Return packets of a connection on which the client says SAID, and the server greets."""
    packets = [packet(CLIENT, SERVER, 99, flags=SYN), packet(SERVER, CLIENT, 499, flags=SYN | ACK)]
    packets.append(packet(SERVER, CLIENT, 500, greeting()))
    packets += [packet(CLIENT, SERVER, 100 + n, SAID[n : n + step]) for n in range(0, len(SAID), step)]
    return packets


def messages(seen: list[Seen]) -> list[list[bytes]]:
    return [each.facts["frames"] for each in seen if each.kind == "message"]


@given(st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_repeated_and_disordered_packets_change_nothing(chance: object) -> None:
    packets = talk()
    middle = packets[2:] + chance.choices(packets[2:], k=4)  # type: ignore[attr-defined]
    chance.shuffle(middle)  # type: ignore[attr-defined]
    seen, follower = follow(packets[:2] + middle)
    assert messages(seen) == [[b"one"], [b"two" * 100]]
    assert (follower.missing, follower.connections) == (0, 1)
    assert follower.repeated == 4


def test_lost_packet_is_reported_as_a_gap() -> None:
    packets = talk()
    del packets[-3]
    for form in (pcap, pcapng):
        seen, follower = sniff(form([*packets, packet(SERVER, CLIENT, 564, b"", ack=100 + len(SAID))]))
        assert messages(seen) == [[b"one"]]
        assert [each.facts for each in seen if each.kind == "gap"] == [{"size": 40}]
        assert follower.missing == 40


def test_the_same_ports_again_are_another_connection() -> None:
    ends = [packet(CLIENT, SERVER, 100 + len(SAID), flags=FIN | ACK)]
    again = [packet(CLIENT, SERVER, 7_000_000, flags=SYN), packet(CLIENT, SERVER, 7_000_001, SAID)]
    seen, follower = follow([*talk(), *ends, *again, packet(SERVER, CLIENT, 1, flags=RST)])
    assert follower.connections == 2
    assert [each.facts["how"] for each in seen if each.kind == "close"] == ["end", "reset"]
    assert len(messages(seen)) == 4


def test_capture_that_began_late_is_given_up_aloud() -> None:
    """Where a frame begins, nobody can tell."""
    for payload in (frame(b"x" * 30), b"\1\0" + frame(b"like ZMTP 1.0")):
        seen, follower = follow([packet(CLIENT, SERVER, 5, payload), packet(SERVER, CLIENT, 5)])
        assert [each.kind for each in seen] == ["foreign"]
        assert "the capture begins in the middle" in seen[0].facts["what"]
        assert seen[0].target == "10.0.0.2:5555"
        assert follower.connections == 1
    seen, _ = follow([packet(CLIENT, SERVER, 5, SAID), packet(SERVER, CLIENT, 5, greeting())])
    assert messages(seen) == [[b"one"], [b"two" * 100]]  # only the SYN was missed


def test_only_so_many_connections_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sniffer, "MAX_CONNECTIONS", 3)
    _, follower = follow([packet(("10.0.0.3", port), SERVER, 1, flags=SYN) for port in range(1000, 1010)])
    assert follower.connections == 10


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 200), st.binary(max_size=50), st.integers(0, 31)))
)
def test_any_segments_are_understood_or_given_up(segments: list[tuple[int, int, bytes, int]]) -> None:
    ends = [(CLIENT, SERVER), (SERVER, CLIENT)]
    packets = [packet(*ends[side], number, octets, flags) for side, number, octets, flags in segments]
    follow(talk(step=100)[:4] + packets)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=90)))
def test_any_packets_are_understood_or_left_out(packets: list[bytes]) -> None:
    assert list(Sniffer().follow(Packet(0.0, ETHERNET, octets) for octets in packets)) == []
