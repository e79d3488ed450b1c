"""What a socket's options mean for a new connection."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from zerowire import engine, zmtp
from zerowire.constants import SecurityMechanism, SocketType
from zerowire.options import Settings, seconds
from zerowire.zmtp import mechanism
from zerowire.zmtp.mechanism.null import Null

if TYPE_CHECKING:
    from zerowire.zmtp.config import Config
    from zerowire.zmtp.connection import Connection
    from zerowire.zmtp.mechanism.base import Mechanism
    from zerowire.zmtp.raw import RawConnection
    from zerowire.zmtp.websocket import Target

WEBSOCKETS = ("ws://", "wss://")
LABEL_MOST = 63  # octets of a label of a host's name; wsproto takes the port for a part of the last one


def connection_config(socket_type: SocketType, settings: Settings) -> Config:
    """Translate options (milliseconds) into what the protocol wants (seconds).

    Raises:
        ZMQError: EINVAL: what the options have for the mechanism cannot be used.
    """
    interval = settings.heartbeat_ivl
    timeout = settings.heartbeat_timeout
    return zmtp.connection.Config(
        socket_type=socket_type,
        routing_id=settings.routing_id,
        mechanism=mechanism_of(settings),
        metadata=settings.metadata,
        max_message_size=settings.maxmsgsize,
        handshake_timeout=seconds(settings.handshake_ivl) or None,
        heartbeat_interval=interval / 1000 if interval else None,
        heartbeat_ttl=settings.heartbeat_ttl / 1000,
        heartbeat_timeout=(interval if timeout < 0 else timeout) / 1000 or None,
        # V-6: a peer without a handshake cannot be authenticated.
        allow_legacy=settings.mechanism == SecurityMechanism.NULL and not asks_about_everybody(settings),
    )


def mechanism_of(settings: Settings) -> Callable[[bytes], Mechanism]:
    """Return what makes the mechanism of each connection."""
    security = settings.security
    kind, as_server = security.mechanism, security.as_server
    if kind == SecurityMechanism.PLAIN:
        return mechanism.plain.PlainServer if as_server else plain_client(settings)
    if kind == SecurityMechanism.CURVE:
        return curve_server(settings) if as_server else curve_client(settings)
    if kind == SecurityMechanism.GSSAPI:
        return gssapi_server(settings) if as_server else gssapi_client(settings)
    return partial(Null, asks=True) if asks_about_everybody(settings) else Null


def plain_client(settings: Settings) -> Callable[[bytes], Mechanism]:
    """Return what makes a client of PLAIN."""
    username, password = (
        text.encode("utf-8", "surrogateescape") for text in (settings.plain_username, settings.plain_password)
    )
    return partial(mechanism.plain.PlainClient, username=username, password=password)


def curve_client(settings: Settings) -> Callable[[bytes], Mechanism]:
    """Return what makes a client of CURVE."""
    keys = engine.keys
    public, secret = keys.client_pair(settings)
    return partial(
        mechanism.curve.CurveClient,
        public_key=public,
        secret_key=secret,
        server_key=keys.server_key(settings),
        fill=keys.fill,
    )


def curve_server(settings: Settings) -> Callable[[bytes], Mechanism]:
    """Return what makes a server of CURVE."""
    keys = engine.keys
    public, secret = keys.own_pair(settings)
    return partial(mechanism.curve.CurveServer, public_key=public, secret_key=secret, fill=keys.fill)


def gssapi_client(settings: Settings) -> Callable[[bytes], Mechanism]:
    """Return what makes a client of GSSAPI."""
    new_context = partial(engine.kerberos.Kerberos, engine.kerberos.initiator(settings))
    encrypts = not settings.gssapi_plaintext
    return lambda metadata: mechanism.gssapi.GssapiClient(metadata, context=new_context(), encrypts=encrypts)


def gssapi_server(settings: Settings) -> Callable[[bytes], Mechanism]:
    """Return what makes a server of GSSAPI."""
    new_context = partial(engine.kerberos.Kerberos, engine.kerberos.acceptor(settings))
    encrypts = not settings.gssapi_plaintext
    return lambda metadata: mechanism.gssapi.GssapiServer(metadata, context=new_context(), encrypts=encrypts)


def asks_about_everybody(settings: Settings) -> bool:
    """Whether somebody decides about peers that only have an address (NULL-6)."""
    return bool(settings.zap_domain) or settings.authenticate is not None


def make_connection(
    config: Config, now: float, *, is_raw: bool, endpoint: str = "", connects: bool = False
) -> Connection | RawConnection:
    """Make the protocol's side of a new link.

    Args:
        config: What the socket brings.
        now: The time.
        is_raw: Whether it speaks no ZMTP.
        endpoint: Where the link leads, or came from.
        connects: Whether this side has made the link.
    """
    if is_raw:
        return zmtp.raw.RawConnection(config, now)
    if endpoint.startswith(WEBSOCKETS):
        target = target_of(endpoint) if connects else None
        return zmtp.websocket.WebSocketConnection(config, now, target)
    return zmtp.connection.Connection(config, now)


def target_of(endpoint: str) -> Target:
    """Return what to ask for at `ws://[SOURCE;]HOST:PORT[/PATH]`."""
    place, _, path = endpoint.partition("://")[2].partition("/")
    place = place.rpartition(";")[2]
    host, _, port = place.rpartition(":")
    fits = len(f"{host.rpartition('.')[2]}:{port}") <= LABEL_MOST
    return zmtp.websocket.Target(place if fits else host, f"/{path}")
