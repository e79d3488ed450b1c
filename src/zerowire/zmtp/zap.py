"""ZAP: what a server and its authentication handler say to each other (RFC 27).

The server's frames start with the empty delimiter. The handler's do not: a REP socket takes it
away from requests, and puts it in front of replies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from zerowire.error import RemoteProtocolError
from zerowire.zmtp import metadata
from zerowire.zmtp.violation import Violation

ENDPOINT = "inproc://zeromq.zap.01"
VERSION = b"1.0"
REQUEST_ID = b"1"  # one request at a time is under way for a connection, so they are all number 1

SUCCESS = 200
TEMPORARY_ERROR = 300
AUTHENTICATION_FAILURE = 400
INTERNAL_ERROR = 500
STATUS = {b"%d" % s: s for s in (SUCCESS, TEMPORARY_ERROR, AUTHENTICATION_FAILURE, INTERNAL_ERROR)}

NO_PROPERTIES: Mapping[str, bytes] = MappingProxyType({})


class Request(NamedTuple):
    """What a server asks; `credentials` are those of the mechanism.

    PLAIN has a user name and a password, CURVE the client's key of 32 octets, GSSAPI a principal,
    NULL nothing. `address` is the client's, without a port; `routing_id` is the server's own.
    """

    request_id: bytes
    domain: bytes
    address: bytes
    routing_id: bytes
    mechanism: bytes
    credentials: tuple[bytes, ...]

    def __repr__(self) -> str:
        """Show who wants to come in, and no password: this may be logged."""
        return f"<ZAP request: {self.mechanism!r} from {self.address!r} in domain {self.domain!r}>"


class Reply(NamedTuple):
    """What a handler answers; `status` is 200, 300, 400 or 500."""

    status: int
    text: str
    user_id: bytes
    properties: Mapping[str, bytes]


# -- the server ------------------------------------------------------------------------------


def request(
    request_id: bytes,
    domain: bytes,
    address: bytes,
    routing_id: bytes,
    mechanism: bytes,
    credentials: Iterable[bytes],
) -> list[bytes]:
    """Return the frames of a request, the empty delimiter first."""
    return [b"", VERSION, request_id, domain, address, routing_id, mechanism, *credentials]


def parse_reply(frames: Sequence[bytes], request_id: bytes = REQUEST_ID) -> Reply:
    """Return what the frames say, of which the empty delimiter is the first.

    Raises:
        RemoteProtocolError: They are no reply to the request of this number; `code` says why.
    """
    if len(frames) != 7:
        raise Violation.ZAP_MALFORMED_REPLY.found(f"a ZAP reply has 7 frames, not {len(frames)}")
    delimiter, version, answered, status, text, user_id, properties = frames
    if delimiter:
        raise Violation.ZAP_UNSPECIFIED.found(f"a ZAP reply starts with an empty frame, not {delimiter!r}")
    if version != VERSION:
        raise Violation.ZAP_BAD_VERSION.found(f"the version of ZAP is {VERSION!r}, not {version!r}")
    if answered != request_id:
        raise Violation.ZAP_BAD_REQUEST_ID.found(f"the ZAP request was {request_id!r}, not {answered!r}")
    if status not in STATUS:
        raise Violation.ZAP_INVALID_STATUS_CODE.found(f"a ZAP status is 200, 300, 400 or 500, not {status!r}")
    return Reply(STATUS[status], metadata.as_text(text), user_id, _properties(properties))


def _properties(data: bytes) -> Mapping[str, bytes]:
    try:
        return metadata.decode(data)
    except RemoteProtocolError as error:
        raise Violation.ZAP_INVALID_METADATA.found(f"in a ZAP reply, {error}") from error


# -- the handler -----------------------------------------------------------------------------


def parse_request(frames: Sequence[bytes]) -> Request:
    """Return what the frames ask, which start behind the empty delimiter.

    Raises:
        RemoteProtocolError: There are too few frames, or they are of another version.
    """
    if len(frames) < 6:
        raise Violation.NONE.found(f"a ZAP request has at least 6 frames, not {len(frames)}")
    if frames[0] != VERSION:
        raise Violation.ZAP_BAD_VERSION.found(f"the version of ZAP is {VERSION!r}, not {frames[0]!r}")
    _, request_id, domain, address, routing_id, mechanism, *credentials = frames
    return Request(request_id, domain, address, routing_id, mechanism, tuple(credentials))


def reply(
    request_id: bytes,
    status: int,
    text: str = "",
    user_id: bytes = b"",
    properties: Mapping[str, bytes] = NO_PROPERTIES,
) -> list[bytes]:
    """Return the frames of a reply, to be sent behind an empty delimiter."""
    return [VERSION, request_id, b"%d" % status, text.encode(), user_id, metadata.encode(properties.items())]
