"""Packets that libzmq has sent, as they were recorded on a wire (captures/*.pcap.gz)."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

CAPTURES = sorted((Path(__file__).parent / "captures").glob("*.pcap.gz"))
LINK_HEADERS = {1: 14, 113: 16, 276: 20}  # octets, by the number of the kind of link
UDP, PGM = 17, 113
PORT = 5555


class Recorded(NamedTuple):
    """A packet of PGM; the time is in seconds since the first."""

    time: float
    source: str
    octets: bytes


def read(path: Path) -> list[Recorded]:
    """Return the packets of PGM in a capture."""
    data = gzip.decompress(path.read_bytes())
    (link,) = struct.unpack_from("<I", data, 20)
    place, packets = 24, list[Recorded]()
    while place < len(data):
        seconds, micro, size, _ = struct.unpack_from("<IIII", data, place)
        place += 16
        frame = data[place + LINK_HEADERS[link] : place + size]
        place += size
        for source, octets in _pgm(frame):
            packets.append(Recorded(seconds + micro / 1e6, source, octets))
    start = packets[0].time
    return [packet._replace(time=packet.time - start) for packet in packets]


def _pgm(frame: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the packet of PGM in one of IP, if there is one."""
    if frame[0] >> 4 == 4:
        size, protocol, source = 4 * (frame[0] & 15), frame[9], frame[12:16]
        inner = frame[size : int.from_bytes(frame[2:4], "big")]
    else:
        protocol, source = frame[6], frame[8:24]
        inner = frame[40 : 40 + int.from_bytes(frame[4:6], "big")]
    if protocol == PGM:
        yield str(ip_address(source)), inner
    elif protocol == UDP and int.from_bytes(inner[2:4], "big") == PORT:
        yield str(ip_address(source)), inner[8:]
