"""Octets of WebSockets, made without wsproto."""

from __future__ import annotations

BINARY, TEXT, CONTINUATION, CLOSE, PING, PONG = 2, 1, 0, 8, 9, 10
MASK = b"\x01\x02\x03\x04"
READY_DEALER = b"\x02\x05READY\x0bSocket-Type\0\0\0\x06DEALER"

# The example of RFC 45.
REQUEST = (
    b"GET /zeromq HTTP/1.1\r\n"
    b"Host: server.example.com\r\n"
    b"Upgrade: websocket\r\n"
    b"Connection: Upgrade\r\n"
    b"Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n"
    b"Sec-WebSocket-Protocol: ZWS2.0,ZWS2.0/NULL\r\n"
    b"Sec-WebSocket-Version: 13\r\n"
    b"Origin: http://example.com\r\n\r\n"
)
ACCEPT = b"HSmrc0sMlYUkAGmm5OPpG2HaGWk="

# What a DEALER of libzmq, built from its repository with drafts, says: [a, bcd] and a frame of 130 octets.
LIBZMQ_REQUEST = (
    b"GET /there HTTP/1.1\r\n"
    b"Host: 127.0.0.1\r\n"
    b"Upgrade: websocket\r\n"
    b"Connection: Upgrade\r\n"
    b"Sec-WebSocket-Key: Z0WLa2mYPORR3LD0SpToKg==\r\n"
    b"Sec-WebSocket-Protocol: ZWS2.0/NULL,ZWS2.0\r\n"
    b"Sec-WebSocket-Version: 13\r\n\r\n"
)
LIBZMQ_TRAFFIC = bytes.fromhex(
    "82aca38e1f29a18b4d6ce2ca4622f0e17c42c6fa327ddafe7a29a38e196de6cf536cf1865"
    "64dc6e06b40d7f71f29a38c724c8282bd1b58babc7a8284aeb141f2aed3229682fe008379e2a9e379"
    + "87cc861c" * 32
    + "87cc"
)


def request(*protocols: bytes) -> bytes:
    """Return the request of a client that offers these."""
    return REQUEST.replace(b"ZWS2.0,ZWS2.0/NULL", b", ".join(protocols))


def frame(payload: bytes, opcode: int = BINARY, *, masked: bool = True, first: int = 0x80) -> bytes:
    """Return a frame; `first` has the bits beside the opcode."""
    return header(len(payload), opcode, masked=masked, first=first) + (
        masked_with(MASK, payload) if masked else payload
    )


def header(size: int, opcode: int = BINARY, *, masked: bool = True, first: int = 0x80) -> bytes:
    """Return what stands in front of so many octets."""
    bit = 0x80 if masked else 0
    if size < 126:
        length = bytes((bit | size,))
    elif size < 65536:
        length = bytes((bit | 126,)) + size.to_bytes(2, "big")
    else:
        length = bytes((bit | 127,)) + size.to_bytes(8, "big")
    return bytes((first | opcode,)) + length + (MASK if masked else b"")


def masked_with(mask: bytes, payload: bytes) -> bytes:
    """Return a payload masked, or unmasked."""
    return bytes(octet ^ mask[index % 4] for index, octet in enumerate(payload))
