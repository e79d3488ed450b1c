"""Commands: what two connections say to each other between the messages.

A command is a frame whose body is a length, a name, and data (RFC 37, "Commands").
"""

from __future__ import annotations

from zerowire.error import RemoteProtocolError
from zerowire.zmtp.violation import Violation

HELLO = b"HELLO"
WELCOME = b"WELCOME"
INITIATE = b"INITIATE"
READY = b"READY"
ERROR = b"ERROR"
PING = b"PING"
PONG = b"PONG"
SUBSCRIBE = b"SUBSCRIBE"
CANCEL = b"CANCEL"
JOIN = b"JOIN"
LEAVE = b"LEAVE"

MAX_CONTEXT = 16  # octets of a PING that its PONG repeats


def encode(name: bytes, data: bytes = b"") -> bytes:
    """Return the body of a command frame."""
    return bytes((len(name),)) + name + data


def split(body: bytes) -> tuple[bytes, bytes] | None:
    """Return a command's name and data, or None if it has no whole name."""
    if not body or len(body) <= body[0]:
        return None
    end = 1 + body[0]
    return body[1:end], body[end:]


def ping(ttl: float, context: bytes = b"") -> bytes:
    """Return a PING; the peer shall drop the link when it hears nothing for `ttl` seconds (0: never)."""
    tenths = min(round(ttl * 10), 0xFFFF)
    return encode(PING, tenths.to_bytes(2, "big") + context)


def pong(context: bytes) -> bytes:
    """Return the answer to a PING."""
    return encode(PONG, context[:MAX_CONTEXT])


def error(reason: bytes) -> bytes:
    """Return an ERROR, which ends a handshake."""
    return encode(ERROR, bytes((len(reason),)) + reason)


def refusal(data: bytes) -> RemoteProtocolError:
    """Return what an ERROR that the peer has sent means; its `status` is set if it speaks of ZAP (NULL-7)."""
    if not data or len(data) <= data[0]:
        return Violation.MALFORMED_ERROR.found("ERROR command without a whole reason")
    reason = data[1 : 1 + data[0]]
    status = int(reason) if reason in (b"300", b"400", b"500") else None
    text = reason.decode("utf-8", "backslashreplace")
    return RemoteProtocolError(f"the peer refused the handshake: {text}", status=status)
