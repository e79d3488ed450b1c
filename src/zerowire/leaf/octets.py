"""Frames of messages as octets, and back: the two loops that touch every message.

The framing is that of ZMTP 2.0 and later (RFC 37); zmtp.framing treats whatever is not
ordinary.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from struct import Struct
from typing import Any, ClassVar

from zerowire.leaf.ring import Ring

MORE = 1  # another frame of the same message follows
LONG = 2  # the length has eight octets
LARGE = 32768  # octets from which a body is written from where it lies
_LONG_HEADER = Struct("!BQ")
_LENGTH = Struct("!Q")
_HEADERS = tuple(bytes((0, size)) for size in range(256))


class _Memory:
    """The messages that were packed last, and their octets: other queues may begin with the same."""

    is_kept = False
    messages: ClassVar[list[Any]] = []
    octets = b""


def remember(wanted: bool) -> None:
    """Begin to remember what is packed, for other queues that hold the same messages, or end it."""
    _Memory.is_kept = wanted
    _Memory.messages = []
    _Memory.octets = b""


def pack(queue: Iterable[Any], budget: int) -> tuple[bytes, int]:
    """Return messages from the head of a queue as octets, and how many they are.

    Stops when there are `budget` octets, and at a message that is not ordinary: one that has
    a frame of LARGE octets, or one that is not bytes. The queue is not changed.
    """
    if not _Memory.is_kept:
        return _pack(queue, budget)
    known = _Memory.messages
    head = list(islice(queue, len(known) + 1))
    if known and head[: len(known)] == known and (head == known or len(_Memory.octets) >= budget):
        return _Memory.octets, len(known)  # they are all that would be packed now
    octets, count = _pack(queue, budget)
    _Memory.messages = list(islice(queue, count))
    _Memory.octets = octets
    return octets, count


def _pack(queue: Iterable[Any], budget: int) -> tuple[bytes, int]:
    pieces: list[bytes] = []
    append = pieces.append
    headers = _HEADERS
    octets = messages = 0
    for message in queue:
        if type(message) is bytes:  # 0.1 us a message of 128 octets
            size = len(message)
            if size < 256:
                append(headers[size])
                append(message)
                octets += size + 2
            elif size < LARGE:
                append(_LONG_HEADER.pack(LONG, size))
                append(message)
                octets += size + 9
            else:
                break
        else:
            size = _pack_parts(message, pieces)
            if not size:
                break
            octets += size
        messages += 1
        if octets >= budget:
            break
    return b"".join(pieces), messages


def _pack_parts(message: Any, pieces: list[bytes]) -> int:
    """Append the frames of a list to pieces; return how many octets they are, 0 for none of it."""
    if type(message) is not list:
        return 0
    mine: list[bytes] = []
    octets = 0
    left = len(message)
    for part in message:
        left -= 1
        if type(part) is not bytes:
            return 0
        size = len(part)
        if size < 256:
            mine += (bytes((MORE if left else 0, size)), part)
            octets += size + 2
        elif size < LARGE:
            mine += (_LONG_HEADER.pack(LONG | MORE if left else LONG, size), part)
            octets += size + 9
        else:
            return 0
    pieces += mine
    return octets


def unpack(data: bytes, position: int, into: Ring[Any], limit: int, parts: list[Any], largest: int) -> int:
    """Append to `into` the messages that lie whole in data from a position on; return where it ends.

    Stops after `limit` messages (-1: at none), and before whatever is not ordinary: a command, an
    unknown flag, a body of more than `largest` octets, a frame that has not come whole.

    Args:
        data, position: Where to read.
        into: Where to put messages.
        limit: How many at most.
        parts: Frames of a message whose end is still to come; changed in place.
        largest: What a body may have; at least 255.
    """
    append = into.append
    whole = len(data)
    last = whole - 2
    unpack_length = _LENGTH.unpack_from
    taken = 0
    while position <= last and taken != limit:  # 0.2 us a message of 128 octets
        flags = data[position]
        if flags <= MORE:
            start = position + 2
            end = start + data[position + 1]
        elif flags > (MORE | LONG) or position + 9 > whole:
            break
        else:
            start = position + 9
            size = unpack_length(data, position + 1)[0]
            if size > largest:
                break
            end = start + size
        if end > whole:
            break
        if flags & MORE:
            parts.append(data[start:end])
        elif parts:
            append([*parts, data[start:end]])
            parts.clear()
            taken += 1
        else:
            append(data[start:end])
            taken += 1
        position = end
    return position


def prefix(frame: bytes, size: int) -> bytes:
    """Return the first octets of a frame, or all of it."""
    return frame[:size]
