"""Captures made by hand: segments of TCP, packets of many links, files of both formats."""

from __future__ import annotations

import struct
from ipaddress import ip_address

CLIENT, SERVER = ("10.0.0.1", 40000), ("10.0.0.2", 5555)
FIN, SYN, RST, ACK = 1, 2, 4, 16
ETHERNET, COOKED, COOKED_2, LOOPBACK, RAW = 1, 113, 276, 0, 101

Place = tuple[str, int]


def tcp(ports: tuple[int, int], sequence: int, payload: bytes, flags: int = ACK, ack: int = 0) -> bytes:
    head = struct.pack("!HHIIBBHHH", *ports, sequence % 2**32, ack % 2**32, 8 << 4, flags, 1000, 0, 0)
    return head + b"\1" * 12 + payload  # twelve octets of options


def ip(source: str, target: str, octets: bytes, *, fragment: int = 0) -> bytes:
    ends = ip_address(source).packed + ip_address(target).packed
    if len(ends) == 32:
        hop_by_hop = bytes([6, 0, 1, 4, 0, 0, 0, 0])
        size = len(octets) + len(hop_by_hop)
        return struct.pack("!IHBB", 6 << 28, size, 0, 64) + ends + hop_by_hop + octets
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(octets), 0, fragment, 64, 6, 0)
    return head + ends + octets + b"\0" * 6  # what fills a short frame of Ethernet is no payload


def link(kind: int, datagram: bytes) -> bytes:
    protocol = struct.pack("!H", 0x86DD if datagram[0] >> 4 == 6 else 0x0800)
    head = {
        ETHERNET: b"\2" * 12 + b"\x81\x00\x00\x07" + protocol,
        COOKED: b"\0" * 14 + protocol,
        COOKED_2: protocol + b"\0" * 18,
        LOOPBACK: struct.pack("<I", 2),
        RAW: b"",
    }
    return head[kind] + datagram


def packet(
    source: Place, target: Place, sequence: int, payload: bytes = b"", flags: int = ACK, ack: int = 0
) -> bytes:
    """Return a packet of Ethernet."""
    segment = tcp((source[1], target[1]), sequence, payload, flags, ack)
    return link(ETHERNET, ip(source[0], target[0], segment))


def pcap(packets: list[bytes], *, kind: int = ETHERNET, order: str = "<", nano: bool = False) -> bytes:
    magic = 0xA1B23C4D if nano else 0xA1B2C3D4
    file = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65535, kind)
    for number, octets in enumerate(packets):
        part = number * (1_000_000 if nano else 1000)
        file += struct.pack(f"{order}IIII", 100, part, len(octets), len(octets)) + octets
    return file


def block(order: str, kind: int, body: bytes) -> bytes:
    body += b"\0" * (-len(body) % 4)
    size = struct.pack(f"{order}I", len(body) + 12)
    return struct.pack(f"{order}I", kind) + size + body + size


def pcapng(packets: list[bytes], *, kind: int = ETHERNET, order: str = "<") -> bytes:
    """Return a capture with an interface that counts milliseconds, and blocks that nobody needs."""
    file = block(order, 0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1))
    options = struct.pack(f"{order}HH4sHHB3xHH", 2, 4, b"lo\0\0", 9, 1, 3, 0, 0)
    file += block(order, 1, struct.pack(f"{order}HHI", kind, 0, 65535) + options)
    for number, octets in enumerate(packets):
        stamp, sizes = (0, 100_000 + number), (len(octets), len(octets))
        file += block(
            order, 6, struct.pack(f"{order}IIIII", 0, *stamp, *sizes) + octets.ljust(len(octets) + 1)
        )
        file += block(order, 5, b"statistics")
    return file
