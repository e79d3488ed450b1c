"""CURVE-1 to CURVE-7: each side beside a model of the other that knows nothing of ours."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from tests.zmtp.mechanism.model import (
    CLIENT,
    CLIENT_TRANSIENT,
    LONG_NONCE,
    SERVER,
    SERVER_TRANSIENT,
    STRANGER,
    Client,
    Pair,
    Server,
    Source,
)
from zerowire.error import RemoteProtocolError
from zerowire.zmtp import command
from zerowire.zmtp.framing import COMMAND
from zerowire.zmtp.mechanism.boxes import Secret
from zerowire.zmtp.mechanism.curve import CurveClient, CurveServer

UNEXPECTED, SEQUENCE, EXCHANGE, MALFORMED = 0x10000001, 0x10000002, 0x10000003, 0x10000011
BAD_MESSAGE, BAD_HELLO, BAD_INITIATE, BAD_READY, BAD_WELCOME = (
    0x10000012, 0x10000013, 0x10000014, 0x10000016, 0x10000017,
)  # fmt: skip
CRYPTOGRAPHIC = 0x11000001


def our_client(server: bytes = SERVER.public, own: Pair = CLIENT) -> CurveClient:
    fill = Source(CLIENT_TRANSIENT.secret, LONG_NONCE)
    return CurveClient(b"mine", public_key=own.public, secret_key=own.secret, server_key=server, fill=fill)


def our_server(source: Source | None = None) -> CurveServer:
    fill = source or Source(SERVER_TRANSIENT.secret, b"k" * 32, LONG_NONCE, LONG_NONCE)
    return CurveServer(b"theirs", public_key=SERVER.public, secret_key=SERVER.secret, fill=fill)


def said(mechanism: Any) -> bytes:
    """Return the next command of ours, which must be there, and alone."""
    body: bytes = mechanism.next_command()
    assert mechanism.next_command() is None
    return body


def refused(mechanism: Any, body: bytes) -> int:
    with pytest.raises(RemoteProtocolError) as info:
        mechanism.receive_command(body)
    return info.value.code


def welcomed(client: Client | None = None) -> tuple[CurveServer, Client]:
    """Return a server of ours that has said WELCOME to a model."""
    client = client or Client()
    server = our_server()
    server.receive_command(client.hello())
    client.read_welcome(said(server))
    return server, client


def initiated() -> tuple[CurveClient, Server]:
    """Return a client of ours that has said INITIATE to a model."""
    ours, server = our_client(), Server()
    server.read_hello(said(ours))
    ours.receive_command(server.welcome())
    server.read_initiate(said(ours))
    return ours, server


def met() -> tuple[CurveServer, Client]:
    """Return a server of ours that is done, with a model."""
    server, client = welcomed()
    server.receive_command(client.initiate())
    server.accept()
    client.read_ready(said(server))
    return server, client


# -- known answers -----------------------------------------------------------------------------------


def test_the_client_says_what_rfc_26_has() -> None:
    """Octet by octet, with the keys and nonces of the model."""
    ours, model, server = our_client(), Client(), Server()
    assert said(ours) == model.hello()
    server.read_hello(Client().hello())
    welcome = server.welcome()
    ours.receive_command(welcome)
    model.read_welcome(welcome)
    assert said(ours) == model.initiate(b"mine")
    ours.receive_command(server.ready(b"theirs"))
    assert (ours.is_done, ours.peer_metadata) == (True, b"theirs")
    assert ours.traffic is not None
    assert ours.traffic.encode(0, b"first") == model.message(b"first")
    assert ours.traffic.encode(COMMAND, b"\4PING") == model.message(b"\4PING", 2)
    assert ours.traffic.decode(server.message(b"reply", 1)) == (1, b"reply")


def test_the_server_says_what_rfc_26_has() -> None:
    """Octet by octet, with the keys and nonces of the model."""
    ours, model, client = our_server(), Server(), Client()
    hello = client.hello()
    ours.receive_command(hello)
    model.read_hello(hello)
    welcome = said(ours)
    assert welcome == model.welcome()
    client.read_welcome(welcome)
    ours.receive_command(client.initiate(b"mine"))
    assert (ours.credentials, ours.peer_metadata) == ((CLIENT.public,), b"mine")
    assert ours.next_command() is None
    ours.accept()
    assert said(ours) == model.ready(b"theirs")
    assert ours.is_done
    assert ours.traffic is not None
    assert ours.traffic.encode(1, b"first") == model.message(b"first", 1)
    assert ours.traffic.decode(client.message(b"reply")) == (0, b"reply")


# -- the server is careful ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": b"\1\1"},
        {"version": b"\2\0"},
        {"padding": bytes(71) + b"\1"},
        {"padding": bytes(71)},
        {"signed": bytes(63) + b"\1"},
        {"signed": bytes(63)},
    ],
    ids=str,
)
def test_a_malformed_hello_is_refused(wrong: dict[str, Any]) -> None:
    assert refused(our_server(), Client().hello(**wrong)) == BAD_HELLO


def test_a_hello_for_another_server_is_refused() -> None:
    """CURVE-7."""
    assert refused(our_server(), Client(server=STRANGER.public).hello()) == CRYPTOGRAPHIC
    assert refused(our_server(), Client().hello(prefix=b"CurveZMQINITIATE")) == CRYPTOGRAPHIC


def test_a_hello_with_a_key_that_is_none_is_refused() -> None:
    hello = bytearray(Client().hello())
    hello[80:112] = bytes(32)
    assert refused(our_server(), bytes(hello)) == CRYPTOGRAPHIC


def test_an_initiate_needs_the_cookie_of_this_connection() -> None:
    """CURVE-4: the key of the cookie is new for each connection."""
    _, other = welcomed()
    server, client = our_server(Source()), Client()
    server.receive_command(client.hello())
    client.read_welcome(said(server))
    assert client.cookie != other.cookie
    client.cookie = other.cookie
    assert refused(server, client.initiate()) == CRYPTOGRAPHIC


def test_a_vouch_is_for_this_connection_and_this_server() -> None:
    """RFC 26: Box [C', S](C->S'); libzmq leaves S unread."""
    for vouched in (
        CLIENT_TRANSIENT.public + STRANGER.public,
        STRANGER.public + SERVER.public,
        bytes(64),
    ):
        server, client = welcomed()
        assert refused(server, client.initiate(vouched=vouched)) == EXCHANGE


def test_a_vouch_is_the_clients_own() -> None:
    server, client = welcomed()
    assert refused(server, client.initiate(voucher=STRANGER)) == CRYPTOGRAPHIC
    server, client = welcomed()
    assert refused(server, client.initiate(vouch_prefix=b"WELCOME-")) == CRYPTOGRAPHIC


def test_a_vouch_of_another_size_is_refused() -> None:
    server, client = welcomed()
    assert refused(server, client.initiate(vouched=bytes(63), metadata=bytes(1))) == CRYPTOGRAPHIC


@pytest.mark.parametrize("numbered", [0, 1])
def test_an_initiate_has_a_greater_number_than_hello(numbered: int) -> None:
    """RFC 26: the server SHALL verify."""
    server, client = welcomed()
    assert refused(server, client.initiate(numbered=numbered)) == SEQUENCE


def test_a_short_initiate_is_refused() -> None:
    server, client = welcomed()
    assert refused(server, client.initiate()[:-1]) == BAD_INITIATE


def test_the_server_expects_no_error() -> None:
    """RFC 26: a client peer SHALL NOT send ERROR."""
    assert refused(our_server(), command.error(b"400")) == UNEXPECTED


@pytest.mark.parametrize(
    ("body", "code"), [(b"", MALFORMED), (b"\x09HELLO", MALFORMED), (b"\7MESSAGE" + bytes(40), UNEXPECTED)]
)
def test_another_command_is_refused(body: bytes, code: int) -> None:
    assert refused(our_server(), body) == code
    server, _ = welcomed()
    assert refused(server, body) == code
    client = our_client()
    said(client)
    assert refused(client, body) == code


# -- the client is careful ---------------------------------------------------------------------------


def test_a_welcome_is_that_of_the_server() -> None:
    for wrong in ({"sender": STRANGER}, {"prefix": b"COOKIE--"}):
        ours, server = our_client(), Server()
        server.read_hello(said(ours))
        assert refused(ours, server.welcome(**wrong)) == CRYPTOGRAPHIC


@pytest.mark.parametrize("change", [-1, 1])
def test_a_welcome_of_another_size_is_refused(change: int) -> None:
    ours, server = our_client(), Server()
    server.read_hello(said(ours))
    body = server.welcome()
    assert refused(ours, body[:change] if change < 0 else body + b"!") == BAD_WELCOME


def test_a_ready_is_that_of_the_server() -> None:
    ours, server = initiated()
    assert refused(ours, server.ready(prefix=b"CurveZMQMESSAGES")) == CRYPTOGRAPHIC
    ours, server = initiated()
    assert refused(ours, server.ready()[:29]) == BAD_READY


def test_the_client_heeds_an_error() -> None:
    for ours in (our_client(), initiated()[0]):
        if ours.state.name == "HELLO":
            said(ours)
        with pytest.raises(RemoteProtocolError, match="400") as info:
            ours.receive_command(command.error(b"400"))
        assert info.value.status == 400


def test_a_server_whose_key_is_none_is_not_greeted() -> None:
    with pytest.raises(RemoteProtocolError, match="public key that gives everybody"):
        our_client(server=bytes(32)).next_command()


# -- secrets -----------------------------------------------------------------------------------------


def test_each_connection_has_keys_cookies_and_nonces_of_its_own() -> None:
    source = Source()
    seen = []
    for _ in range(3):
        server, client = our_server(source), Client()
        server.receive_command(client.hello())
        welcome = said(server)
        client.read_welcome(welcome)
        seen += [client.theirs, client.cookie, welcome[8:24]]
    assert len(set(seen)) == len(seen)
    assert len(set(source.given)) == len(source.given) == 3 * 4


def secrets_of(mechanism: Any) -> list[bytes]:
    """Return the secrets that a mechanism still holds, apart from its own permanent key."""
    held = [getattr(mechanism, name) for name in type(mechanism).__slots__]
    return [bytes(each) for each in held if isinstance(each, Secret) and each]


def test_the_server_keeps_nothing_but_the_key_of_its_cookie() -> None:
    """RFC 26: the server SHALL NOT keep this transient key pair."""
    server, client = welcomed()
    assert secrets_of(server) == [b"k" * 32]
    server.receive_command(client.initiate())
    assert len(secrets_of(server)) == 1
    assert secrets_of(server) != [b"k" * 32]
    server.accept()
    said(server)
    assert secrets_of(server) == []


def test_the_client_forgets_its_secrets_when_it_is_done() -> None:
    ours, server = initiated()
    assert len(secrets_of(ours)) == 1
    ours.receive_command(server.ready())
    assert secrets_of(ours) == []


def test_secrets_are_wiped_when_a_handshake_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    wiped: list[bytes] = []
    end = Secret.__del__

    def watched(secret: Secret) -> None:
        before = bytes(secret)
        end(secret)
        assert bytes(secret) == bytes(len(before))
        wiped.append(before)

    monkeypatch.setattr(Secret, "__del__", watched)
    ours = our_client()
    said(ours)
    del ours
    gc.collect()
    assert CLIENT_TRANSIENT.secret in wiped


# -- traffic -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("flags", "ours"), [(0, 0), (1, 1), (2, COMMAND), (3, COMMAND)])
def test_flags_travel_in_the_box(flags: int, ours: int) -> None:
    """CURVE-3."""
    server, client = met()
    assert server.traffic is not None
    assert server.traffic.decode(client.message(b"body", flags)) == (ours, b"body")


@pytest.mark.parametrize("flags", [4, 8, 128, 255])
def test_reserved_flags_are_refused(flags: int) -> None:
    """RFC 26: bits 7-1 MUST be zero; ZeroMQ uses one of them for commands."""
    server, client = met()
    assert server.traffic is not None
    with pytest.raises(RemoteProtocolError, match="reserved") as info:
        server.traffic.decode(client.message(b"body", flags))
    assert info.value.code == BAD_MESSAGE


@pytest.mark.parametrize("numbered", [0, 1, 2, 3, 5, 2**64 - 1])
def test_another_number_than_the_next_is_refused(numbered: int) -> None:
    """CURVE-2: HELLO and INITIATE have had 1 and 2. libzmq lets a number be missing."""
    server, client = met()
    assert server.traffic is not None
    server.traffic.decode(client.message(b"first"))
    with pytest.raises(RemoteProtocolError, match=f"number {numbered} after number 3") as info:
        server.traffic.decode(client.message(b"again", numbered=numbered))
    assert info.value.code == SEQUENCE


def test_traffic_is_of_one_direction() -> None:
    """A message that is sent back to its sender is not its peer's."""
    server, _ = met()
    assert server.traffic is not None
    sent = server.traffic.encode(0, b"x")
    with pytest.raises(RemoteProtocolError) as info:
        server.traffic.decode(sent[:8] + (3).to_bytes(8, "big") + sent[16:])
    assert info.value.code == CRYPTOGRAPHIC


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", UNEXPECTED),
        (b"\5READY" + bytes(40), UNEXPECTED),
        (b"\5ERROR\x03400", UNEXPECTED),
        (b"\7MESSAGE", BAD_MESSAGE),
        (b"\7MESSAGE" + bytes(24), BAD_MESSAGE),
        (b"\7MESSAGE" + bytes(7) + b"\3" * 18, CRYPTOGRAPHIC),
    ],
)
def test_what_is_no_message_is_refused(body: bytes, code: int) -> None:
    server, _ = met()
    assert server.traffic is not None
    with pytest.raises(RemoteProtocolError) as info:
        server.traffic.decode(body)
    assert info.value.code == code


def test_the_size_of_a_message_is_known_before() -> None:
    server, _ = met()
    assert server.traffic is not None
    for size in (0, 1, 300):
        assert server.traffic.encoded_size(size) == len(server.traffic.encode(0, bytes(size)))
