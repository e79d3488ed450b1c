"""Packets in a capture file: pcap, and pcapng (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng)."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct, error, unpack_from
from typing import BinaryIO, NamedTuple

from zerowire.error import ZMQBaseError

MAX_PACKET = 1 << 24  # octets; a longer one is no packet but damage
SECTION, INTERFACE, OLD_PACKET, SIMPLE_PACKET, PACKET = 0x0A0D0D0A, 1, 2, 3, 6
TIME_RESOLUTION = 9  # an option of an interface
MAGICS = {  # of pcap: the order of octets, and parts of a second
    b"\xa1\xb2\xc3\xd4": (">", 1e6),
    b"\xd4\xc3\xb2\xa1": ("<", 1e6),
    b"\xa1\xb2\x3c\x4d": (">", 1e9),
    b"\x4d\x3c\xb2\xa1": ("<", 1e9),
}
ORDERS = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}  # of pcapng


class NotACapture(ZMQBaseError, ValueError):
    """The file is neither pcap nor pcapng."""


class Packet(NamedTuple):
    """What was on a link."""

    time: float  # seconds since 1970
    link: int  # the kind of link, by its LINKTYPE_ number
    octets: bytes


class Interface(NamedTuple):
    """Where the packets of a pcapng come from."""

    link: int
    parts: float  # of a second


class Capture:
    """A capture that is being read: iterate over it once.

    Iteration ends where the file ends, within a packet or not; `trouble` then says if something was
    wrong. The file may be a pipe into which the capture is still being written.

    Raises:
        NotACapture: It does not begin as a capture does.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.trouble: str | None = None
        self._file = file
        self._order = "<"
        self._interfaces: list[Interface] = []
        self._magic = file.read(4)
        if self._magic not in MAGICS and self._magic != SECTION.to_bytes(4, "big"):
            raise NotACapture(f"it begins with {self._magic!r}, and neither pcap nor pcapng does")

    def __iter__(self) -> Iterator[Packet]:
        """Yield the packets."""
        try:
            yield from self._pcap() if self._magic in MAGICS else self._pcapng()
        except (error, EOFError) as reason:
            self.trouble = f"the capture breaks off: {reason}"

    def _read(self, size: int) -> bytes:
        octets = self._file.read(size)
        if len(octets) < size:
            raise EOFError(f"{len(octets)} octets where {size} are announced")
        return octets

    def _size(self, size: int) -> int:
        if size > MAX_PACKET:
            raise EOFError(f"{size} octets are announced, more than any packet has")
        return size

    # -- pcap ------------------------------------------------------------------------------------

    def _pcap(self) -> Iterator[Packet]:
        order, parts = MAGICS[self._magic]
        (link,) = unpack_from(f"{order}I", self._read(20), 16)
        head = Struct(f"{order}IIII")
        while octets := self._file.read(head.size):
            seconds, part, size, _ = head.unpack(octets)
            yield Packet(seconds + part / parts, link & 0xFFFF, self._read(self._size(size)))

    # -- pcapng ----------------------------------------------------------------------------------

    def _pcapng(self) -> Iterator[Packet]:
        kind = self._magic
        while kind:
            if kind == SECTION.to_bytes(4, "big"):  # the same in both orders
                self._begin_section()
            else:
                (number,) = unpack_from(f"{self._order}I", kind)
                yield from self._block(number, self._body(self._read(4)))
            kind = self._file.read(4)

    def _begin_section(self) -> None:
        length = self._read(4)
        mark = self._read(4)
        if mark not in ORDERS:
            raise EOFError(f"a section with the byte-order mark {mark!r}")
        self._order = ORDERS[mark]
        self._interfaces = []
        self._body(length, already=4)

    def _body(self, length: bytes, already: int = 0) -> bytes:
        """Return what is between the two lengths of a block."""
        (size,) = unpack_from(f"{self._order}I", length)
        if size < 12 + already or size % 4:
            raise EOFError(f"a block of {size} octets")
        body = self._read(self._size(size - 12 - already))
        self._read(4)
        return body

    def _block(self, kind: int, body: bytes) -> Iterator[Packet]:
        order = self._order
        if kind == INTERFACE:
            (link,) = unpack_from(f"{order}H", body)
            self._interfaces.append(Interface(link, self._parts(body)))
        elif kind == SIMPLE_PACKET:
            (size,) = unpack_from(f"{order}I", body)
            yield Packet(0.0, self._interface(0).link, body[4 : 4 + size])
        elif kind in (PACKET, OLD_PACKET):
            number, high, low, size = unpack_from(f"{order}{'I' if kind == PACKET else 'Hxx'}III", body)
            interface = self._interface(number)
            yield Packet((high << 32 | low) / interface.parts, interface.link, body[20 : 20 + size])

    def _interface(self, number: int) -> Interface:
        if number >= len(self._interfaces):
            raise EOFError(f"a packet of interface {number}, which was not described")
        return self._interfaces[number]

    def _parts(self, body: bytes) -> float:
        """Return into how many parts an interface divides a second."""
        place = 8
        while place + 4 <= len(body):
            code, size = unpack_from(f"{self._order}HH", body, place)
            if code == TIME_RESOLUTION and size == 1 and place + 4 < len(body):
                resolution = body[place + 4]
                return float(2 ** (resolution & 0x7F) if resolution & 0x80 else 10**resolution)
            place += 4 + size + -size % 4
        return 1e6
