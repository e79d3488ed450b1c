"""What is known about the socket at the other end."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Peer:
    """Filled in while the handshake goes on.

    `properties` are what a message's metadata shows: Socket-Type, Identity, X-...;
    empty for peers that are older than ZMTP 3.0.
    """

    version: tuple[int, int] = (0, 0)  # (0, 0) until it is known
    socket_type: str | None = None
    routing_id: bytes = b""
    properties: dict[str, str] = field(default_factory=dict)
