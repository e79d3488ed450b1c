"""Security contexts of Kerberos, for the mechanism GSSAPI, made of what a socket's options say.

Needs the package gssapi, so it is loaded when it is asked for. A step may take long: names are looked
up, files are read, and a client asks its key server for a ticket.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from gssapi import Credentials, MechType, Name, NameType, RequirementFlag, SecurityContext
from gssapi.exceptions import MissingCredentialsError
from gssapi.raw import IOV, wrap_iov_length
from gssapi.raw.misc import GSSError

from zerowire.constants import Errno
from zerowire.error import zmq_error
from zerowire.options import Settings
from zerowire.zmtp.mechanism.gssapi_messages import ContextError

Begin: TypeAlias = Callable[[], SecurityContext]

KERBEROS = MechType.kerberos
NAME_TYPES = (NameType.hostbased_service, NameType.user, NameType.kerberos_principal)
MUTUAL, IN_ORDER = RequirementFlag.mutual_authentication, RequirementFlag.out_of_sequence_detection
AUTHENTIC = MUTUAL | RequirementFlag.replay_detection | IN_ORDER  # libzmq asks for all but the order
NUMBERED = b"\5\4"  # how a token begins that has its number in the octets from 8 to 16 (RFC 4121)
SECRET = RequirementFlag.confidentiality | RequirementFlag.integrity

# What monitors tell; not every system has numbers for keys.
NO_KEY = getattr(errno, "ENOKEY", errno.EACCES)
EXPIRED = getattr(errno, "EKEYEXPIRED", errno.EACCES)
FIRST = 2529638912  # of Kerberos's own errors
REASONS = {
    FIRST + 32: EXPIRED,
    FIRST + 154: errno.EHOSTUNREACH,  # no key server is known for the realm,
    FIRST + 156: errno.EHOSTUNREACH,  # none answers,
    FIRST + 220: errno.EHOSTUNREACH,  # or none has an address
}


class Kerberos:
    """One side's security context. It gets its credentials when it takes its first step."""

    __slots__ = ("_begin", "_context", "_received", "complete", "initiator_name")

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._context: SecurityContext | None = None
        self._received = -1  # number of the last token that was unwrapped
        self.complete = False
        self.initiator_name = b""

    def step(self, token: bytes | None) -> bytes | None:
        """Return the next token for the other side, None if it needs no more."""
        with errors_told(ours=True):
            context = self._begin() if self._context is None else self._context
        self._context = context
        with errors_told(ours=token is None):
            answer: bytes | None = context.step(token)
        self.complete = context.complete
        if self.complete:
            self.initiator_name = bytes(context.initiator_name)
        return answer

    def wrap(self, content: bytes) -> bytes:
        """Encrypt."""
        assert self._context is not None
        with errors_told(ours=True):
            octets, is_encrypted, *_ = self._context.wrap(content, True)
        if not is_encrypted:
            raise ContextError("the security context does not encrypt", errno.EACCES)
        return bytes(octets)

    def unwrap(self, token: bytes) -> bytes:
        """Decrypt."""
        assert self._context is not None
        with errors_told(ours=False):
            octets, is_encrypted, *_ = self._context.unwrap(token)
        if not is_encrypted:
            raise ContextError("it is not encrypted")
        if token.startswith(NUMBERED):
            self._note(int.from_bytes(token[8:16], "big"))
        return bytes(octets)

    def _note(self, number: int) -> None:
        """Miss what was dropped on its way, also where the peer does not ask for that."""
        if self._received not in (-1, number - 1):
            raise ContextError(f"number {number} after number {self._received}")
        self._received = number

    def wrapped_size(self, size: int) -> int:
        """Return how many octets wrap() makes of so many."""
        assert self._context is not None
        pieces = IOV(bytes(size))
        wrap_iov_length(self._context, pieces, True)
        return sum(len(piece.value or b"") for piece in pieces)


def initiator(settings: Settings) -> Begin:
    """Return what makes the security context of a client.

    Raises:
        ZMQError: EINVAL: no server's principal is set.
    """
    service = settings.gssapi_service_principal
    if not service:
        raise zmq_error(
            Errno.EINVAL,
            "GSSAPI_SERVICE_PRINCIPAL is not set, and a client of GSSAPI needs it; servers set GSSAPI_SERVER",
        )
    kind = settings.gssapi_service_principal_nametype
    flags = AUTHENTIC if settings.gssapi_plaintext else AUTHENTIC | SECRET

    def begin() -> SecurityContext:
        own = credentials(settings, "initiate") if settings.gssapi_principal else None
        server = name(service, kind)
        return without_delay(
            SecurityContext(name=server, creds=own, flags=flags, mech=KERBEROS, usage="initiate")
        )

    return begin


def acceptor(settings: Settings) -> Begin:
    """Return what makes the security context of a server."""

    def begin() -> SecurityContext:
        return without_delay(SecurityContext(creds=credentials(settings, "accept"), usage="accept"))

    return begin


def credentials(settings: Settings, usage: str) -> Credentials:
    """Return what the options have to show: of one principal, or of whichever there is."""
    principal = settings.gssapi_principal
    own = name(principal, settings.gssapi_principal_nametype) if principal else None
    return Credentials(name=own, usage=usage, mechs=[KERBEROS])


def name(text: str, kind: int) -> Name:
    """Return a principal; `kind` is a value of GSSAPI_PRINCIPAL_NAMETYPE."""
    return Name(text.encode("utf-8", "surrogateescape"), NAME_TYPES[kind])


def without_delay(context: SecurityContext) -> SecurityContext:
    """Have a step raise its error at once, and not later in favour of a token about it."""
    vars(context)["__DEFER_STEP_ERRORS__"] = False  # a name that the package does not declare
    return context


@contextmanager
def errors_told(*, ours: bool) -> Iterator[None]:
    """Turn errors into those that the mechanism knows; `ours` are those that the peer has no part in."""
    try:
        yield
    except GSSError as error:
        raise ContextError(words_of(error), number_of(error) if ours else 0) from None


def words_of(error: GSSError) -> str:
    """Return what has happened, without numbers."""
    is_general = type(error) is GSSError or isinstance(error, MissingCredentialsError)
    said = error.get_all_statuses(error.min_code if is_general else error.maj_code, not is_general)
    return ", ".join(said)


def number_of(error: GSSError) -> int:
    """Return what monitors tell."""
    unknown = NO_KEY if isinstance(error, MissingCredentialsError) else errno.EACCES
    return REASONS.get(error.min_code, unknown)
