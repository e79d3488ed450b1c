"""TLS over streams, and whom it lets in (WS-2)."""

from __future__ import annotations

import select
import ssl
import tempfile
from errno import ECONNRESET, EINVAL, ENOENT, EPROTO
from pathlib import Path
from typing import Any

import pytest

from tests.transport.certificates import HOST, SELF_SIGNED, make_identity
from tests.transport.conftest import PATIENCE, MakeSettings, Wiring
from zerowire.error import ZMQError
from zerowire.transport.tls import MOST_EARLY, TlsStream
from zerowire.transport.ws import TRANSPORT as PLAIN
from zerowire.transport.wss import TRANSPORT

CERTIFICATE, KEY = (text.decode() for text in SELF_SIGNED)
GOOD = {"wss_cert_pem": CERTIFICATE, "wss_key_pem": KEY, "wss_trust_pem": CERTIFICATE, "wss_hostname": HOST}


def shake_hands(near: Any, far: Any) -> bytes:
    """Read both in turn, until both may write; return what the second has read."""
    read = b""
    while not (near._is_open and far._is_open):
        near.receive(0)
        read += far.receive(0) or b""
    return read


def read_on(*streams: Any) -> None:
    """Read until that fails."""
    while True:
        for stream in streams:
            assert select.select(streams, [], [], PATIENCE)[0], "nothing came"
            stream.receive(0)


@pytest.fixture
def pair(wiring: Wiring, make_settings: MakeSettings) -> tuple[Any, Any]:
    """Two ends, of which the first has connected."""
    return wiring.pair(TRANSPORT, "127.0.0.1:*/x", make_settings(**GOOD))


def test_octets_pass_encrypted(wiring: Wiring, pair: tuple[Any, Any]) -> None:
    """WS-2; and what is sent before the handshake waits for it."""
    near, far = pair
    assert near.send(b"early") == 5
    assert (shake_hands(near, far) or wiring.receive(far)) == b"early"
    assert near.send_vector([b"more", b"left to the caller"]) == 4
    assert wiring.receive(far) == b"more"
    assert not near.is_bare
    assert near.remote.startswith("wss://127.0.0.1:")
    assert near.remote == far.local


def test_what_does_not_fit_is_encrypted_once(wiring: Wiring, pair: tuple[Any, Any]) -> None:
    near, far = pair
    shake_hands(near, far)
    data = bytes(range(256)) * 65536
    sent, stalls, received = 0, 0, bytearray()
    while sent < len(data):
        count = near.send(memoryview(data)[sent:])
        sent += count
        if not count:
            stalls += 1
            assert near.in_flight
            received += wiring.receive(far)
    while len(received) < len(data):
        received += wiring.receive(far)
    assert stalls
    assert received == data
    assert near.send(b"x") == 1


def test_end_is_told(wiring: Wiring, pair: tuple[Any, Any]) -> None:
    near, far = pair
    shake_hands(near, far)
    near.send(b"last")
    near.end()
    assert wiring.receive(far) == b"last"
    assert wiring.receive(far) == b""
    far.send(b"answer")
    assert wiring.receive(near) == b"answer"


def test_early_octets_have_a_limit(pair: tuple[Any, Any]) -> None:
    near, _ = pair
    assert near.send(bytes(MOST_EARLY)) == MOST_EARLY
    with pytest.raises(ZMQError) as caught:
        near.send(b"x")
    assert caught.value.errno == EPROTO


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"wss_hostname": "other.test"}, "certificate"),
        ({"wss_trust_pem": make_identity(HOST)[0].decode()}, "certif"),
    ],
    ids=["name", "trust"],
)
def test_client_leaves_a_server_that_it_does_not_trust(
    wiring: Wiring, make_settings: MakeSettings, options: dict[str, Any], reason: str
) -> None:
    near, far = wiring.pair(TRANSPORT, "127.0.0.1:*", make_settings(**GOOD | options))
    near.receive(0)
    with pytest.raises(ZMQError, match=reason) as caught:
        read_on(far, near)
    assert caught.value.errno == EPROTO
    with pytest.raises(ZMQError, match="tls"):  # it is told why
        read_on(far)


@pytest.mark.parametrize("said", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01", b""])
def test_server_gives_up_a_peer_that_speaks_no_tls(
    wiring: Wiring, make_settings: MakeSettings, said: bytes
) -> None:
    listener = wiring.listen(TRANSPORT, "127.0.0.1:*", make_settings(**GOOD))
    stranger = wiring.dial(PLAIN, listener.endpoint.removeprefix("wss://"))
    far = wiring.accept(listener)
    stranger.send(said)
    stranger.end()
    with pytest.raises(ZMQError) as caught:
        read_on(far)
    assert caught.value.errno in (EPROTO, ECONNRESET)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"wss_key_pem": ""}, "WSS_KEY_PEM"),
        ({"wss_cert_pem": ""}, "WSS_CERT_PEM"),
        ({"wss_cert_pem": "/etc/certificate.pem"}, "WSS_CERT_PEM and WSS_KEY_PEM"),
        ({"wss_key_pem": make_identity(HOST)[1].decode()}, "WSS_CERT_PEM and WSS_KEY_PEM"),
    ],
)
def test_server_needs_a_certificate_and_its_key(make_settings: MakeSettings, options: Any, name: str) -> None:
    """WS-2."""
    with pytest.raises(ZMQError, match=name) as caught:
        TRANSPORT.listen("127.0.0.1:*", make_settings(**GOOD | options))
    assert caught.value.errno == EINVAL


def test_key_needs_a_place_for_a_moment(
    make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    another = make_identity(HOST)
    options = {"wss_cert_pem": another.certificate.decode(), "wss_key_pem": another.key.decode()}
    with pytest.raises(ZMQError, match="WSS_KEY_PEM") as caught:
        TRANSPORT.listen("127.0.0.1:*", make_settings(**options))
    assert caught.value.errno == ENOENT


@pytest.mark.parametrize("trusted", ["", "/etc/certificates.pem", "ö"])
def test_client_needs_somebody_to_trust(make_settings: MakeSettings, trusted: str) -> None:
    """WS-2."""
    with pytest.raises(ZMQError, match="WSS_TRUST_PEM") as caught:
        TRANSPORT.check_connect("127.0.0.1:1", make_settings(wss_trust_pem=trusted))
    assert caught.value.errno == EINVAL
    TRANSPORT.check_connect("127.0.0.1:1", make_settings(wss_trust_system=True))


def test_name_that_no_certificate_can_have(wiring: Wiring) -> None:
    stream = wiring.dial(PLAIN, wiring.listen(PLAIN, "127.0.0.1:*").endpoint.removeprefix("ws://"))
    with pytest.raises(ZMQError, match="WSS_HOSTNAME") as caught:
        TlsStream(stream, ssl.create_default_context(), ".test")
    assert caught.value.errno == EINVAL
