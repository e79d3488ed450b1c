"""What is known about the socket at the other end."""

from __future__ import annotations


class Peer:
    """Filled in while the handshake goes on.

    `properties` are what a message's metadata shows: Socket-Type, Identity, X-...;
    empty for peers that are older than ZMTP 3.0.
    """

    __slots__ = ("properties", "routing_id", "socket_type", "version")

    def __init__(self) -> None:
        self.version = (0, 0)  # until it is known
        self.socket_type: str | None = None
        self.routing_id = b""
        self.properties: dict[str, str] = {}
