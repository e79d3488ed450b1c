"""What a sniffer has seen, one thing at a time."""

from __future__ import annotations

from typing import Any, NamedTuple


class Seen(NamedTuple):
    """Something that happened on a connection.

    kind        facts
    open        -
    greeting    version, mechanism, as_server; socket_type before ZMTP 3
    command     name, and what it says: properties, topic, ttl, context, reason, username or size
    identity    routing_id: the first frame of ZMTP 1.0 and 2.0
    message     frames
    sealed      size: a message or a command that a mechanism has encrypted
    gap         size: octets that are missing in the capture
    foreign     what: the stream is no ZMTP
    broken      reason: the peer broke the protocol, or the octets cannot be understood
    close       how: "end" or "reset"
    pgm         packet: SPM, RDATA, NAK, NCF or SPMR; session; first and last, or numbers
    lost        packets: so many that a publisher sent to a group did not come, not even again
    """

    time: float  # seconds since 1970
    source: str  # address:port of who has sent it
    target: str
    kind: str
    facts: dict[str, Any]
