"""Segments of TCP in packets of many links."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sniffing.wire import ACK, COOKED, COOKED_2, ETHERNET, LOOPBACK, RAW, ip, link, tcp
from zerowire.sniffing.capture import Packet
from zerowire.sniffing.packet import Parcel, Segment, carried_in

LINKS = [ETHERNET, COOKED, COOKED_2, LOOPBACK, RAW]
HOSTS = {4: ("10.0.0.1", "10.0.0.2"), 6: ("fe80::1", "fe80::2")}
ENDS = {4: ("10.0.0.1:1", "10.0.0.2:2"), 6: ("[fe80::1]:1", "[fe80::2]:2")}


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("kind", LINKS)
def test_segment_is_found(kind: int, version: int) -> None:
    datagram = ip(*HOSTS[version], tcp((1, 2), 7, b"payload", ACK, 9))
    found = carried_in(Packet(1.5, kind, link(kind, datagram)))
    assert found == Segment(1.5, *ENDS[version], 7, 9, ACK, b"payload")


@pytest.mark.parametrize("kind", LINKS)
@pytest.mark.parametrize("version", [4, 6])
def test_packet_that_is_cut_has_no_segment_or_less_payload(kind: int, version: int) -> None:
    whole = link(kind, ip(*HOSTS[version], tcp((1, 2), 7, b"payload")))
    for size in range(len(whole)):
        found = carried_in(Packet(0.0, kind, whole[:size]))
        assert found is None or (isinstance(found, Segment) and b"payload".startswith(found.payload))


def test_fragments_and_other_protocols_are_left_out() -> None:
    segment = tcp((1, 2), 7, b"payload")
    other = bytearray(ip(*HOSTS[4], segment))
    other[9] = 99
    for datagram in (ip(*HOSTS[4], segment, fragment=0x2000), bytes(other), b"\x50" + bytes(60)):
        assert carried_in(Packet(0.0, RAW, datagram)) is None
    assert carried_in(Packet(0.0, 9999, b"what")) is None


@settings(deadline=None)
@given(st.sampled_from([*LINKS, 12, 108, 228]), st.binary(max_size=120))
def test_any_octets_have_a_segment_or_none(kind: int, octets: bytes) -> None:
    for head in (b"", b"\x45\0\0\0", b"\x60\0\0\0", link(ETHERNET, ip(*HOSTS[4], b""))[:-6]):
        found = carried_in(Packet(0.0, kind, head + octets))
        size = len(found.payload if isinstance(found, Segment) else found.octets) if found else 0
        assert size <= len(octets)


def test_parcels_of_pgm_are_found_by_themselves_and_in_udp() -> None:
    raw = bytearray(ip(*HOSTS[4], b"PGM"))
    raw[9] = 113
    assert carried_in(Packet(1.5, RAW, bytes(raw))) == Parcel(1.5, *HOSTS[4], (), b"PGM")
    raw = bytearray(ip(*HOSTS[4], struct.pack("!HHHH", 1, 2, 11, 0) + b"PGM"))
    raw[9] = 17
    assert carried_in(Packet(1.5, RAW, bytes(raw))) == Parcel(1.5, *ENDS[4], (1, 2), b"PGM")
