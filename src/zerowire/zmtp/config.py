"""What a local socket brings to each of its connections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
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
        return _announcement(self.socket_type, self.routing_id, tuple(self.metadata.items()))


@lru_cache(maxsize=64)  # a listener says the same to each of its peers
def _announcement(kind: SocketType, routing_id: bytes, own: tuple[tuple[str, bytes], ...]) -> bytes:
    properties = [("Socket-Type", kind.name.encode())]
    if kind in ANNOUNCES_IDENTITY:
        properties.append(("Identity", routing_id))
    cut_at_nul = ((name, value.partition(b"\0")[0]) for name, value in sorted(own))
    return metadata.encode([*properties, *cut_at_nul])
