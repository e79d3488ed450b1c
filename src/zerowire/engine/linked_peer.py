"""What a socket keeps of a peer that it reaches through a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zerowire.engine import records  # noqa: F401  # a peer may leave when nothing can be loaded any more
from zerowire.engine.link import Link
from zerowire.engine.outbox import take
from zerowire.options import Settings
from zerowire.routing.pipe import Pipe

if TYPE_CHECKING:
    from zerowire.engine.socket import SocketCore


class LinkedPeer:
    """A pipe, the link that empties its other end, and what they have counted.

    A session gives its pipe one link after another; a guest comes and goes with its only one.
    """

    __slots__ = ("_past_octets", "core", "endpoint", "link", "link_end", "pipe", "settings")

    def __init__(self, core: SocketCore, endpoint: str, settings: Settings) -> None:
        self.core = core
        self.endpoint = endpoint
        self.settings = settings
        self.link: Link | None = None
        self.pipe: Pipe | None = None  # the socket's end
        self.link_end: Pipe | None = None
        self._past_octets = (0, 0)  # of links that are gone

    @property
    def is_ready(self) -> bool:
        """Whether a peer is there that has completed its handshake."""
        return self.link is not None and self.link.pipe is not None

    @property
    def unsent(self) -> int:
        """How many messages wait to be sent."""
        waiting = 0 if self.link_end is None else len(self.link_end.inbound.items)
        return waiting if self.link is None else waiting + self.link.begun

    @property
    def wire_octets(self) -> tuple[int, int]:
        """Octets written and read, over all connections."""
        link = self.link
        out, back = self._past_octets
        return (out, back) if link is None else (out + link.octets_out, back + link.octets_in)

    def set_hwm(self, pipe: Pipe, sndhwm: int, rcvhwm: int) -> None:
        """Change the marks of the pipe."""
        pipe.outbound.set_hwm(sndhwm)
        pipe.inbound.set_hwm(rcvhwm)

    def identify(self, link: Link) -> None:
        """Tell the pipe who is at its other end now."""
        pipe, peer = self.pipe, link.connection.peer
        assert pipe is not None
        if not pipe.assigned:
            pipe.routing_id = peer.routing_id
        pipe.metadata = {**peer.properties, "Peer-Address": link.stream.peer_address}  # META-2

    def drop_link(self) -> None:
        """Close the link if it still stands, and keep what it has counted."""
        if self.link is not None:
            self.link.close()
            self._past_octets = self.wire_octets
            self.link = None

    def drop_pipe(self) -> None:
        """Take the pipe from the socket; what it did not send is lost, and counted."""
        if self.pipe is not None and self.link_end is not None:
            self.core.detach(self.pipe)
            count = len(self.link_end.inbound.items)
            self.core.lost += count
            take(self.link_end, count)
            self.link_end.close()
            self.pipe = self.link_end = None
