"""PGM packets as values, and as octets (RFC 3208, sections 8 and 9).

One class serves all types, as they share most of their fields. Options that nobody here
needs are skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address
from struct import Struct, error
from typing import NamedTuple, TypeAlias

from zerowire.error import RemoteProtocolError
from zerowire.leaf.checksum import checksum, joined

Address: TypeAlias = IPv4Address | IPv6Address

HEADER = Struct("!HHBBH6sH")  # source port, destination port, type, options, checksum, GSI, TSDU length
CHECKSUM_PLACE = 6  # in it
SEQUENCE = Struct("!I")
DATA = Struct("!II")  # sequence number, trailing edge
DATA_PACKET = Struct("!HHBBH6sHII")  # the header and that
HEARTBEAT = Struct("!III")  # SPM sequence number, trailing edge, leading edge
NLA = Struct("!HH")  # family, reserved
OPTION = Struct("!BBBB")  # type, length, flags, specific
OPTIONS = Struct("!BBH")  # OPT_LENGTH: type, length, total
FRAGMENT = Struct("!III")  # first sequence number, offset, size of the whole

EXTENDED = 0x01  # bits of the options octet: option extensions follow
SIGNIFICANT = 0x02  # one of them concerns routers
OPT_LENGTH, OPT_FRAGMENT, OPT_NAK_LIST, OPT_JOIN = 0x00, 0x01, 0x02, 0x03
OPT_SYN, OPT_FIN, OPT_RST = 0x0D, 0x0E, 0x0F
LAST = 0x80  # in an option's type
RIGHT = 0xFFFF  # the checksum of what has its own in it
MOST_OPTIONS = 16
MOST_IN_LIST = 62
FAMILIES: dict[int, tuple[type[Address], int]] = {1: (IPv4Address, 4), 2: (IPv6Address, 16)}
NOWHERE = IPv4Address(0)


class Kind(IntEnum):
    """Types of packets."""

    SPM = 0x00  # the source tells what its window holds, and where to complain
    ODATA = 0x04
    RDATA = 0x05  # data once more
    NAK = 0x08  # a receiver misses something
    NNAK = 0x09
    NCF = 0x0A  # the source has heard that
    SPMR = 0x0C  # a receiver asks for a SPM


UPSTREAM = frozenset({Kind.NAK, Kind.NNAK, Kind.SPMR})  # to the source, whose port is their destination


class Tsi(NamedTuple):
    """Who sends: a transport session."""

    gsi: bytes  # six octets
    port: int

    def __str__(self) -> str:
        return f"{self.gsi.hex()}.{self.port}"


class Fragment(NamedTuple):
    """Where the payload of a packet belongs in something larger."""

    first: int
    offset: int
    size: int


class Packet:
    """A PGM packet of any type; fields that its type does not have are left alone.

    Attributes:
        kind: Its type.
        tsi: The session of the source, upstream too.
        port: The port of the session: where data goes.
        sequence: Number of a SPM, of data, or of what is missed.
        trail, lead: What the source's window holds, inclusive.
        path: SPM: where NAKs go. NAK and NCF: the source.
        group: NAK and NCF: where the data went.
        others: NAK and NCF: more sequence numbers, ascending.
        data: The payload of ODATA and RDATA.
        fragment, join: Values of options, None without.
        syn, fin, rst: Options that are there or not.
    """

    __slots__ = (
        "data",
        "fin",
        "fragment",
        "group",
        "join",
        "kind",
        "lead",
        "others",
        "path",
        "port",
        "rst",
        "sequence",
        "syn",
        "trail",
        "tsi",
    )

    def __init__(
        self,
        kind: Kind,
        tsi: Tsi,
        port: int,
        *,
        sequence: int = 0,
        trail: int = 0,
        lead: int = 0,
        path: Address = NOWHERE,
        group: Address = NOWHERE,
        others: tuple[int, ...] = (),
        data: bytes = b"",
    ) -> None:
        self.kind = kind
        self.tsi = tsi
        self.port = port
        self.sequence = sequence
        self.trail = trail
        self.lead = lead
        self.path = path
        self.group = group
        self.others = others
        self.data = data
        self.fragment: Fragment | None = None
        self.join: int | None = None
        self.syn = self.fin = self.rst = False

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Packet):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__[1:])
        return f"<{self.kind.name} {fields}>"


# -- writing -----------------------------------------------------------------------------------------


def encode(packet: Packet) -> bytes:
    """Return a packet as octets."""
    kind = packet.kind
    extensions = _extensions(packet)
    options = 0
    if extensions:
        options = EXTENDED | (SIGNIFICANT if packet.others else 0)
    ports = (packet.tsi.port, packet.port)
    if kind in UPSTREAM:
        ports = ports[::-1]
    size = len(packet.data) if kind in (Kind.ODATA, Kind.RDATA) else 0
    head = HEADER.pack(*ports, kind, options, 0, packet.tsi.gsi, size)
    whole = b"".join((head, _body(packet), extensions, packet.data if size else b""))
    return joined(whole, b"", CHECKSUM_PLACE)


def encode_data(kind: Kind, tsi: Tsi, port: int, number: int, trail: int, data: bytes) -> bytes:
    """Return ODATA or RDATA without options as octets: what encode() returns, sooner."""
    head = DATA_PACKET.pack(tsi.port, port, kind, 0, 0, tsi.gsi, len(data), number, trail)
    return joined(head, data, CHECKSUM_PLACE)


def _body(packet: Packet) -> bytes:
    kind = packet.kind
    if kind in (Kind.ODATA, Kind.RDATA):
        return DATA.pack(packet.sequence, packet.trail)
    if kind is Kind.SPM:
        return HEARTBEAT.pack(packet.sequence, packet.trail, packet.lead) + _nla(packet.path)
    if kind is Kind.SPMR:
        return b""
    return SEQUENCE.pack(packet.sequence) + _nla(packet.path) + _nla(packet.group)


def _nla(address: Address) -> bytes:
    return NLA.pack(1 if address.version == 4 else 2, 0) + address.packed


def _extensions(packet: Packet) -> bytes:
    found: list[tuple[int, bytes]] = []
    if packet.fragment is not None:
        found.append((OPT_FRAGMENT, FRAGMENT.pack(*packet.fragment)))
    if packet.others:
        found.append((OPT_NAK_LIST, b"".join(map(SEQUENCE.pack, packet.others))))
    if packet.join is not None:
        found.append((OPT_JOIN, SEQUENCE.pack(packet.join)))
    flags = ((OPT_SYN, packet.syn), (OPT_FIN, packet.fin), (OPT_RST, packet.rst))
    found += [(kind, b"") for kind, is_set in flags if is_set]
    if not found:
        return b""
    last = len(found) - 1
    listed = b"".join(
        OPTION.pack(kind | (LAST if index == last else 0), OPTION.size + len(value), 0, 0) + value
        for index, (kind, value) in enumerate(found)
    )
    return OPTIONS.pack(OPT_LENGTH, OPTIONS.size, OPTIONS.size + len(listed)) + listed


# -- reading -----------------------------------------------------------------------------------------


def decode(octets: bytes) -> Packet:
    """Return the packet that octets are.

    Raises:
        RemoteProtocolError: They are none, or one of a type that is unknown.
    """
    try:
        return _decode(octets)
    except (error, ValueError, IndexError) as cause:
        raise RemoteProtocolError(f"no PGM packet: {cause}") from cause


def _decode(octets: bytes) -> Packet:
    source, destination, number, options, sum_, gsi, size = HEADER.unpack_from(octets)
    kind = Kind(number)
    if (sum_ or kind in (Kind.ODATA, Kind.RDATA)) and checksum(octets) != RIGHT:
        raise ValueError("wrong checksum")
    if kind in UPSTREAM:
        source, destination = destination, source
    packet = Packet(kind, Tsi(gsi, source), destination)
    place = _read_body(packet, octets)
    if options & EXTENDED:
        place = _read_extensions(packet, octets, place)
    if kind in (Kind.ODATA, Kind.RDATA):
        if len(octets) - place != size:
            raise ValueError(f"payload of {len(octets) - place} octets instead of {size}")
        packet.data = octets[place:]
    return packet


def _read_body(packet: Packet, octets: bytes) -> int:
    """Read what follows the header; return where the options begin."""
    kind, place = packet.kind, HEADER.size
    if kind in (Kind.ODATA, Kind.RDATA):
        packet.sequence, packet.trail = DATA.unpack_from(octets, place)
        return place + DATA.size
    if kind is Kind.SPM:
        packet.sequence, packet.trail, packet.lead = HEARTBEAT.unpack_from(octets, place)
        packet.path, place = _read_nla(octets, place + HEARTBEAT.size)
    elif kind is not Kind.SPMR:
        (packet.sequence,) = SEQUENCE.unpack_from(octets, place)
        packet.path, place = _read_nla(octets, place + SEQUENCE.size)
        packet.group, place = _read_nla(octets, place)
    return place


def _read_nla(octets: bytes, place: int) -> tuple[Address, int]:
    family, _ = NLA.unpack_from(octets, place)
    if family not in FAMILIES:
        raise ValueError(f"unknown address family {family}")
    make, size = FAMILIES[family]
    start = place + NLA.size
    if len(octets) < start + size:
        raise ValueError("address cut short")
    return make(octets[start : start + size]), start + size


def _read_extensions(packet: Packet, octets: bytes, place: int) -> int:
    """Read options; return where they end."""
    kind, length, total = OPTIONS.unpack_from(octets, place)
    end: int = place + total
    if kind & ~LAST != OPT_LENGTH or length != OPTIONS.size or total < OPTIONS.size or end > len(octets):
        raise ValueError("options without their length")
    for number, value in _split_options(octets, place + OPTIONS.size, end):
        _read_option(packet, number, value)
    return end


def _split_options(octets: bytes, place: int, end: int) -> Iterator[tuple[int, bytes]]:
    for _ in range(MOST_OPTIONS):
        if place >= end:
            return
        kind, length, _, _ = OPTION.unpack_from(octets, place)
        if length < OPTION.size or place + length > end:
            raise ValueError(f"option {kind:#x} of {length} octets")
        yield kind & ~LAST, octets[place + OPTION.size : place + length]
        place += length
        if kind & LAST:
            return
    raise ValueError("too many options")


def _read_option(packet: Packet, number: int, value: bytes) -> None:
    if number == OPT_NAK_LIST:
        if len(value) % SEQUENCE.size or len(value) > MOST_IN_LIST * SEQUENCE.size:
            raise ValueError(f"list of sequence numbers in {len(value)} octets")
        packet.others = tuple(number for (number,) in SEQUENCE.iter_unpack(value))
    elif number == OPT_FRAGMENT:
        packet.fragment = Fragment(*FRAGMENT.unpack(value))
    elif number == OPT_JOIN:
        (packet.join,) = SEQUENCE.unpack(value)
    elif number == OPT_SYN:
        packet.syn = True
    elif number == OPT_FIN:
        packet.fin = True
    elif number == OPT_RST:
        packet.rst = True
