"""Traffic of GSSAPI: every frame in a MESSAGE, encrypted by the security context.

7 "MESSAGE"   length (4)   wrapped: flags (1) and body
"""

from __future__ import annotations

from errno import EACCES, EMSGSIZE
from typing import Protocol

from zerowire.error import zmq_error
from zerowire.leaf.octets import MORE
from zerowire.zmtp import command
from zerowire.zmtp.framing import COMMAND
from zerowire.zmtp.mechanism.base import Traffic
from zerowire.zmtp.violation import Violation

HEAD = b"\7MESSAGE"
LENGTH = 4  # octets of a length
LONGEST = 2**32 - 1

# Flags in a MESSAGE. Later versions of libzmq have the last two, and no command's name before the topic.
WRAPPED_COMMAND, SUBSCRIBE, CANCEL = 2, 4, 8
KNOWN_FLAGS = MORE | WRAPPED_COMMAND | SUBSCRIBE | CANCEL


class ContextError(Exception):
    """A security context cannot go on.

    Args:
        message: Why, in words.
        errno: Why, as a number, if this side cannot do its part; 0 if the peer's token is wrong.
    """

    def __init__(self, message: str, errno: int = 0) -> None:
        super().__init__(message)
        self.errno = errno


class Wrapper(Protocol):
    """What encrypts: a security context that is complete."""

    def wrap(self, content: bytes) -> bytes: ...
    def unwrap(self, token: bytes) -> bytes: ...
    def wrapped_size(self, size: int) -> int: ...


class GssapiMessages(Traffic):
    """Wraps what this side sends, and unwraps what the other has sent."""

    __slots__ = ("_context",)

    def __init__(self, context: Wrapper) -> None:
        self._context = context

    def encode(self, flags: int, body: bytes | memoryview) -> bytes:
        """Return a MESSAGE.

        Raises:
            ZMQError: EMSGSIZE: it would be longer than a MESSAGE can be; others: the security context
                does not encrypt any more.
        """
        inner = WRAPPED_COMMAND if flags & COMMAND else flags & MORE
        try:
            token = self._context.wrap(b"".join((bytes((inner,)), body)))
        except ContextError as error:
            raise zmq_error(error.errno or EACCES, f"GSSAPI cannot encrypt: {error}") from None
        if len(token) > LONGEST:
            raise zmq_error(EMSGSIZE, f"a frame of {len(body)} octets is too long for GSSAPI")
        return HEAD + counted(token)

    def decode(self, body: bytes) -> tuple[int, bytes]:
        """Return the flags and the body in a MESSAGE.

        Raises:
            RemoteProtocolError: It is none, or not the peer's.
        """
        if not body.startswith(HEAD):
            raise Violation.UNEXPECTED_COMMAND.found(f"expected MESSAGE, not {body[:8]!r}")
        token = token_of(body[len(HEAD) :], Violation.MALFORMED_MESSAGE)
        try:
            content = self._context.unwrap(token)
        except ContextError as error:
            raise Violation.CRYPTOGRAPHIC.found(f"MESSAGE that cannot be decrypted: {error}") from None
        if not content:
            raise Violation.MALFORMED_MESSAGE.found("MESSAGE without flags")
        flags = content[0]
        if flags & ~KNOWN_FLAGS:
            raise Violation.MALFORMED_MESSAGE.found(f"MESSAGE with the reserved flags {flags:#x}")
        return opened(flags, content[1:])

    def encoded_size(self, size: int) -> int:
        """Return the size of a MESSAGE that carries a body of `size` octets."""
        return len(HEAD) + LENGTH + self._context.wrapped_size(1 + size)


def opened(flags: int, body: bytes) -> tuple[int, bytes]:
    """Return the flags and the body of a frame from those in a MESSAGE."""
    if flags & SUBSCRIBE:
        return COMMAND, command.encode(command.SUBSCRIBE, body)
    if flags & CANCEL:
        return COMMAND, command.encode(command.CANCEL, body)
    return COMMAND if flags & WRAPPED_COMMAND else flags, body


def counted(token: bytes) -> bytes:
    """Return a token behind its length."""
    return len(token).to_bytes(LENGTH, "big") + token


def token_of(data: bytes, violation: Violation) -> bytes:
    """Return the token in data that must be a length and a token.

    Raises:
        RemoteProtocolError: It is not.
    """
    token = data[LENGTH:]
    if len(data) < LENGTH or int.from_bytes(data[:LENGTH], "big") != len(token):
        raise violation.found(f"{len(data)} octets that are not a length and as many octets of a token")
    return token
