"""Look at a socket and its peers, and write a record of them."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from zerowire import engine
from zerowire.routing.pipe import Pipe

if TYPE_CHECKING:
    from zerowire.engine.records import PeerStats, SocketStats
    from zerowire.engine.socket import SocketCore


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
    last_heard = getattr(getattr(owner, "link", None) or owner, "last_heard", None)
    octets_out, octets_in = (0, 0) if owner is None else owner.wire_octets
    return engine.records.PeerStats(
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
        last_heard=None if last_heard is None else monotonic() - last_heard,
        multicast=getattr(owner, "multicast", None),
        datagrams=getattr(owner, "datagrams", None),
    )


def socket_stats(core: SocketCore) -> SocketStats:
    """Describe a socket. Called with its lock held."""
    peers = tuple(peer_stats(core, pipe) for pipe in core.pipes)
    past = core.totals
    return engine.records.SocketStats(
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
