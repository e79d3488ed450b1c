"""Logins by paramiko, to a server that takes a password. test_tunnel.py has a real server, and keys."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.ssh.conftest import SshServer
from zerowire.ssh import paramiko_client
from zerowire.ssh.paramiko_client import HOST_KEY_POLICY, connect, paramiko_tunnel, try_passwordless

if TYPE_CHECKING:
    import paramiko
else:
    paramiko = pytest.importorskip("paramiko")

PASSWORD = "open sesame"


class Doorkeeper(paramiko.ServerInterface):  # type: ignore[misc]
    """Lets in whoever knows the password."""

    def check_auth_password(self, username: str, password: str) -> int:
        known = password == PASSWORD
        return int(paramiko.AUTH_SUCCESSFUL if known else paramiko.AUTH_FAILED)

    def get_allowed_auths(self, username: str) -> str:
        return "password"


@pytest.fixture
def server(home: Path) -> Iterator[str]:
    """The name of a server that asks for a password."""
    key = paramiko.ECDSAKey.generate()
    transports: list[Any] = []

    def serve() -> None:
        while True:
            try:
                stream, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(stream)
            transports.append(transport)
            transport.add_server_key(key)
            transport.start_server(threading.Event(), Doorkeeper())

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve)
    thread.start()
    port = listener.getsockname()[1]
    (home / ".ssh" / "known_hosts").write_text(f"[127.0.0.1]:{port} {key.get_name()} {key.get_base64()}\n")
    yield f"me@127.0.0.1:{port}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()
    for transport in transports:
        transport.close()
        transport.join(10)


def test_password_opens(server: str) -> None:
    connect(server, None, PASSWORD).close()
    with pytest.raises(paramiko.AuthenticationException):
        connect(server, None, "wrong")


def test_without_a_password_the_door_stays_shut(server: str) -> None:
    assert try_passwordless(server, None) is False


def test_unknown_server_is_trusted_if_the_environment_says_so(
    server: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """7.1."""
    (home / ".ssh" / "known_hosts").unlink()
    with pytest.raises(paramiko.SSHException, match="known_hosts"):
        connect(server, None, PASSWORD)
    monkeypatch.setenv(HOST_KEY_POLICY, "AutoAdd")
    connect(server, None, PASSWORD).close()


def test_password_is_asked_for_if_it_is_needed(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def ask(server: str) -> str:
        asked.append(server)
        return "wrong"

    monkeypatch.setattr(paramiko_client, "ask_password", ask)
    process = paramiko_tunnel(1, 2, server)
    assert asked == [server]
    process.join(20)
    assert process.exitcode == 1
    process.close()


def test_password_is_not_asked_for_without_need(sshd: SshServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paramiko_client, "ask_password", lambda server: pytest.fail("asked"))
    process = paramiko_tunnel(1, 2, sshd.name, keyfile=sshd.key)
    assert isinstance(process, BaseProcess)
    assert process.daemon
    process.terminate()
    process.join(10)
    process.close()


def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "paramiko", None)
    with pytest.raises(ImportError, match="paramiko=False"):
        try_passwordless("host", None)
