"""What a local socket brings to each of its connections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from zerowire.constants import SocketType
from zerowire.zmtp import metadata
from zerowire.zmtp.mechanism.base import Mechanism
from zerowire.zmtp.mechanism.null import Null
from zerowire.zmtp.socket_type import ANNOUNCES_IDENTITY


class Config(NamedTuple):
    """Settings that a connection reads; one Config may serve many connections.

    Times are in seconds, and None turns the timer off. `mechanism` makes a fresh
    mechanism for a connection from the property list that it shall announce: a
    Mechanism class, or a partial() of one that needs more.
    """

    socket_type: SocketType
    routing_id: bytes = b""
    mechanism: Callable[[bytes], Mechanism] = Null
    metadata: Mapping[str, bytes] = {}  # X-... properties
    max_message_size: int = -1  # octets in a frame, commands included; -1 is no limit
    handshake_timeout: float | None = None
    heartbeat_interval: float | None = None
    heartbeat_ttl: float = 0.0  # asked of the peer in our PINGs; 0 asks nothing
    heartbeat_timeout: float | None = None
    allow_legacy: bool = True  # talk to peers older than ZMTP 3.0, which cannot be authenticated

    def announcement(self) -> bytes:
        """Return the property list that a handshake carries (NULL-4)."""
        properties = [("Socket-Type", self.socket_type.name.encode())]
        if self.socket_type in ANNOUNCES_IDENTITY:
            properties.append(("Identity", self.routing_id))
        cut_at_nul = ((name, self.metadata[name].partition(b"\0")[0]) for name in sorted(self.metadata))
        return metadata.encode([*properties, *cut_at_nul])
