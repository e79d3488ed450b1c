"""The segment of TCP in a packet."""

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
TCP = 6
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


def segment_in(packet: Packet) -> Segment | None:
    """Return the segment of TCP in a packet; None if there is none, or it is not all there."""
    try:
        datagram = _datagram(packet.link, packet.octets)
        return None if datagram is None else _segment(packet.time, datagram)
    except (error, IndexError):  # the packet ends within a header
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


def _segment(time: float, octets: bytes) -> Segment | None:
    version = octets[0] >> 4
    if version == 4:
        found = _in_ipv4(octets)
    else:
        found = _in_ipv6(octets) if version == 6 else None
    if found is None:
        return None
    source, target, octets = found
    ports = unpack_from("!HH", octets)
    sequence, acknowledged = unpack_from("!II", octets, 4)
    start, flags = 4 * (octets[12] >> 4), octets[13]
    if start < 20:
        return None
    source, target = (_name(host, port) for host, port in zip((source, target), ports, strict=True))
    return Segment(
        time, source, target, sequence, acknowledged if flags & ACK else None, flags, octets[start:]
    )


def _in_ipv4(octets: bytes) -> tuple[str, str, bytes] | None:
    size, whole, fragment = 4 * (octets[0] & 15), *unpack_from("!HxxH", octets, 2)
    if octets[9] != TCP or fragment & 0x3FFF:  # TCP that is fragmented is as good as unheard of
        return None
    whole = whole or len(octets)  # 0: a network card was to cut it into packets
    return _address(octets[12:16]), _address(octets[16:20]), octets[size:whole]


def _in_ipv6(octets: bytes) -> tuple[str, str, bytes] | None:
    whole, kind = unpack_from("!HB", octets, 4)
    end = 40 + whole if whole else len(octets)
    place = 40
    while kind in SKIPPED:
        kind, place = octets[place], place + 8 * (1 + octets[place + 1])
    if kind != TCP:
        return None
    return _address(octets[8:24]), _address(octets[24:40]), octets[place:end]


def _address(octets: bytes) -> str:
    if len(octets) not in (4, 16):
        raise IndexError("the packet ends within an address")
    return str(ip_address(octets))


def _name(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
