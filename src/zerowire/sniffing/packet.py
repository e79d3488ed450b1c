"""What a packet carries: a segment of TCP, or a parcel of PGM, by itself or within UDP."""

from __future__ import annotations

from ipaddress import ip_address
from struct import error, unpack_from
from typing import NamedTuple

from zerowire.sniffing.capture import Packet

FIN, SYN, RST, ACK = 1, 2, 4, 16
IPV4, IPV6 = 0x0800, 0x86DD
VLAN = {0x8100, 0x88A8, 0x9100}
RAW = {12, 14, 101, 228, 229}  # no header of a link
LOOPBACK = {0, 108}  # four octets
TCP, UDP, PGM = 6, 17, 113
UDP_HEADER = 8  # octets
SKIPPED = {0, 43, 60}  # extension headers of IPv6: hop-by-hop, routing, destination


class Segment(NamedTuple):
    """A segment of TCP."""

    time: float
    source: str  # address:port
    target: str
    sequence: int
    acknowledged: int | None
    flags: int
    payload: bytes


class Parcel(NamedTuple):
    """A packet of PGM, or what may be one: octets in UDP."""

    time: float
    source: str  # address:port of UDP, or an address
    target: str
    ports: tuple[int, ...]  # of UDP
    octets: bytes


def carried_in(packet: Packet) -> Segment | Parcel | None:
    """Return what a packet carries; None if that is something else, or not all there."""
    try:
        datagram = _datagram(packet.link, packet.octets)
        found = None if datagram is None else _in_ip(datagram)
        return None if found is None else _carried(packet.time, *found)
    except (error, IndexError):  # the packet ends within a header
        return None


def _carried(time: float, protocol: int, source: str, target: str, octets: bytes) -> Segment | Parcel | None:
    if protocol == TCP:
        return _segment(time, source, target, octets)
    if protocol == PGM:
        return Parcel(time, source, target, (), octets)
    if protocol == UDP:
        ports = unpack_from("!HH", octets)
        source, target = _name(source, ports[0]), _name(target, ports[1])
        return Parcel(time, source, target, ports, octets[UDP_HEADER:])
    return None


def _datagram(link: int, octets: bytes) -> bytes | None:
    """Return what a link carries, if it is IP."""
    if link in RAW:
        return octets
    if link in LOOPBACK:
        return octets[4:]
    if link == 113:  # "cooked" of Linux
        return _if_ip(unpack_from("!H", octets, 14)[0], octets[16:])
    if link == 276:  # its second version
        return _if_ip(unpack_from("!H", octets)[0], octets[20:])
    if link != 1:
        return None
    place = 12
    while unpack_from("!H", octets, place)[0] in VLAN:
        place += 4
    return _if_ip(unpack_from("!H", octets, place)[0], octets[place + 2 :])


def _if_ip(protocol: int, octets: bytes) -> bytes | None:
    return octets if protocol in (IPV4, IPV6) else None


def _segment(time: float, source: str, target: str, octets: bytes) -> Segment | None:
    ports = unpack_from("!HH", octets)
    sequence, acknowledged = unpack_from("!II", octets, 4)
    start, flags = 4 * (octets[12] >> 4), octets[13]
    if start < 20:
        return None
    source, target = (_name(host, port) for host, port in zip((source, target), ports, strict=True))
    return Segment(
        time, source, target, sequence, acknowledged if flags & ACK else None, flags, octets[start:]
    )


def _in_ip(octets: bytes) -> tuple[int, str, str, bytes] | None:
    """Return the protocol in a datagram of IP, both addresses, and what it carries."""
    version = octets[0] >> 4
    if version == 4:
        return _in_ipv4(octets)
    return _in_ipv6(octets) if version == 6 else None


def _in_ipv4(octets: bytes) -> tuple[int, str, str, bytes] | None:
    size, whole, fragment = 4 * (octets[0] & 15), *unpack_from("!HxxH", octets, 2)
    if fragment & 0x3FFF:  # fragments are rare: TCP and PGM avoid them
        return None
    whole = whole or len(octets)  # 0: a network card was to cut it into packets
    return octets[9], _address(octets[12:16]), _address(octets[16:20]), octets[size:whole]


def _in_ipv6(octets: bytes) -> tuple[int, str, str, bytes] | None:
    whole, kind = unpack_from("!HB", octets, 4)
    end = 40 + whole if whole else len(octets)
    place = 40
    while kind in SKIPPED:
        kind, place = octets[place], place + 8 * (1 + octets[place + 1])
    return kind, _address(octets[8:24]), _address(octets[24:40]), octets[place:end]


def _address(octets: bytes) -> str:
    if len(octets) not in (4, 16):
        raise IndexError("the packet ends within an address")
    return str(ip_address(octets))


def _name(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
