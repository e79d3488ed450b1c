"""Passwords that others can read."""

from __future__ import annotations

import warnings

import pytest

import zerowire
from zerowire.api.exposure import is_near, warn_if_exposed
from zerowire.constants import SecurityMechanism
from zerowire.options import Security, Settings


@pytest.mark.parametrize(
    ("address", "near"),
    [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.9", True), ("10.0.0.1", False), ("fe80::1", False)],
)
def test_loopback_is_near(address: str, near: bool) -> None:
    assert is_near(address) is near


def test_peer_without_an_address_is_near() -> None:
    assert is_near("localhost:0:0:1")


@pytest.mark.parametrize(
    "endpoint",
    [
        "tcp://192.0.2.1:5555",
        "tcp://[2001:db8::1]:5555",
        "tcp://far.invalid:5555",
        "tcp://eth9:0;192.0.2.1:5",
    ],
)
def test_password_for_another_machine_is_warned_of(context: zerowire.Context, endpoint: str) -> None:
    with context.socket(zerowire.PUSH) as socket:
        socket.linger = 0
        socket.plain_username, socket.plain_password = b"joe", b"secret"
        with pytest.warns(zerowire.PlaintextWarning, match="read the password") as caught:
            socket.connect(endpoint)
        assert caught[0].filename == __file__


@pytest.mark.parametrize(
    "endpoint", ["tcp://127.0.0.1:5", "tcp://localhost:5", "tcp://[::1]:5", "ipc:///tmp/x"]
)
def test_password_that_stays_here_is_nothing_to_warn_of(context: zerowire.Context, endpoint: str) -> None:
    with context.socket(zerowire.PUSH) as socket, warnings.catch_warnings():
        warnings.simplefilter("error")
        socket.linger = 0
        socket.plain_username, socket.plain_password = b"joe", b"secret"
        socket.connect(endpoint)


@pytest.mark.parametrize(
    ("host", "is_exposed"), [("192.0.2.1", True), ("[2001:db8::1]", True), ("[::1]", False)]
)
def test_websockets_are_as_bare_as_tcp(host: str, is_exposed: bool) -> None:
    settings = Settings()
    settings.security = Security(SecurityMechanism.PLAIN)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn_if_exposed(settings, f"ws://{host}:80/a:b", 1)
    assert bool(caught) is is_exposed
