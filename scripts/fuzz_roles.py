"""Who talks to whom in scripts/fuzz.py: each mechanism, with the one side or the other to hear nonsense.

All that is random comes from the case, so that it can be repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random
from zlib import crc32

from zerowire.zmtp.mechanism import boxes
from zerowire.zmtp.mechanism.base import Mechanism
from zerowire.zmtp.mechanism.curve import CurveClient, CurveServer
from zerowire.zmtp.mechanism.gssapi import Gssapi, GssapiClient, GssapiServer
from zerowire.zmtp.mechanism.gssapi_messages import ContextError
from zerowire.zmtp.mechanism.null import Null
from zerowire.zmtp.mechanism.plain import PlainClient, PlainServer

Make = Callable[[bytes], Mechanism]  # of a property list


@dataclass(frozen=True)
class Role:
    """Makers of the mechanisms of two sides, of the one that hears nonsense first."""

    victim: Make
    partner: Make


def key_pair(number: int) -> tuple[bytes, bytes]:
    """Return a public key and its secret."""
    secret = Random(number).randbytes(boxes.KEY_SIZE)
    return boxes.public_key(secret), secret


SERVER, CLIENT = key_pair(1), key_pair(2)
PLAIN_CLIENT: Make = partial(PlainClient, username=b"user", password=b"password")


def curve_server(random: Random) -> Make:
    """Return what makes CURVE servers whose keys can be foretold."""
    return partial(CurveServer, public_key=SERVER[0], secret_key=SERVER[1], fill=filler(random))


def curve_client(random: Random) -> Make:
    """Return what makes CURVE clients whose keys can be foretold."""
    public, secret = CLIENT
    return partial(
        CurveClient, public_key=public, secret_key=secret, server_key=SERVER[0], fill=filler(random)
    )


def filler(random: Random) -> Callable[[bytearray], None]:
    """Return what fills a bytearray."""

    def fill(octets: bytearray) -> None:
        octets[:] = random.randbytes(len(octets))

    return fill


class ToyContext:
    """A security context that knows nobody and keeps no secret, but notices what was changed.

    Args:
        tokens: How many each side says.
        is_client: Whether this side begins.
    """

    def __init__(self, tokens: int, is_client: bool) -> None:
        self._left = tokens
        self._is_client = is_client
        self.initiator_name = b"user@REALM"

    @property
    def complete(self) -> bool:
        """Whether no more tokens are needed."""
        return not self._left

    def step(self, token: bytes | None) -> bytes | None:
        """Return the next token, None if the other side needs no more."""
        if token is not None:
            self._expect(self.unwrap(token) == b"token")
            if self._is_client:
                self._left -= 1
                if not self._left:
                    return None
        if not self._is_client:
            self._left -= 1
        return self.wrap(b"token")

    def wrap(self, content: bytes) -> bytes:
        """Add a checksum."""
        return content + crc32(content).to_bytes(4, "big")

    def unwrap(self, token: bytes) -> bytes:
        """Take the checksum away."""
        content = token[:-4]
        self._expect(self.wrap(content) == token)
        return content

    def wrapped_size(self, size: int) -> int:
        """Return how many octets wrap() makes of so many."""
        return size + 4

    def _expect(self, is_right: bool) -> None:
        if not is_right:
            raise ContextError("changed on its way")


def gssapi(kind: type[Gssapi], random: Random, encrypts: bool = True) -> Make:
    """Return what makes GSSAPI sides; now and then they do not agree about how long it takes."""
    tokens = random.choice((1, 1, 1, 1, 1, 1, 1, 1, 2, 3))

    def make(metadata: bytes) -> Mechanism:
        return kind(metadata, context=ToyContext(tokens, kind is GssapiClient), encrypts=encrypts)

    return make


ROLES: dict[str, Callable[[Random], Role]] = {
    "null": lambda random: Role(Null, Null),
    "null-asks": lambda random: Role(partial(Null, asks=True), Null),
    "plain-server": lambda random: Role(PlainServer, PLAIN_CLIENT),
    "plain-client": lambda random: Role(PLAIN_CLIENT, PlainServer),
    "curve-server": lambda random: Role(curve_server(random), curve_client(random)),
    "curve-client": lambda random: Role(curve_client(random), curve_server(random)),
    "gssapi-server": lambda random: Role(gssapi(GssapiServer, random), gssapi(GssapiClient, random)),
    "gssapi-client": lambda random: Role(gssapi(GssapiClient, random), gssapi(GssapiServer, random)),
    "gssapi-plaintext": lambda random: Role(
        gssapi(GssapiServer, random, encrypts=False), gssapi(GssapiClient, random, encrypts=False)
    ),
    "mismatch": lambda random: Role(
        curve_server(random), random.choice((PLAIN_CLIENT, curve_server(random)))
    ),
}
