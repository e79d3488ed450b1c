"""Messages of RADIO and DISH in datagrams, and back (features UDP-1).

    length:1 group body    8192 octets at most, all of it

Each datagram is a message, whole or not at all: there is no handshake, no command, no order.
What a DGRAM sends and receives is the data alone, which needs no codec.
"""

from __future__ import annotations

from zerowire.message import MAX_GROUP, Message, Part, octets_of
from zerowire.zmtp.violation import Violation

MAX_SIZE = 8192  # octets; libzmq cuts off the rest
LENGTHS = tuple(bytes((size,)) for size in range(MAX_GROUP + 1))


def encode(message: Message) -> bytes | None:
    """Return the datagram of [group, body]; None if the message fits into none."""
    if not isinstance(message, list) or len(message) != 2:
        return None
    group, body = message
    length = len(group)
    if length > MAX_GROUP or 1 + length + len(body) > MAX_SIZE:
        return None
    return b"".join((LENGTHS[length], octets_of(group), octets_of(body)))


def decode(datagram: bytes, limit: int = -1) -> list[Part]:
    """Return the group and the body.

    Args:
        datagram: All that has come. Of one that is too long no more than MAX_SIZE + 1 octets are needed.
        limit: Refuse bodies of more octets than this; -1 refuses none (MAXMSGSIZE).

    Raises:
        RemoteProtocolError: It is no message.
    """
    size = len(datagram)
    if not size:
        raise Violation.NONE.found("datagram of 0 octets, which has no group")
    if size > MAX_SIZE:
        raise Violation.NONE.found(f"datagram of more than {MAX_SIZE} octets")
    start = 1 + datagram[0]
    if start > size:
        raise Violation.NONE.found(f"group of {start - 1} octets in a datagram of {size}")
    if 0 <= limit < size - start:
        raise Violation.NONE.found(f"body of {size - start} octets, beyond the limit of {limit}")
    return [datagram[1:start], datagram[start:]]
