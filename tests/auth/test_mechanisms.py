"""T-12, T-13: authenticators at work, with ZeroWire and pyzmq at either end (4.3, 4.4, 4.5)."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import zmq as pyzmq

import zerowire
from zerowire.auth import create_certificates, load_certificate

PATIENCE_MS = 10_000
LIBRARIES = {"ours": zerowire, "theirs": pyzmq}
ENDS = [("ours", "ours"), ("ours", "theirs"), ("theirs", "ours")]

Options = dict[str, Any]


class End:
    """A library with a context of its own."""

    def __init__(self, name: str) -> None:
        self.library: Any = LIBRARIES[name]
        self.context = self.library.Context()
        self._sockets: list[Any] = []  # held, as who forgets one unclosed is warned

    def socket(self, kind: str, options: Options) -> Any:
        socket = self.context.socket(getattr(self.library, kind))
        socket.linger = 0
        socket.rcvtimeo = socket.sndtimeo = PATIENCE_MS
        for name, value in options.items():
            setattr(socket, name, value)
        self._sockets.append(socket)
        return socket

    def event_of(self, monitor: Any) -> Any:
        message = import_module(f"{self.library.__name__}.utils.monitor").recv_monitor_message(monitor)
        return message["value"]

    def close(self) -> None:
        self.context.destroy(linger=0)


class Scene:
    """A server with an authenticator, and a client."""

    def __init__(self, server: str, client: str) -> None:
        self.server, self.client = End(server), End(client)
        name = self.server.library.__name__
        authenticator = import_module(f"{name}.auth.thread").ThreadAuthenticator
        self.authenticator: Any = authenticator(self.server.context)
        self.authenticator.start()

    def sockets(self, server: Options, client: Options) -> tuple[Any, Any]:
        """Return a PULL that is bound and a PUSH that is not connected, and where it can be."""
        pull, push = self.server.socket("PULL", server), self.client.socket("PUSH", client)
        port = pull.bind_to_random_port("tcp://127.0.0.1")
        return pull, (push, f"tcp://127.0.0.1:{port}")

    def user_id(self, server: Options, client: Options) -> str:
        """Have a client say something, and return who has said it."""
        pull, (push, endpoint) = self.sockets(server, client)
        push.connect(endpoint)
        push.send(b"hello")
        frame = pull.recv(copy=False)
        assert frame.bytes == b"hello"
        return str(frame.get("User-Id"))

    def refusal(self, server: Options, client: Options) -> int:
        """Have a client try to connect, and return the status with which the server refuses it (ZAP-2)."""
        pull, (push, endpoint) = self.sockets(server, client)
        monitor = pull.get_monitor_socket(self.server.library.EVENT_HANDSHAKE_FAILED_AUTH)
        monitor.rcvtimeo = PATIENCE_MS
        push.connect(endpoint)
        status = int(self.server.event_of(monitor))
        pull.disable_monitor()
        monitor.close()
        return status

    def close(self) -> None:
        self.client.close()
        self.authenticator.stop()
        self.server.close()


@pytest.fixture(params=ENDS, ids=lambda ends: f"{ends[0]}-{ends[1]}")
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    scene = Scene(*request.param)
    yield scene
    scene.close()


class Keys(NamedTuple):
    """What both sides need for CURVE."""

    folder: Path
    server: Options
    client: Options


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    """A server and a client, whose public key is in a folder with no other."""
    folder = tmp_path / "clients"
    folder.mkdir()
    public, secret = (load_certificate(file) for file in create_certificates(tmp_path, "server"))
    client = load_certificate(create_certificates(folder, "joe")[1])
    return Keys(
        folder,
        {"curve_publickey": public[0], "curve_secretkey": secret[1], "curve_server": True},
        {"curve_publickey": client[0], "curve_secretkey": client[1], "curve_serverkey": public[0]},
    )


def plain(user: bytes, password: bytes) -> Options:
    return {"plain_username": user, "plain_password": password}


def test_null_is_let_in(scene: Scene) -> None:
    """NULL-6, T-13."""
    assert scene.user_id({"zap_domain": b"global"}, {}) == "anonymous"


def test_null_is_let_in_from_allowed_addresses_only(scene: Scene) -> None:
    scene.authenticator.allow("10.0.0.1")
    assert scene.refusal({"zap_domain": b"global"}, {}) == 400
    scene.authenticator.allow("127.0.0.1")
    assert scene.user_id({"zap_domain": b"global"}, {}) == "anonymous"


def test_null_is_not_let_in_from_denied_addresses(scene: Scene) -> None:
    scene.authenticator.deny("127.0.0.1")
    assert scene.refusal({"zap_domain": b"global"}, {}) == 400


def test_who_knows_the_password_is_let_in(scene: Scene) -> None:
    """PLAIN-1."""
    scene.authenticator.configure_plain(domain="*", passwords={"admin": "secret"})
    assert scene.user_id({"plain_server": True}, plain(b"admin", b"secret")) == "admin"
    assert scene.refusal({"plain_server": True}, plain(b"admin", b"guess")) == 400
    assert scene.refusal({"plain_server": True}, plain(b"root", b"secret")) == 400


def test_passwords_of_a_domain_are_for_its_servers(scene: Scene) -> None:
    scene.authenticator.configure_plain(domain="home", passwords={"admin": "secret"})
    home = {"plain_server": True, "zap_domain": b"home"}
    assert scene.user_id(home, plain(b"admin", b"secret")) == "admin"
    assert scene.refusal({"plain_server": True}, plain(b"admin", b"secret")) == 400


def test_whose_key_is_in_the_folder_is_let_in(scene: Scene, keys: Keys) -> None:
    """CURVE-5, CURVE-6."""
    scene.authenticator.configure_curve(domain="*", location=keys.folder)
    assert scene.user_id(keys.server, keys.client) == keys.client["curve_publickey"].decode()
    public, secret = zerowire.curve_keypair()
    stranger = {**keys.client, "curve_publickey": public, "curve_secretkey": secret}
    assert scene.refusal(keys.server, stranger) == 400


def test_everybody_may_be_let_in(scene: Scene, keys: Keys) -> None:
    scene.authenticator.configure_curve(domain="*", location=zerowire.auth.CURVE_ALLOW_ANY)
    assert scene.user_id(keys.server, keys.client) == keys.client["curve_publickey"].decode()


class Provider:
    """Trusts one key."""

    def __init__(self, key: bytes) -> None:
        self.key = key

    def callback(self, domain: str, key: bytes) -> bool:
        return key == self.key


class AsyncProvider(Provider):
    """Takes its time for that."""

    async def callback(self, domain: str, key: bytes) -> bool:  # type: ignore[override]
        return key == self.key


@pytest.mark.parametrize("kind", [Provider, AsyncProvider])
def test_a_callback_lets_in(
    scene: Scene, keys: Keys, kind: type[Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.authenticator.configure_curve_callback(credentials_provider=kind(keys.client["curve_publickey"]))
    monkeypatch.setattr(scene.authenticator, "curve_user_id", lambda key: "custom")
    assert scene.user_id(keys.server, keys.client) == "custom"
    public, secret = zerowire.curve_keypair()
    stranger = {**keys.client, "curve_publickey": public, "curve_secretkey": secret}
    assert scene.refusal(keys.server, stranger) == 400


def test_a_callback_that_fails_lets_nobody_in(keys: Keys) -> None:
    """ZAP-2: pyzmq's authenticator would end."""
    scene = Scene("ours", "theirs")
    scene.authenticator.configure_curve_callback(credentials_provider=object())
    try:
        assert scene.refusal(keys.server, keys.client) == 500
        assert scene.user_id({"zap_domain": b"global"}, {}) == "anonymous"
    finally:
        scene.close()


def test_who_is_removed_from_the_folder_is_let_in_no_more(keys: Keys) -> None:
    scene = Scene("ours", "theirs")
    scene.authenticator.configure_curve(location=keys.folder)
    try:
        assert scene.user_id(keys.server, keys.client) == keys.client["curve_publickey"].decode()
        (keys.folder / "joe.key").unlink()
        assert scene.refusal(keys.server, keys.client) == 400
    finally:
        scene.close()
