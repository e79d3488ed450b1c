"""The life of a link, and what it needs of whoever made it."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol

from zerowire.options import Settings
from zerowire.routing.pipe import Pipe

if TYPE_CHECKING:
    from zerowire.engine.link import Link


class LinkState(Enum):
    """Where a link stands in its life."""

    __hash__ = object.__hash__  # each change of state looks two of them up

    HANDSHAKE = auto()  # greeting and mechanism; no pipe yet
    OPEN = auto()  # messages flow both ways
    DRAINING = auto()  # the peer has left; what it sent is still being delivered
    ORPHAN = auto()  # the socket does not want this peer: connected, but not listened to
    PARTING = auto()  # all is written; closes when the peer has it
    CLOSED = auto()


# A look into the class of an enum takes as long as many a step of a handshake.
HANDSHAKE, OPEN, DRAINING, ORPHAN, PARTING, CLOSED = LinkState

STATES = {
    LinkState.HANDSHAKE: {LinkState.OPEN, LinkState.CLOSED},
    LinkState.OPEN: {LinkState.DRAINING, LinkState.ORPHAN, LinkState.PARTING, LinkState.CLOSED},
    LinkState.DRAINING: {LinkState.ORPHAN, LinkState.CLOSED},
    LinkState.ORPHAN: {LinkState.PARTING, LinkState.CLOSED},
    LinkState.PARTING: {LinkState.CLOSED},
    LinkState.CLOSED: set(),
}


class Errand(Protocol):
    """What a link waits for, apart from octets: somebody's decision, or that the peer has all."""

    def cancel(self) -> None:
        """Wait no more. Idempotent."""


class LinkOwner(Protocol):
    """Who made a link, and lives longer."""

    settings: Settings

    @property
    def unsent(self) -> int:
        """How many messages wait to be sent."""

    def on_peer_ready(self, link: Link) -> Pipe | None:
        """The handshake is done. Returns the link's end of the pipe, or None to close the link."""

    def on_link_lost(self, link: Link, error: Exception | None) -> None:
        """The link is gone; None when it ended because all was sent and the socket wants no more."""
