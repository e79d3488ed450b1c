"""What publishers say to groups, in captures of libzmq's epgm and pgm."""

from __future__ import annotations

import gzip
import re
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zerowire.pgm.packet import Kind, Packet, Tsi, encode
from zerowire.sniffing import Capture, Seen, Sniffer
from zerowire.sniffing.groups import MAX_GROUPS, Groups
from zerowire.sniffing.packet import Parcel
from zerowire.sniffing.words import words_of

CAPTURES = sorted((Path(__file__).parents[1] / "pgm" / "captures").glob("*.pcap.gz"))
SOURCE, GROUP = "10.0.0.1:40000", "239.192.1.1:5555"


def sniff(path: Path) -> list[Seen]:
    return list(Sniffer().follow(Capture(BytesIO(gzip.decompress(path.read_bytes())))))


def numbers(seen: list[Seen]) -> dict[str, list[int]]:
    """Return the numbers in the messages of each publisher, as far as they have one."""
    found: dict[str, list[int]] = {}
    for each in seen:
        if each.kind == "message" and (match := re.match(rb"\w+ (\d{8}) ", each.facts["frames"][0])):
            found.setdefault(each.source, []).append(int(match[1]))
    return found


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name.partition(".")[0])
def test_every_message_of_a_real_publisher_is_seen_once_and_in_order(path: Path) -> None:
    """Loss was made at the receivers; on the wire everything is there, some of it twice."""
    seen = sniff(path)
    assert [each for each in seen if each.kind in ("broken", "lost")] == []
    assert [each for each in seen if each.kind == "message"]
    found = numbers(seen)
    assert found
    assert all(told == list(range(len(told))) for told in found.values())


def test_complaints_and_repairs_are_seen() -> None:
    seen = sniff(next(path for path in CAPTURES if "loss_single" in path.name))
    packets = {each.facts["packet"] for each in seen if each.kind == "pgm"}
    assert packets >= {"SPM", "NAK", "NCF", "RDATA"}
    words = [words_of(each) for each in seen if each.kind == "pgm"]
    assert words[0] == "pgm       SPM nothing yet"
    assert any(re.fullmatch(r"pgm       NAK \d+", line) for line in words)


def data(number: int, frame: bytes, time: float = 0.0, kind: Kind = Kind.ODATA) -> Parcel:
    """Return a packet with a whole message."""
    payload = b"\0\0" + bytes((len(frame) + 1, 0)) + frame
    octets = encode(Packet(kind, Tsi(b"source", 7), 5555, sequence=number, data=payload))
    return Parcel(time, SOURCE, GROUP, (40000, 5555), octets)


def follow(*parcels: Parcel) -> list[tuple[str, object]]:
    groups = Groups()
    seen = [each for parcel in parcels for each in groups.accept(parcel)] + groups.end()
    return [(each.kind, next(iter(each.facts.values()))) for each in seen]


def test_what_comes_again_is_put_in_its_place() -> None:
    assert follow(data(5, b"a"), data(7, b"c"), data(6, b"b", kind=Kind.RDATA)) == [
        ("message", [b"a"]),
        ("pgm", "RDATA"),
        ("message", [b"b"]),
        ("message", [b"c"]),
    ]


def test_what_never_comes_is_lost_and_the_rest_goes_on() -> None:
    assert follow(data(5, b"a"), data(8, b"d"), data(9, b"e")) == [
        ("message", [b"a"]),
        ("lost", 2),
        ("message", [b"d"]),
        ("message", [b"e"]),
    ]


def test_payload_that_is_no_stream_of_frames_is_told() -> None:
    octets = encode(Packet(Kind.ODATA, Tsi(b"source", 7), 5555, sequence=1, data=b"\0\0\0"))
    ((kind, reason),) = follow(Parcel(0.0, SOURCE, GROUP, (1, 5555), octets))
    assert kind == "broken"
    assert reason


def test_only_so_many_groups_are_followed() -> None:
    groups = Groups()
    octets = data(1, b"x").octets
    for number in range(MAX_GROUPS + 10):
        groups.accept(Parcel(0.0, SOURCE, f"239.0.{number // 256}.{number % 256}", (), octets))
    assert len(groups._sessions) == MAX_GROUPS


@settings(deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=60), st.integers(0, 40), st.binary(max_size=2)), max_size=8))
def test_any_octets_are_understood_or_left_out(pieces: list[tuple[bytes, int, bytes]]) -> None:
    parcels = [Parcel(0.0, SOURCE, GROUP, (), octets) for octets, _, _ in pieces]
    for frame, number, extra in pieces:
        whole = data(number, frame).octets
        payload = whole[24:] + extra
        octets = encode(Packet(Kind.ODATA, Tsi(b"source", 7), 5555, sequence=number, data=payload))
        parcels += [data(number, frame), Parcel(0.0, SOURCE, GROUP, (), octets)]
    follow(*parcels)
