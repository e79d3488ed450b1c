"""Curve: CURVE in one line (section 4.5, and users' complaint 15)."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import zmq as pyzmq
from zmq.auth import load_certificate

import zerowire as zmq
from tests.auth.conftest import new_key, write_key
from zerowire.auth import create_certificates
from zerowire.auth.curve import Curve
from zerowire.utils import z85
from zerowire.zmtp import zap
from zerowire.zmtp.zap import Request

SERVER, SECRET = new_key(), new_key()


@pytest.fixture
def keyfile(tmp_path: Path) -> Path:
    path = tmp_path / "server.key_secret"
    path.write_bytes(b'curve\n    public-key = "%s"\n    secret-key = "%s"\n' % (SERVER, SECRET))
    return path


def applied(curve: Curve, context: zmq.Context) -> tuple[bytes, bytes, bytes, bool]:
    """Return what a Curve sets on a socket: its keys and the server's, and whether it is one."""
    with context.socket(zmq.REP) as socket:
        curve.apply(socket)
        assert socket.mechanism == zmq.CURVE
        return (
            socket.curve_publickey,
            socket.curve_secretkey,
            socket.curve_serverkey,
            bool(socket.curve_server),
        )


def verdict(curve: Curve, key: bytes) -> bool | str:
    """Return what a server says to a peer with this key."""
    return curve.authenticate(Request(b"1", b"", b"127.0.0.1", b"", b"CURVE", (z85.decode(key),)))


def test_a_server_is_its_keys(keyfile: Path, context: zmq.Context) -> None:
    assert applied(Curve.server(keyfile, allow="any"), context) == (SERVER, SECRET, b"", True)


def test_a_client_is_its_keys_and_the_servers(keyfile: Path, context: zmq.Context) -> None:
    server_key = new_key()
    assert applied(Curve.client(server_key, keyfile), context) == (SERVER, SECRET, server_key, False)


def test_a_client_may_have_keys_for_the_occasion(context: zmq.Context) -> None:
    public, secret, *_ = applied(Curve.client(new_key()), context)
    assert zmq.curve_public(secret) == public
    assert public != applied(Curve.client(new_key()), context)[0]


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


def test_a_check_that_decides_nothing_lets_nobody_in(keyfile: Path) -> None:
    """A coroutine or a future is true, whatever will come of it."""

    async def refuse() -> bool:
        return False

    with closing(refuse()) as coroutine:
        undecided: list[Any] = [coroutine, Future()]

        def check(key: bytes) -> Any:
            return undecided.pop()

        curve = Curve.server(keyfile, allow=check)
        while undecided:
            with pytest.raises(TypeError, match="a check returns a bool, a str or None, not <"):
                verdict(curve, new_key())


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


# -- at work -----------------------------------------------------------------------------------------


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """A folder with a server, a client, and a folder of those that may connect."""
    (tmp_path / "clients").mkdir()
    create_certificates(tmp_path, "server")
    create_certificates(tmp_path, "joe")
    (tmp_path / "joe.key").rename(tmp_path / "clients" / "joe.key")
    return tmp_path


def bound(context: zmq.Context, curve: Curve) -> tuple[zmq.Socket, str]:
    """Return a server that waits for messages, and where."""
    pull = context.socket(zmq.PULL)
    pull.rcvtimeo = 10_000
    curve.apply(pull)
    return pull, f"tcp://127.0.0.1:{pull.bind_to_random_port('tcp://127.0.0.1')}"


def test_whom_the_folder_allows_can_send(context: zmq.Context, certificates: Path) -> None:
    """CURVE-5, with no ZAP handler anywhere."""
    pull, endpoint = bound(
        context, Curve.server(certificates / "server.key_secret", certificates / "clients")
    )
    push = context.socket(zmq.PUSH)
    curve = Curve.client(certificates / "server.key", certificates / "joe.key_secret")
    curve.apply(push)
    push.connect(endpoint)
    push.send(b"hello")
    frame = pull.recv(copy=False)
    assert (frame.bytes, frame.get("User-Id")) == (b"hello", curve.public_key.decode())
    push.close()
    pull.close()


def test_pyzmq_clients_can_send(context: zmq.Context, certificates: Path) -> None:
    pull, endpoint = bound(context, Curve.server(certificates / "server.key_secret", lambda key: "friend"))
    with pyzmq.Context() as theirs, theirs.socket(pyzmq.PUSH) as push:
        push.curve_publickey, push.curve_secretkey = pyzmq.curve_keypair()
        push.curve_serverkey = load_certificate(certificates / "server.key")[0]
        push.connect(endpoint)
        push.send(b"hello")
        frame = pull.recv(copy=False)
    assert (frame.bytes, frame.get("User-Id")) == (b"hello", "friend")
    pull.close()


def test_who_is_taken_from_the_folder_is_refused(context: zmq.Context, certificates: Path) -> None:
    """CURVE-6."""
    pull, endpoint = bound(
        context, Curve.server(certificates / "server.key_secret", certificates / "clients")
    )
    (certificates / "clients" / "joe.key").unlink()
    push = context.socket(zmq.PUSH)
    push.linger = 0
    Curve.client(certificates / "server.key", certificates / "joe.key_secret").apply(push)
    with push.events(zmq.EVENT_HANDSHAKE_FAILED_AUTH, timeout=10_000) as failures:
        push.connect(endpoint)
        assert next(failures).value == 400
    push.close()
    pull.close()


def test_nobody_else_is_asked(context: zmq.Context, certificates: Path) -> None:
    """A ZAP handler of the context has no say in it."""
    with context.socket(zmq.REP) as handler:
        handler.bind(zap.ENDPOINT)
        pull, endpoint = bound(context, Curve.server(certificates / "server.key_secret", "any"))
        push = context.socket(zmq.PUSH)
        Curve.client(certificates / "server.key").apply(push)
        push.connect(endpoint)
        push.send(b"hello")
        assert pull.recv() == b"hello"
        assert not handler.poll(0)
        push.close()
        pull.close()
