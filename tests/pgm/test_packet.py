"""Packets as octets and back, and everything that is none."""

from __future__ import annotations

import random
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pgm.pcap import CAPTURES, read
from zerowire.error import RemoteProtocolError
from zerowire.leaf.checksum import checksum
from zerowire.pgm.packet import (
    MOST_IN_LIST,
    Fragment,
    Kind,
    Packet,
    Tsi,
    decode,
    encode,
    encode_data,
)

NUMBERS = st.integers(0, 2**32 - 1)
PORTS = st.integers(0, 2**16 - 1)
TSI = Tsi(b"sixoct", 4242)
HERE, GROUP = ip_address("10.77.0.1"), ip_address("239.192.1.1")
SAMPLES = [
    Packet(Kind.SPM, TSI, 5555, sequence=3, trail=0, lead=2**32 - 1, path=HERE),
    Packet(Kind.ODATA, TSI, 5555, sequence=9, trail=1, data=b"payload"),
    Packet(Kind.RDATA, TSI, 5555, sequence=9, trail=1, data=b""),
    Packet(Kind.NAK, TSI, 5555, sequence=9, path=HERE, group=GROUP, others=(11, 12)),
    Packet(Kind.NCF, TSI, 5555, sequence=9, path=IPv6Address("fd77::1"), group=IPv6Address("ff08::1")),
    Packet(Kind.SPMR, TSI, 5555),
]


@st.composite
def packets(draw: st.DrawFn) -> Packet:
    """Packets with every field that their type has."""
    kind = draw(st.sampled_from(Kind))
    packet = Packet(kind, Tsi(draw(st.binary(min_size=6, max_size=6)), draw(PORTS)), draw(PORTS))
    address = st.ip_addresses(v=4) if draw(st.booleans()) else st.ip_addresses(v=6)
    if kind is not Kind.SPMR:
        packet.sequence = draw(NUMBERS)
    if kind in (Kind.SPM, Kind.ODATA, Kind.RDATA):
        packet.trail = draw(NUMBERS)
    if kind in (Kind.ODATA, Kind.RDATA):
        packet.data = draw(st.binary(max_size=100))
    else:
        packet.others = tuple(draw(st.lists(NUMBERS, max_size=MOST_IN_LIST)))
    if kind is Kind.SPM:
        packet.lead, packet.path = draw(NUMBERS), draw(address)
    if kind in (Kind.NAK, Kind.NNAK, Kind.NCF):
        packet.path, packet.group = draw(address), draw(address)
    if draw(st.booleans()):
        packet.fragment = Fragment(draw(NUMBERS), draw(NUMBERS), draw(NUMBERS))
        packet.join = draw(NUMBERS)
    packet.syn, packet.fin, packet.rst = draw(st.booleans()), draw(st.booleans()), draw(st.booleans())
    return packet


@given(packets())
@settings(max_examples=300, deadline=None)
def test_packet_comes_out_of_octets_as_it_went_in(packet: Packet) -> None:
    assert decode(encode(packet)) == packet


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_recorded_packets_are_encoded_to_the_same_octets(path: Path) -> None:
    """PGM-1: whatever libzmq sends, we would send octet for octet."""
    recorded = read(path)
    assert recorded
    for packet in recorded:
        assert encode(decode(packet.octets)) == tidied(packet.octets)


def tidied(octets: bytes) -> bytes:
    """Clear an octet that libzmq leaves as it lay in memory: the flags of the list of an NCF of IPv4."""
    if octets[4] == Kind.NCF and octets[40:41] == b"\x82":
        return sealed(octets[:42] + b"\0" + octets[43:])
    return octets


def test_all_types_that_libzmq_sends_are_recorded() -> None:
    kinds = {decode(packet.octets).kind for path in CAPTURES for packet in read(path)}
    assert kinds == set(Kind) - {Kind.NNAK}


@pytest.mark.parametrize("kind", [Kind.ODATA, Kind.RDATA])
@pytest.mark.parametrize("data", [b"", b"odd", b"even"])
def test_data_has_a_shorter_way(kind: Kind, data: bytes) -> None:
    whole = encode(Packet(kind, TSI, 5555, sequence=7, trail=3, data=data))
    assert encode_data(kind, TSI, 5555, 7, 3, data) == whole


def test_packet_without_checksum_is_taken_unless_it_is_data() -> None:
    """RFC 3208, section 8: data must have one."""
    spm, data = bytearray(encode(SAMPLES[0])), bytearray(encode(SAMPLES[1]))
    spm[6:8] = data[6:8] = b"\0\0"
    assert decode(bytes(spm)) == SAMPLES[0]
    with pytest.raises(RemoteProtocolError, match="checksum"):
        decode(bytes(data))


def sealed(octets: bytes) -> bytes:
    """Return octets with a checksum that is right."""
    without = octets[:6] + b"\0\0" + octets[8:]
    return octets[:6] + checksum(without).to_bytes(2, "big") + octets[8:]


HEADER = bytes.fromhex("108415b3 08 01 0000") + b"sixoct\0\0"
NAK = HEADER + bytes.fromhex("00000009 00010000 0a4d0001 00010000 efc00101")
ODATA = bytes.fromhex("109215b3 04 00 0000") + b"sixoct"


@pytest.mark.parametrize(
    ("octets", "told"),
    [
        (b"", "no PGM packet"),
        (encode(SAMPLES[0])[:-1], "checksum"),
        (sealed(encode(SAMPLES[0])[:-1]), "cut short"),
        (sealed(encode(SAMPLES[0])[:30]), "no PGM packet"),
        (sealed(b"\0" * 4 + b"\x01" + b"\0" * 11), "not a valid Kind"),
        (sealed(NAK[:20] + b"\0\7" + NAK[22:]), "unknown address family 7"),
        (sealed(NAK), "no PGM packet"),  # options are announced, and are not there
        (sealed(NAK + b"\x02\x08\0\x0c" + b"\x82\x08\0\0\0\0\0\1"), "without their length"),
        (sealed(NAK + b"\0\4\0\x10" + b"\x82\x08\0\0\0\0\0\1"), "without their length"),
        (sealed(NAK + b"\0\4\0\x08" + b"\x82\x00\0\0"), "option 0x82 of 0 octets"),
        (sealed(NAK + b"\0\4\0\x08" + b"\x82\xff\0\0"), "option 0x82 of 255 octets"),
        (sealed(NAK + b"\0\4\0\x0b" + b"\x82\x07\0\0\0\0\0"), "list of sequence numbers in 3 octets"),
        (sealed(NAK + b"\0\4\0\x48" + b"\x55\x04\0\0" * 17), "too many options"),
        (sealed(NAK + b"\0\4\1\4" + b"\x02\xfc\0\0" + b"\0" * 248 + b"\x8e\x04\0\0"), None),
        (sealed(ODATA + b"\0\5" + b"\0" * 8 + b"four"), "payload of 4 octets instead of 5"),
        (sealed(ODATA + b"\0\3" + b"\0" * 8 + b"four"), "payload of 4 octets instead of 3"),
    ],
)
def test_what_is_no_packet_is_refused(octets: bytes, told: str | None) -> None:
    if told is None:
        assert len(decode(octets).others) == MOST_IN_LIST
    else:
        with pytest.raises(RemoteProtocolError, match=told):
            decode(octets)


def test_options_that_nobody_needs_are_skipped() -> None:
    packet = decode(sealed(NAK + b"\0\4\0\x10" + b"\x08\x08\3\0\0\0\0\1" + b"\x8e\x04\0\0"))
    assert packet.fin
    assert packet.others == ()


def test_packet_tells_what_it_is() -> None:
    assert repr(SAMPLES[1]).startswith("<ODATA fin=False")
    assert str(TSI) == "7369786f6374.4242"
    assert SAMPLES[1] != b"payload"


@given(st.binary(max_size=120))
@settings(max_examples=500, deadline=None)
def test_octets_are_a_packet_or_a_protocol_error(octets: bytes) -> None:
    for each in (octets, sealed(octets.ljust(16, b"\0"))):
        try:
            decode(each)
        except RemoteProtocolError:
            pass


def test_damaged_packets_are_packets_or_a_protocol_error() -> None:
    chance = random.Random(1)
    samples = [encode(sample) for sample in SAMPLES]
    for _ in range(5000):
        octets = bytearray(chance.choice(samples))
        for _ in range(chance.randint(1, 4)):
            octets[chance.randrange(len(octets))] = chance.randrange(256)
        octets = octets[: chance.randint(0, len(octets)) if chance.random() < 0.2 else None]
        for each in (bytes(octets), sealed(bytes(octets.ljust(16, b"\0")))):
            try:
                decode(each)
            except RemoteProtocolError:
                pass


def test_addresses_are_those_of_the_standard_library() -> None:
    assert decode(encode(SAMPLES[3])).path == IPv4Address("10.77.0.1")
    assert decode(encode(SAMPLES[4])).group == IPv6Address("ff08::1")
