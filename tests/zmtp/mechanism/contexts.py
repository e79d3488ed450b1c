"""Security contexts for tests, which ask nobody: pairs that know each other from the start.

What they encrypt is hidden, numbered and signed, so that no change of it goes unnoticed.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from hashlib import blake2s

from zerowire.zmtp.mechanism.gssapi_messages import ContextError

KEY = b"what both have in common"
OVERHEAD = 16
NAME = b"ann@TEST.LOCAL"
NOTHING: Mapping[int, ContextError | ZeroDivisionError] = {}

NO_TICKET = ContextError("no ticket for the service", errno.EACCES)
NO_KEY = ContextError("no key for the service", errno.ENOENT)


class FakeContext:
    """One side, which says and hears `rounds` tokens.

    Args:
        initiates: Whether it is the client's.
        rounds: How many tokens each side has for the other.
        failures: What to raise at which step, counted from 1.
        last: What the last step says in place of what it should.
    """

    def __init__(
        self,
        *,
        initiates: bool,
        rounds: int = 1,
        failures: Mapping[int, ContextError | ZeroDivisionError] = NOTHING,
        last: bytes | None = b"as it should",
    ) -> None:
        self._initiates = initiates
        self._rounds = rounds
        self._failures = failures
        self._last = last
        self.steps = 0
        self.sent = 0
        self.received = 0

    @property
    def complete(self) -> bool:
        return self.steps == self._rounds + self._initiates

    @property
    def initiator_name(self) -> bytes:
        return NAME

    def step(self, token: bytes | None) -> bytes | None:
        self.steps += 1
        if self.steps in self._failures:
            raise self._failures[self.steps]
        if token != self._expected():
            raise ContextError(f"a token that is {token!r}")
        if self.complete and self._last != b"as it should":
            return self._last
        return None if self.complete and self._initiates else self._token(self._initiates, self.steps)

    def _expected(self) -> bytes | None:
        if self._initiates:
            return None if self.steps == 1 else self._token(False, self.steps - 1)
        return self._token(True, self.steps)

    @staticmethod
    def _token(from_client: bool, number: int) -> bytes:
        return b"%s token %d" % (b"client's" if from_client else b"server's", number)

    def wrap(self, content: bytes) -> bytes:
        self.sent += 1
        return self._signature(self._initiates, self.sent, content) + hidden(content)

    def unwrap(self, token: bytes) -> bytes:
        self.received += 1
        content = hidden(token[OVERHEAD:])
        if token[:OVERHEAD] != self._signature(not self._initiates, self.received, content):
            raise ContextError("it is not the next one of the peer")
        return content

    def wrapped_size(self, size: int) -> int:
        return OVERHEAD + size

    @staticmethod
    def _signature(from_client: bool, number: int, content: bytes) -> bytes:
        head = b"%d %d " % (from_client, number)
        return blake2s(head + content, key=KEY, digest_size=OVERHEAD).digest()


def hidden(octets: bytes) -> bytes:
    return bytes(octet ^ 0x55 for octet in octets)
