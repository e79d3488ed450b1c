"""7.9: the rules of an authenticator, and ZAP-1, ZAP-2."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path

import pytest

import zerowire as zmq
from tests.auth.conftest import Ask, Client, new_key, write_key
from zerowire.auth import CURVE_ALLOW_ANY, Authenticator
from zerowire.auth.base import KeyFolder, keys_in
from zerowire.utils import z85
from zerowire.zmtp import zap

AN_HOUR_AGO = 1_700_000_000  # long enough ago


# -- without a mechanism, and addresses --------------------------------------------------------------


def test_null_may_connect_until_there_are_rules(ask: Ask) -> None:
    assert ask("NULL") == (200, "OK", b"anonymous", {})


def test_plain_and_curve_may_not_until_there_are_rules(ask: Ask) -> None:
    assert ask("PLAIN", b"user", b"password").status == 400
    assert ask("CURVE", bytes(32)).status == 400


def test_gssapi_has_shown_who_a_peer_is(authenticator: Authenticator, ask: Ask) -> None:
    authenticator.configure_gssapi("*", "/anywhere")
    assert ask("GSSAPI", b"joe@REALM")[:3] == (200, "OK", b"joe@REALM")


def test_an_unknown_mechanism_may_not(authenticator: Authenticator, ask: Ask) -> None:
    """An allowed address is not enough."""
    authenticator.allow("127.0.0.1")
    assert ask("ROT13", b"x")[:2] == (400, "its mechanism is unknown")


def test_only_allowed_addresses_may(authenticator: Authenticator, ask: Ask) -> None:
    authenticator.allow("127.0.0.1", "::1")
    assert ask("NULL", address="::1").status == 200
    assert ask("NULL", address="10.0.0.1").status == 400


def test_denied_addresses_may_not(authenticator: Authenticator, ask: Ask) -> None:
    authenticator.deny("10.0.0.1")
    assert ask("NULL", address="10.0.0.1").status == 400
    assert ask("NULL").status == 200


def test_an_allowed_address_does_not_replace_a_password(authenticator: Authenticator, ask: Ask) -> None:
    authenticator.allow("127.0.0.1")
    assert ask("PLAIN", b"user", b"password").status == 400
    assert ask("CURVE", bytes(32)).status == 400


def test_addresses_are_allowed_or_denied_but_not_both() -> None:
    allowing, denying = Authenticator(zmq.Context.instance()), Authenticator()
    allowing.allow("127.0.0.1")
    denying.deny("127.0.0.1")
    with pytest.raises(ValueError, match=r"allow\(\) was used"):
        allowing.deny("127.0.0.2")
    with pytest.raises(ValueError, match=r"deny\(\) was used"):
        denying.allow("127.0.0.2")


# -- PLAIN -------------------------------------------------------------------------------------------


def test_a_user_must_know_the_password(authenticator: Authenticator, ask: Ask) -> None:
    authenticator.configure_plain(passwords={"admin": "sécret"})
    assert ask("PLAIN", b"admin", "sécret".encode())[:3] == (200, "OK", b"admin")
    assert ask("PLAIN", b"admin", b"secret").status == 400
    assert ask("PLAIN", b"root", "sécret".encode()).status == 400


def test_passwords_belong_to_a_domain(authenticator: Authenticator, ask: Ask) -> None:
    """A domain that has none does not fall back to "*"."""
    authenticator.configure_plain(passwords={"admin": "all"})
    authenticator.configure_plain("home", {"admin": "mine"})
    assert ask("PLAIN", b"admin", b"all").status == 200
    assert ask("PLAIN", b"admin", b"mine", domain="home").status == 200
    assert ask("PLAIN", b"admin", b"all", domain="home").status == 400
    assert ask("PLAIN", b"admin", b"all", domain="away").status == 400


def test_passwords_may_change(authenticator: Authenticator, ask: Ask) -> None:
    passwords = {"admin": "old"}
    authenticator.configure_plain(passwords=passwords)
    passwords["admin"] = "new"
    assert ask("PLAIN", b"admin", b"new").status == 200


def test_no_passwords_change_nothing(authenticator: Authenticator, ask: Ask) -> None:
    authenticator.configure_plain(passwords={"admin": "secret"})
    authenticator.configure_plain()
    assert ask("PLAIN", b"admin", b"secret").status == 200


def test_passwords_are_not_logged(
    authenticator: Authenticator, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "zerowire.auth")
    authenticator.configure_plain(passwords={"admin": "secret"})
    ask("PLAIN", b"admin", b"secret", domain="")
    ask("PLAIN", b"admin", b"guess", domain="")
    assert "accepted as 'admin'" in caplog.text
    assert "refused, its user name or password is wrong" in caplog.text
    assert "secret" not in caplog.text
    assert "guess" not in caplog.text


def test_names_may_have_another_encoding(context: zmq.Context, client: Client) -> None:
    authenticator = Authenticator(context, encoding="latin-1")
    authenticator.start()
    authenticator.configure_plain(passwords={"é": "à"})
    client.send("PLAIN", b"\xe9", b"\xe0")
    asyncio.run(authenticator.handle_zap_message(authenticator.zap_socket.recv_multipart()))
    assert client.receive()[:3] == (200, "OK", b"\xe9")
    authenticator.stop()


# -- CURVE -------------------------------------------------------------------------------------------


def test_every_key_may_be_trusted(authenticator: Authenticator, ask: Ask) -> None:
    authenticator.configure_curve(location=CURVE_ALLOW_ANY)
    key = new_key()
    assert ask("CURVE", z85.decode(key), domain="any")[:3] == (200, "OK", key)


def test_keys_in_a_folder_are_trusted(authenticator: Authenticator, ask: Ask, tmp_path: Path) -> None:
    key = write_key(tmp_path, "joe")
    authenticator.configure_curve("*", tmp_path)
    assert ask("CURVE", z85.decode(key))[:3] == (200, "OK", key)
    assert ask("CURVE", z85.decode(new_key()))[:2] == (400, "its key is not trusted")
    assert ask("CURVE", z85.decode(key), domain="home").status == 400


def test_a_key_that_comes_is_trusted_and_one_that_goes_is_not(
    authenticator: Authenticator, ask: Ask, tmp_path: Path
) -> None:
    authenticator.configure_curve(location=tmp_path)
    key = write_key(tmp_path, "joe")
    assert ask("CURVE", z85.decode(key)).status == 200
    (tmp_path / "joe.key").unlink()
    assert ask("CURVE", z85.decode(key)).status == 400


def test_without_a_folder_no_key_is_trusted(
    authenticator: Authenticator, ask: Ask, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key = write_key(tmp_path, "joe")
    authenticator.configure_curve(location=tmp_path)
    authenticator.configure_curve(location=tmp_path / "missing")
    assert "no CURVE key of domain '*' is trusted" in caplog.text
    assert ask("CURVE", z85.decode(key)).status == 400


def test_keys_may_be_given_as_they_are(authenticator: Authenticator, ask: Ask) -> None:
    key = new_key()
    authenticator.certs["*"] = {key: True}
    assert ask("CURVE", z85.decode(key)).status == 200


class Provider:
    """Trusts one key in one domain."""

    def __init__(self, domain: str, key: bytes) -> None:
        self.trusted = domain, key

    def callback(self, domain: str, key: bytes) -> bool:
        return (domain, key) == self.trusted


class SlowProvider(Provider):
    """Needs a while to say so."""

    async def callback(self, domain: str, key: bytes) -> bool:  # type: ignore[override]
        await asyncio.sleep(0)
        return super().callback(domain, key)


@pytest.mark.parametrize("kind", [Provider, SlowProvider])
def test_a_callback_decides(
    kind: type[Provider], authenticator: Authenticator, ask: Ask, tmp_path: Path
) -> None:
    key, other = new_key(), write_key(tmp_path, "joe")
    authenticator.configure_curve(location=tmp_path)
    authenticator.configure_curve_callback(credentials_provider=kind("*", key))
    assert ask("CURVE", z85.decode(key))[:3] == (200, "OK", key)
    assert ask("CURVE", z85.decode(other)).status == 400
    assert ask("CURVE", z85.decode(key), domain="home").status == 400


def test_a_callback_that_fails_refuses(
    authenticator: Authenticator, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    authenticator.configure_curve_callback(credentials_provider=object())
    assert ask("CURVE", bytes(32))[:2] == (500, "the check failed")
    assert "AttributeError" in caplog.text
    assert ask("NULL").status == 200


def test_a_name_that_is_none_refuses_and_the_next_peer_is_answered(
    authenticator: Authenticator, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    authenticator.configure_curve(location=CURVE_ALLOW_ANY)
    names: list[object] = ["Joe", b"octets"]
    monkeypatch.setattr(authenticator, "curve_user_id", lambda key: names.pop())
    assert ask("CURVE", bytes(32)).status == 500
    assert ask("CURVE", bytes(32)).user_id == b"Joe"


def test_nothing_to_ask_is_logged(authenticator: Authenticator, caplog: pytest.LogCaptureFixture) -> None:
    authenticator.configure_curve_callback("home")
    assert "domain 'home'" in caplog.text
    assert authenticator.credentials_providers == {}


def test_peers_may_be_named_otherwise(
    authenticator: Authenticator, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    authenticator.configure_curve(location=CURVE_ALLOW_ANY)
    monkeypatch.setattr(authenticator, "curve_user_id", lambda key: f"{len(key)} octets")
    assert ask("CURVE", bytes(32)).user_id == b"32 octets"


# -- requests ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mechanism", "count"), [("PLAIN", 1), ("PLAIN", 3), ("CURVE", 0), ("GSSAPI", 2)])
def test_credentials_are_counted(mechanism: str, count: int, authenticator: Authenticator, ask: Ask) -> None:
    authenticator.configure_curve(location=CURVE_ALLOW_ANY)
    authenticator.configure_plain(passwords={"": ""})
    assert ask(mechanism, *[b""] * count)[:2] == (
        400,
        f"it has {count} credentials, not {2 - (mechanism != 'PLAIN')}",
    )


@pytest.mark.parametrize(
    "frames", [[b"1.0"], [b"1.0", b"7"], [b"2.0", b"7", b"", b"127.0.0.1", b"", b"NULL"]]
)
def test_what_is_no_request_is_refused(
    frames: list[bytes], authenticator: Authenticator, client: Client, ask: Ask
) -> None:
    client.socket.send_multipart([b"", *frames])
    asyncio.run(authenticator.handle_zap_message(authenticator.zap_socket.recv_multipart()))
    _, version, request_id, status, *_ = client.socket.recv_multipart()
    assert (version, request_id, status) == (b"1.0", b"".join(frames[1:2]), b"400")
    assert ask("NULL").status == 200


def test_a_context_has_one_authenticator(context: zmq.Context, authenticator: Authenticator) -> None:
    with pytest.raises(zmq.ZMQError) as info:
        Authenticator(context).start()
    assert info.value.errno == zmq.EADDRINUSE


def test_an_authenticator_may_stop_and_start(context: zmq.Context) -> None:
    authenticator = Authenticator(context)
    for _ in range(2):
        authenticator.start()
        authenticator.stop()
        authenticator.stop()
    assert authenticator.zap_socket is None


def test_the_shared_context_is_the_default() -> None:
    assert Authenticator().context is zmq.Context.instance()


# -- folders of keys ---------------------------------------------------------------------------------


def age(folder: Path, seconds: int = AN_HOUR_AGO) -> None:
    os.utime(folder, (seconds, seconds))


def test_a_folder_is_read_again_only_when_it_has_changed(tmp_path: Path) -> None:
    first = write_key(tmp_path, "joe")
    age(tmp_path)
    folder = KeyFolder(tmp_path)
    second = write_key(tmp_path, "joe")  # in place: the folder stays as it is
    age(tmp_path)
    assert dict(folder) == {first: True}
    age(tmp_path, AN_HOUR_AGO + 1)
    assert dict(folder) == {second: True}


def test_a_change_in_the_same_moment_is_seen(tmp_path: Path) -> None:
    """The clock of a file system may be coarse."""
    folder = KeyFolder(tmp_path)
    moment = tmp_path.stat().st_mtime_ns
    key = write_key(tmp_path, "joe")
    os.utime(tmp_path, ns=(moment, moment))
    assert folder[key]


def test_a_file_without_a_key_is_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "bad.key").write_text("curve\n")
    (tmp_path / "other.key_secret").write_text("curve\n")
    key = write_key(tmp_path, "good")
    assert dict(KeyFolder(tmp_path)) == {key: True}
    assert len(KeyFolder(tmp_path)) == 1
    assert "a certificate is left out: no public key in" in caplog.text


def test_a_folder_that_has_gone_has_no_keys(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "keys"
    folder.mkdir()
    key = write_key(folder, "joe")
    keys = KeyFolder(folder)
    folder.rename(tmp_path / "elsewhere")
    assert key not in keys
    assert "no key is trusted" in caplog.text
    (tmp_path / "elsewhere").rename(folder)
    assert key in keys


def test_a_folder_that_was_never_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        KeyFolder(tmp_path / "missing")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# public-key = 'x'\n", "no public key in"),
        ('    public-key = "abc"', "the public key in .*: Z85 has characters in fives"),
        (f'public-key = "{"0" * 35}"', "has 28 octets, not 32"),
        (f"public-key = {'0' * 40}\nsecret-key = ~~~~~", "the secret key in .*: '~' is no digit"),
    ],
)
def test_a_file_with_something_else_for_a_key_is_named(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "a.key").write_text(text)
    with pytest.raises(ValueError, match=words):
        keys_in(tmp_path / "a.key")


def test_an_endpoint_is_where_rfc_27_says() -> None:
    """ZAP-1."""
    assert zap.ENDPOINT == "inproc://zeromq.zap.01"
