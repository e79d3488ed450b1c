"""PLAIN-1 to PLAIN-4, RFC 24."""

from __future__ import annotations

import pytest

from zerowire.error import RemoteProtocolError
from zerowire.zmtp import command
from zerowire.zmtp.mechanism.plain import PlainClient, PlainServer

HELLO = b"\5HELLO\3ann\6secret"
WELCOME = b"\7WELCOME"


def client() -> PlainClient:
    return PlainClient(b"mine", username=b"ann", password=b"secret")


def test_client_and_server_take_turns() -> None:
    ours, theirs = client(), PlainServer(b"theirs")
    assert theirs.next_command() is None
    assert ours.next_command() == HELLO
    assert ours.next_command() is None
    theirs.receive_command(HELLO)
    assert theirs.credentials == (b"ann", b"secret")
    assert theirs.next_command() is None
    theirs.accept()
    assert theirs.next_command() == WELCOME
    assert theirs.next_command() is None
    ours.receive_command(WELCOME)
    assert ours.next_command() == b"\10INITIATEmine"
    assert ours.next_command() is None
    theirs.receive_command(b"\10INITIATEmine")
    assert not theirs.is_done
    assert theirs.next_command() == b"\5READYtheirs"
    assert theirs.next_command() is None
    assert not ours.is_done
    ours.receive_command(b"\5READYtheirs")
    assert (ours.is_done, theirs.is_done) == (True, True)
    assert (ours.peer_metadata, theirs.peer_metadata) == (b"theirs", b"mine")
    assert (ours.traffic, theirs.traffic) == (None, None)  # PLAIN-4


@pytest.mark.parametrize(("user", "password"), [(b"", b""), (b"u" * 255, b"p" * 255), (b"\0", b"\xff")])
def test_names_and_passwords_are_any_octets(user: bytes, password: bytes) -> None:
    server = PlainServer(b"")
    hello = PlainClient(b"", username=user, password=password).next_command()
    assert hello is not None
    server.receive_command(hello)
    assert server.credentials == (user, password)


@pytest.mark.parametrize(
    "data", [b"", b"\3", b"\3an", b"\3ann", b"\3ann\6", b"\3ann\6secre", b"\3ann\6secrets", b"\0"]
)
def test_a_malformed_hello_is_refused(data: bytes) -> None:
    """PLAIN-3."""
    with pytest.raises(RemoteProtocolError, match="not a user name and a password") as info:
        PlainServer(b"").receive_command(b"\5HELLO" + data)
    assert info.value.code == 0x10000013


def test_a_welcome_says_nothing_more() -> None:
    ours = client()
    ours.next_command()
    with pytest.raises(RemoteProtocolError) as info:
        ours.receive_command(WELCOME + b"!")
    assert info.value.code == 0x10000017


@pytest.mark.parametrize(
    ("body", "code"), [(b"", 0x10000011), (b"\x09", 0x10000011), (b"\5READY", 0x10000001)]
)
def test_another_command_is_refused(body: bytes, code: int) -> None:
    ours = client()
    ours.next_command()
    for mechanism in (ours, PlainServer(b"")):
        with pytest.raises(RemoteProtocolError) as info:
            mechanism.receive_command(body)
        assert info.value.code == code


@pytest.mark.parametrize("body", [command.error(b"400"), b"^RROR\x03400"])
def test_the_client_heeds_an_error(body: bytes) -> None:
    """NULL-7; and the error of libzmq's servers, which is misspelt."""
    ours = client()
    ours.next_command()
    with pytest.raises(RemoteProtocolError, match="400") as info:
        ours.receive_command(body)
    assert info.value.status == 400


def test_the_server_expects_no_error() -> None:
    with pytest.raises(RemoteProtocolError) as info:
        PlainServer(b"").receive_command(command.error(b"400"))
    assert (info.value.status, info.value.code) == (None, 0x10000001)


@pytest.mark.parametrize("turn", range(2))
def test_a_command_comes_once(turn: int) -> None:
    server = PlainServer(b"")
    bodies = [HELLO, b"\10INITIATE"]
    for body in bodies[: turn + 1]:
        server.receive_command(body)
        if server.credentials is not None:
            server.credentials = None
            server.accept()
        server.next_command()
    with pytest.raises(RemoteProtocolError) as info:
        server.receive_command(bodies[turn])
    assert info.value.code == 0x10000001
