"""Curve: CURVE in one line (section 4.5, and users' complaint 15)."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.auth.conftest import new_key, write_key
from zerowire.auth.curve import Curve
from zerowire.utils import z85
from zerowire.zmtp.zap import Request

SERVER, SECRET = new_key(), new_key()


@pytest.fixture
def keyfile(tmp_path: Path) -> Path:
    path = tmp_path / "server.key_secret"
    path.write_bytes(b'curve\n    public-key = "%s"\n    secret-key = "%s"\n' % (SERVER, SECRET))
    return path


def options_of(curve: Curve) -> dict[str, Any]:
    """Return what a Curve sets on a socket."""
    socket = SimpleNamespace()
    curve.apply(cast(Any, socket))
    return vars(socket)


def verdict(curve: Curve, key: bytes) -> bool | str:
    """Return what a server says to a peer with this key."""
    return curve.authenticate(Request(b"1", b"", b"127.0.0.1", b"", b"CURVE", (z85.decode(key),)))


def test_a_server_is_its_keys_and_a_check(keyfile: Path) -> None:
    curve = Curve.server(keyfile, allow="any")
    assert options_of(curve) == {
        "curve_publickey": SERVER,
        "curve_secretkey": SECRET,
        "curve_server": True,
        "authenticate": curve.authenticate,
    }


def test_a_client_is_its_keys_and_the_servers(keyfile: Path) -> None:
    server_key = new_key()
    assert options_of(Curve.client(server_key, keyfile)) == {
        "curve_publickey": SERVER,
        "curve_secretkey": SECRET,
        "curve_serverkey": server_key,
    }


def test_anybody_may_be_allowed(keyfile: Path) -> None:
    key = new_key()
    assert verdict(Curve.server(str(keyfile), allow="any"), key) == key.decode()


def test_keys_of_a_folder_may_be_allowed_and_come_and_go(keyfile: Path, tmp_path: Path) -> None:
    folder = tmp_path / "clients"
    folder.mkdir()
    curve = Curve.server(keyfile, allow=folder)
    key = write_key(folder, "joe")
    assert verdict(curve, key) == key.decode()
    assert verdict(curve, new_key()) is False
    (folder / "joe.key").unlink()
    assert verdict(curve, key) is False


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(True, None), (1, None), ("joe", "joe"), (False, False), (None, False), ("", False)],
)
def test_a_callable_may_allow(answer: Any, expected: str | bool | None, keyfile: Path) -> None:
    asked = []

    def check(key: bytes) -> Any:
        asked.append(key)
        return answer

    key = new_key()
    assert verdict(Curve.server(keyfile, allow=check), key) == (
        key.decode() if expected is None else expected
    )
    assert asked == [key]


def test_a_client_lets_nobody_in(keyfile: Path) -> None:
    assert verdict(Curve.client(new_key(), keyfile), new_key()) is False


def test_a_servers_key_may_be_in_a_file(keyfile: Path, tmp_path: Path) -> None:
    key = write_key(tmp_path, "server")
    assert Curve.client(tmp_path / "server.key", keyfile).server_key == key
    assert Curve.client(key.decode(), keyfile).server_key == key


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("server.key", "40 characters of Z85, not 10: name its file with a Path"),
        ("~" * 40, "'~' is no digit"),
    ],
)
def test_what_is_no_key_is_named(key: str, words: str, keyfile: Path) -> None:
    with pytest.raises(ValueError, match=words):
        Curve.client(key, keyfile)


def test_a_file_without_a_secret_key_is_named(tmp_path: Path) -> None:
    write_key(tmp_path, "server")
    with pytest.raises(ValueError, match=r"no secret key in .*server.key: it is in the file that ends in"):
        Curve.server(tmp_path / "server.key", "any")


def test_a_folder_must_be_there(keyfile: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Curve.server(keyfile, allow=tmp_path / "missing")


def test_the_secret_key_is_not_shown(keyfile: Path) -> None:
    assert SECRET.decode() not in repr(Curve.server(keyfile, "any"))
