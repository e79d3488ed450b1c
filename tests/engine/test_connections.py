"""What a socket's options mean for a new connection."""

from __future__ import annotations

from typing import Any

import pytest

from zerowire.constants import SecurityMechanism, SocketType
from zerowire.engine.connections import connection_config, make_connection
from zerowire.options import Security, Settings
from zerowire.zmtp.connection import Config, Connection
from zerowire.zmtp.raw import RawConnection


def config(**options: Any) -> Config:
    settings = Settings()
    for name, value in options.items():
        assert hasattr(settings, name), name
        setattr(settings, name, value)
    return connection_config(SocketType.REQ, settings)


def test_defaults_have_no_heartbeats_and_half_a_minute_for_the_handshake() -> None:
    made = config()
    assert made.heartbeat_interval is None
    assert made.handshake_timeout == 30.0
    assert made.max_message_size == -1
    assert made.socket_type is SocketType.REQ


def test_times_become_seconds() -> None:
    made = config(handshake_ivl=500, heartbeat_ivl=200, heartbeat_ttl=3000, heartbeat_timeout=700)
    assert (made.handshake_timeout, made.heartbeat_interval) == (0.5, 0.2)
    assert (made.heartbeat_ttl, made.heartbeat_timeout) == (3.0, 0.7)


def test_no_limit_for_the_handshake() -> None:
    assert config(handshake_ivl=0).handshake_timeout is None


def test_heartbeat_timeout_is_the_interval_unless_it_is_set() -> None:
    assert config(heartbeat_ivl=200).heartbeat_timeout == 0.2
    assert config(heartbeat_ivl=200, heartbeat_timeout=0).heartbeat_timeout is None


def test_what_the_socket_says_of_itself_is_passed_on() -> None:
    made = config(routing_id=b"me", maxmsgsize=10, metadata={"X-key": b"value"})
    assert (made.routing_id, made.max_message_size) == (b"me", 10)
    assert b"X-key" in made.announcement()


@pytest.mark.parametrize(
    ("options", "allowed"),
    [
        ({}, True),
        ({"security": Security(SecurityMechanism.PLAIN)}, False),
        ({"zap_domain": "global"}, False),
        ({"authenticate": lambda request: True}, False),
        ({"zap_enforce_domain": True}, True),
    ],
)
def test_old_peers_are_welcome_where_nobody_authenticates(options: dict[str, Any], allowed: bool) -> None:
    """V-6."""
    assert config(**options).allow_legacy is allowed


def test_raw_socket_has_raw_connections() -> None:
    assert isinstance(make_connection(config(), 0.0, is_raw=True), RawConnection)
    assert isinstance(make_connection(config(), 0.0, is_raw=False), Connection)
