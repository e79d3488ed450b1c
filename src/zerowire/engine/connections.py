"""What a socket's options mean for a new connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zerowire import zmtp
from zerowire.constants import SecurityMechanism, SocketType
from zerowire.options import Settings, seconds

if TYPE_CHECKING:
    from zerowire.zmtp.config import Config
    from zerowire.zmtp.connection import Connection
    from zerowire.zmtp.raw import RawConnection


def connection_config(socket_type: SocketType, settings: Settings) -> Config:
    """Translate options (milliseconds) into what the protocol wants (seconds)."""
    interval = settings.heartbeat_ivl
    timeout = settings.heartbeat_timeout
    return zmtp.connection.Config(
        socket_type=socket_type,
        routing_id=settings.routing_id,
        metadata=settings.metadata,
        max_message_size=settings.maxmsgsize,
        handshake_timeout=seconds(settings.handshake_ivl) or None,
        heartbeat_interval=interval / 1000 if interval else None,
        heartbeat_ttl=settings.heartbeat_ttl / 1000,
        heartbeat_timeout=(interval if timeout < 0 else timeout) / 1000 or None,
        # V-6: a peer without a handshake cannot be authenticated.
        allow_legacy=settings.mechanism == SecurityMechanism.NULL,
    )


def make_connection(config: Config, now: float, *, is_raw: bool) -> Connection | RawConnection:
    """Make the protocol's side of a new link."""
    return zmtp.raw.RawConnection(config, now) if is_raw else zmtp.connection.Connection(config, now)
