"""What a socket can tell about itself and its peers."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from zerowire.routing.pipe import Pipe

if TYPE_CHECKING:
    from zerowire.engine.socket import SocketCore


class PeerStats(NamedTuple):
    """One peer of a socket, at the moment of asking.

    Attributes:
        endpoint: Where it is: what was connected to, or the address it came from.
        routing_id: What it calls itself, or what the socket calls it; often empty.
        state: "ready", or "connecting" while there is nobody at the other end.
        socket_type: Its type, "" when it has not said.
        messages_in, octets_in: Received from it so far; messages taken by the application
            or waiting for it, payload octets over inproc and octets of the wire elsewhere.
        messages_out, octets_out: Sent to it so far.
        queued_in: Messages that wait for the application.
        queued_out: Messages that wait to be sent.
        dropped: Messages for this peer that were dropped by contract.
        last_heard: Seconds since anything came from it; None if never, and over inproc.
    """

    endpoint: str
    routing_id: bytes
    state: str
    socket_type: str
    messages_in: int
    messages_out: int
    octets_in: int
    octets_out: int
    queued_in: int
    queued_out: int
    dropped: int
    last_heard: float | None


class SocketStats(NamedTuple):
    """A socket, at the moment of asking.

    Attributes:
        messages_in, messages_out, octets_in, octets_out: Totals, peers that left included.
        queued_in, queued_out: Messages that wait now.
        dropped: Messages that were dropped by contract: no peer, no room, no such address,
            or sent by somebody the socket type does not listen to.
        lost: Messages that were dropped with the connection or endpoint they waited in.
        peers: One entry for each peer that is there or expected.
    """

    messages_in: int
    messages_out: int
    octets_in: int
    octets_out: int
    queued_in: int
    queued_out: int
    dropped: int
    lost: int
    peers: tuple[PeerStats, ...]


class Totals:
    """What the peers that left had added up to."""

    __slots__ = ("messages_in", "messages_out", "octets_in", "octets_out")

    def __init__(self) -> None:
        self.messages_in = self.messages_out = 0
        self.octets_in = self.octets_out = 0

    def add(self, peer: PeerStats) -> None:
        """Count a peer that leaves."""
        self.messages_in += peer.messages_in
        self.messages_out += peer.messages_out
        self.octets_in += peer.octets_in
        self.octets_out += peer.octets_out


def peer_stats(core: SocketCore, pipe: Pipe) -> PeerStats:
    """Describe the peer at the other end of a pipe."""
    owner = core.pipes.get(pipe)
    out, back = pipe.outbound, pipe.inbound
    link = getattr(owner, "link", None)
    octets_out, octets_in = (0, 0) if owner is None else owner.wire_octets
    return PeerStats(
        endpoint=pipe.endpoint,
        routing_id=pipe.routing_id,
        state="ready" if getattr(owner, "is_ready", False) else "connecting",
        socket_type=pipe.metadata.get("Socket-Type", ""),
        messages_in=back.pushed,
        messages_out=out.pushed - len(out.items),
        octets_in=octets_in,
        octets_out=octets_out,
        queued_in=len(back.items),
        queued_out=len(out.items),
        dropped=pipe.dropped,
        last_heard=None if link is None else monotonic() - link.last_heard,
    )


def socket_stats(core: SocketCore) -> SocketStats:
    """Describe a socket. Called with its lock held."""
    peers = tuple(peer_stats(core, pipe) for pipe in core.pipes)
    past = core.totals
    return SocketStats(
        messages_in=past.messages_in + sum(peer.messages_in for peer in peers),
        messages_out=past.messages_out + sum(peer.messages_out for peer in peers),
        octets_in=past.octets_in + sum(peer.octets_in for peer in peers),
        octets_out=past.octets_out + sum(peer.octets_out for peer in peers),
        queued_in=sum(peer.queued_in for peer in peers),
        queued_out=sum(peer.queued_out for peer in peers),
        dropped=core.pattern.dropped,  # those of the peers are among them
        lost=core.lost,
        peers=peers,
    )
