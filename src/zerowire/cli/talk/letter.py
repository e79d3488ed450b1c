"""A message that came, with what is known of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from zerowire.constants import SocketType
from zerowire.message import Frame

WITH_ADDRESS = frozenset({SocketType.ROUTER, SocketType.STREAM, SocketType.DGRAM})  # as a frame of its own


@dataclass
class Letter:
    """A message.

    Attributes:
        frames: All of it.
        envelope: Those of them that say where it comes from.
        body: The others.
        peer: The address of whom it comes from, "" if it is not known.
        user: Who that is, as an authenticator has said; "" if none has.
        group: Of RADIO and DISH.
        routing_id: Of SERVER and PEER; 0 if there is none.
        time: When it was received, in seconds since 1970.
    """

    frames: list[bytes]
    envelope: list[bytes] = field(default_factory=list)
    peer: str = ""
    user: str = ""
    group: str = ""
    routing_id: int = 0
    time: float = field(default_factory=time.time)

    @classmethod
    def of(cls, socket_type: SocketType, frames: Sequence[Frame]) -> Letter:
        """Return the letter that a socket of this type has received as frames."""
        parts = [frame.bytes for frame in frames]
        first = frames[0]
        peer, user = (first.metadata.get(name, "") for name in ("Peer-Address", "User-Id"))
        envelope = envelope_of(parts) if socket_type in WITH_ADDRESS else []
        return cls(parts, envelope, peer, user, first.group, first.routing_id)

    @property
    def body(self) -> list[bytes]:
        """The frames that are not the envelope."""
        return self.frames[len(self.envelope) :]

    @property
    def size(self) -> int:
        """Octets in all frames of the body."""
        return sum(map(len, self.body))


def envelope_of(parts: Sequence[bytes]) -> list[bytes]:
    """Return the frames that say where a message comes from: RFC 28's envelope, or the first frame."""
    if b"" in parts[1:-1]:
        return list(parts[: parts.index(b"", 1) + 1])
    return list(parts[:1])
