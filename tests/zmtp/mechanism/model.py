"""CURVE once more, written for tests with PyNaCl's own functions, from the text of RFC 26.

Each command can be made wrong in one respect, and every secret can be looked at. Commands are
bodies of frames: their name with its length, and data.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from nacl.bindings import (
    crypto_box,
    crypto_box_open,
    crypto_scalarmult_base,
    crypto_secretbox,
    crypto_secretbox_open,
)

ZEROS = bytes(64)


@dataclass(frozen=True)
class Pair:
    """A key pair."""

    secret: bytes

    @property
    def public(self) -> bytes:
        return crypto_scalarmult_base(self.secret)


def pair(seed: int) -> Pair:
    """Return a key pair, always the same for a seed."""
    return Pair(bytes((seed,)) * 32)


CLIENT, SERVER, STRANGER = pair(1), pair(2), pair(3)
CLIENT_TRANSIENT, SERVER_TRANSIENT = pair(4), pair(5)
LONG_NONCE = b"sixteen octets.."


def number(value: int) -> bytes:
    return value.to_bytes(8, "big")


def box(content: bytes, nonce: bytes, sender: Pair, receiver: bytes) -> bytes:
    return crypto_box(content, nonce, receiver, sender.secret)


def opened(closed: bytes, nonce: bytes, sender: bytes, receiver: Pair) -> bytes:
    return crypto_box_open(closed, nonce, sender, receiver.secret)


@dataclass
class Side:
    """What both sides have."""

    own: Pair
    transient: Pair
    theirs: bytes = b""  # the other side's transient public key
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    letter = b"C"

    def message(self, body: bytes, flags: int = 0, *, numbered: int | None = None) -> bytes:
        """Return a MESSAGE."""
        counter = number(next(self.numbers) if numbered is None else numbered)
        prefix = b"CurveZMQMESSAGE" + self.letter
        return (
            b"\7MESSAGE"
            + counter
            + box(bytes((flags,)) + body, prefix + counter, self.transient, self.theirs)
        )

    def read_message(self, body: bytes) -> tuple[int, int, bytes]:
        """Return the number, the flags and the body in a MESSAGE."""
        assert body[:8] == b"\7MESSAGE"
        prefix = b"CurveZMQMESSAGE" + (b"S" if self.letter == b"C" else b"C")
        content = opened(body[16:], prefix + body[8:16], self.theirs, self.transient)
        return int.from_bytes(body[8:16], "big"), content[0], content[1:]


@dataclass
class Client(Side):
    """The client's side."""

    own: Pair = CLIENT
    transient: Pair = CLIENT_TRANSIENT
    server: bytes = SERVER.public
    cookie: bytes = b""
    long_nonce: bytes = LONG_NONCE

    def hello(
        self,
        *,
        version: bytes = b"\1\0",
        padding: bytes = bytes(72),
        signed: bytes = ZEROS,
        prefix: bytes = b"CurveZMQHELLO---",
        numbered: int | None = None,
    ) -> bytes:
        counter = number(next(self.numbers) if numbered is None else numbered)
        signature = box(signed, prefix + counter, self.transient, self.server)
        return b"\5HELLO" + version + padding + self.transient.public + counter + signature

    def read_welcome(self, body: bytes) -> None:
        assert body[:8] == b"\7WELCOME"
        content = opened(body[24:], b"WELCOME-" + body[8:24], self.server, self.transient)
        self.theirs, self.cookie = content[:32], content[32:]

    def initiate(
        self,
        metadata: bytes = b"",
        *,
        voucher: Pair | None = None,
        vouched: bytes | None = None,
        prefix: bytes = b"CurveZMQINITIATE",
        vouch_prefix: bytes = b"VOUCH---",
        numbered: int | None = None,
    ) -> bytes:
        counter = number(next(self.numbers) if numbered is None else numbered)
        vouched = self.transient.public + self.server if vouched is None else vouched
        vouch = box(vouched, vouch_prefix + self.long_nonce, voucher or self.own, self.theirs)
        content = self.own.public + self.long_nonce + vouch + metadata
        return (
            b"\10INITIATE"
            + self.cookie
            + counter
            + box(content, prefix + counter, self.transient, self.theirs)
        )

    def read_ready(self, body: bytes) -> tuple[int, bytes]:
        """Return the number of a READY, and its metadata."""
        assert body[:6] == b"\5READY"
        counter = body[6:14]
        content = opened(body[14:], b"CurveZMQREADY---" + counter, self.theirs, self.transient)
        return int.from_bytes(counter, "big"), content


@dataclass
class Server(Side):
    """The server's side."""

    own: Pair = SERVER
    transient: Pair = SERVER_TRANSIENT
    cookie_key: bytes = b"k" * 32
    long_nonce: bytes = LONG_NONCE
    client: bytes = b""
    letter = b"S"

    def read_hello(self, body: bytes) -> None:
        assert len(body) == 200
        assert body[:80] == b"\5HELLO\1\0" + bytes(72)
        self.theirs = body[80:112]
        content = opened(body[120:], b"CurveZMQHELLO---" + body[112:120], self.theirs, self.own)
        assert content == ZEROS

    def welcome(self, *, prefix: bytes = b"WELCOME-", sender: Pair | None = None) -> bytes:
        held = self.theirs + self.transient.secret
        nonce = self.long_nonce
        cookie = nonce + crypto_secretbox(held, b"COOKIE--" + nonce, self.cookie_key)
        content = self.transient.public + cookie
        return b"\7WELCOME" + nonce + box(content, prefix + nonce, sender or self.own, self.theirs)

    def read_initiate(self, body: bytes) -> tuple[int, bytes]:
        """Return the number of an INITIATE, and its metadata."""
        assert body[:9] == b"\10INITIATE"
        cookie, counter = body[9:105], body[105:113]
        held = crypto_secretbox_open(cookie[16:], b"COOKIE--" + cookie[:16], self.cookie_key)
        assert held == self.theirs + self.transient.secret
        content = opened(body[113:], b"CurveZMQINITIATE" + counter, self.theirs, self.transient)
        self.client, nonce, vouch = content[:32], content[32:48], content[48:128]
        vouched = opened(vouch, b"VOUCH---" + nonce, self.client, self.transient)
        assert vouched == self.theirs + self.own.public
        return int.from_bytes(counter, "big"), content[128:]

    def ready(
        self, metadata: bytes = b"", *, prefix: bytes = b"CurveZMQREADY---", numbered: int | None = None
    ) -> bytes:
        counter = number(next(self.numbers) if numbered is None else numbered)
        return b"\5READY" + counter + box(metadata, prefix + counter, self.transient, self.theirs)


class Source:
    """What stands in for random octets: keys and nonces that a test names, then others that never repeat."""

    def __init__(self, *first: bytes) -> None:
        self._first = list(first)
        self._serial = itertools.count(1)
        self.given: list[bytes] = []

    def __call__(self, octets: bytearray) -> None:
        if self._first:
            octets[:] = self._first.pop(0)
        else:
            octets[:] = (next(self._serial) << 64).to_bytes(
                len(octets), "little"
            )  # a key's first bits say nothing
        self.given.append(bytes(octets))
