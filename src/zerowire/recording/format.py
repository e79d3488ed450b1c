"""The octets of a recording; docs/reference/recording-format.md describes them.

    file      MAGIC record record ...
    record    length (4) checksum (4) body
    body      kind (1) and what that kind has

Numbers have their highest octet first. The checksum is the CRC-32 of the length and the body, so
that neither half of a record nor one that was damaged is ever taken for a whole one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import IntEnum
from struct import Struct, error
from typing import NamedTuple
from zlib import crc32

from zerowire.error import ZMQBaseError

MAGIC = b"\x89ZWREC\r\n"  # an editor that changes ends of lines, or a line of 7 bits, spoils it visibly
VERSION = 1
HEAD_SIZE = 8
MAX_BODY = (1 << 32) - 1

_LENGTH = Struct("!I")
_HEAD = Struct("!II")
_MESSAGE = Struct("!BqBH")  # kind, nanoseconds since 1970, direction, octets of the peer's name
_END = Struct("!BQ")


class NotARecording(ZMQBaseError, ValueError):
    """The file is no recording, or one of a version that is not known here."""


class Kind(IntEnum):
    """What a record is. Readers skip kinds that they do not know."""

    SESSION = 0  # a recorder begins: JSON
    MESSAGE = 1
    END = 2  # a recorder has ended in peace


class Direction(IntEnum):
    """Which way a message went, as seen from where it was recorded."""

    RECEIVED = 0
    SENT = 1


class Entry(NamedTuple):
    """A message in a recording."""

    time_ns: int  # since 1970; within a session never less than that of the message before
    direction: Direction
    peer: str  # the address of who sent or got it; empty if that is not known
    frames: list[bytes]

    @property
    def time(self) -> float:
        """Seconds since 1970."""
        return self.time_ns / 1e9


def record(body: bytes) -> bytes:
    """Return a whole record.

    Raises:
        ValueError: The body has 4 GiB or more.
    """
    if len(body) > MAX_BODY:
        raise ValueError(f"a record of {len(body)} octets exceeds the {MAX_BODY} that a recording can hold")
    length = _LENGTH.pack(len(body))
    return b"".join((length, _LENGTH.pack(checksum(length, body)), body))


def checksum(length: bytes, body: bytes) -> int:
    """Return what stands between the length and the body."""
    return crc32(body, crc32(length))


def head(octets: bytes) -> tuple[int, int]:
    """Return the length and the checksum at the head of a record."""
    length, sum_of_record = _HEAD.unpack(octets)
    return length, sum_of_record


def session_body(facts: Mapping[str, object]) -> bytes:
    """Return the body of a SESSION."""
    return bytes((Kind.SESSION,)) + json.dumps({"version": VERSION, **facts}).encode()


def message_body(entry: Entry) -> bytes:
    """Return the body of a MESSAGE."""
    peer = entry.peer.encode("utf-8", "surrogateescape")[:0xFFFF]
    pieces = [_MESSAGE.pack(Kind.MESSAGE, entry.time_ns, entry.direction, len(peer)), peer]
    for frame in entry.frames:
        if len(frame) > MAX_BODY:
            raise ValueError(
                f"a frame of {len(frame)} octets exceeds the {MAX_BODY} that a recording can hold"
            )
        pieces += _LENGTH.pack(len(frame)), frame
    return b"".join(pieces)


def end_body(messages: int) -> bytes:
    """Return the body of an END."""
    return _END.pack(Kind.END, messages)


def read_session(body: bytes) -> dict[str, object]:
    """Return the facts in a SESSION.

    Raises:
        NotARecording: They are no JSON object, or of another version.
    """
    try:
        facts = json.loads(body[1:])
    except (ValueError, RecursionError):
        facts = None
    if not isinstance(facts, dict):
        raise NotARecording(f"a session begins with {body[1:40]!r}, which is no JSON object")
    if facts.get("version") != VERSION:
        raise NotARecording(f"the recording has version {facts.get('version')!r}; this reads {VERSION}")
    return facts


def read_message(body: bytes) -> Entry:
    """Return the message in a MESSAGE.

    Raises:
        NotARecording: Its checksum may be right, but it is none.
    """
    try:
        _, time_ns, direction, size = _MESSAGE.unpack_from(body)
        peer = body[_MESSAGE.size : _MESSAGE.size + size].decode("utf-8", "surrogateescape")
        frames = list(_frames(body, _MESSAGE.size + size))
        return Entry(time_ns, Direction(direction), peer, frames)
    except (error, ValueError) as reason:
        raise NotARecording(f"a message of {len(body)} octets is none: {reason}") from reason


def _frames(body: bytes, place: int) -> Sequence[bytes]:
    frames = []
    while place != len(body):
        (size,) = _LENGTH.unpack_from(body, place)
        place += _LENGTH.size
        if place + size > len(body):
            raise ValueError(f"a frame of {size} octets where {len(body) - place} are left")
        frames.append(body[place : place + size])
        place += size
    return frames
