"""Sockets that connect through an ssh server."""

from __future__ import annotations

import os
from multiprocessing.process import BaseProcess

import pytest

import zerowire as zmq
from tests.ssh.conftest import SshServer, is_open
from zerowire.ssh import tunnel
from zerowire.ssh.tunnel import open_tunnel, select_random_ports, try_passwordless_ssh, tunnel_connection

TIMEOUT_MS = 20_000


@pytest.fixture(params=[False, True], ids=["openssh", "paramiko"])
def by_paramiko(request: pytest.FixtureRequest) -> bool:
    pytest.importorskip("paramiko" if request.param else "pexpect")
    return bool(request.param)


def test_messages_pass_through_a_tunnel(context: zmq.Context, sshd: SshServer, by_paramiko: bool) -> None:
    """7.10."""
    with context.socket(zmq.REP) as rep, context.socket(zmq.REQ) as req:
        rep.rcvtimeo = req.rcvtimeo = TIMEOUT_MS
        port = rep.bind_to_random_port("tcp://127.0.0.1")
        opened = tunnel_connection(
            req, f"tcp://127.0.0.1:{port}", sshd.name, keyfile=sshd.key, paramiko=by_paramiko, timeout=10
        )
        endpoint = req.last_endpoint.decode().rstrip("\0")
        assert endpoint != f"tcp://127.0.0.1:{port}"
        for text in (b"hello", b"x" * 1_000_000):
            req.send(text)
            assert rep.recv() == text
            rep.send(text[::-1])
            assert req.recv() == text[::-1]
    if isinstance(opened, BaseProcess):
        end(opened)


def end(tunnel: BaseProcess) -> None:
    tunnel.terminate()
    tunnel.join(10)
    tunnel.close()


def test_tunnel_of_paramiko_can_be_closed(sshd: SshServer) -> None:
    pytest.importorskip("paramiko")
    endpoint, process = open_tunnel("tcp://127.0.0.1:9", sshd.name, sshd.key, paramiko=True)
    assert isinstance(process, BaseProcess)
    assert endpoint.startswith("tcp://127.0.0.1:")
    end(process)


def test_key_that_the_server_knows_needs_no_password(sshd: SshServer, by_paramiko: bool) -> None:
    assert try_passwordless_ssh(sshd.name, sshd.key, by_paramiko) is True


def test_key_that_the_server_does_not_know_is_not_enough(sshd: SshServer, by_paramiko: bool) -> None:
    assert try_passwordless_ssh(sshd.name, sshd.wrong_key, by_paramiko) is False


def test_unknown_server_is_not_trusted(sshd: SshServer, by_paramiko: bool) -> None:
    (sshd.home / ".ssh" / "known_hosts").write_text("")
    with pytest.raises(Exception, match=r"not known|not found in known_hosts"):
        try_passwordless_ssh(sshd.name, sshd.key, by_paramiko)
    with pytest.raises(Exception, match=r"not known|not found in known_hosts"):
        open_tunnel("tcp://127.0.0.1:9", sshd.name, sshd.key, paramiko=by_paramiko)


def test_server_that_is_not_there_is_an_error(home: os.PathLike[str], by_paramiko: bool) -> None:
    (port,) = select_random_ports(1)
    with pytest.raises(Exception, match=r"refused|Unable to connect"):
        try_passwordless_ssh(f"me@127.0.0.1:{port}", None, by_paramiko)


@pytest.mark.parametrize("endpoint", ["ipc:///tmp/x", "tcp://host", "tcp://host:*", "host:5555", ""])
def test_tunnel_leads_to_a_tcp_port(endpoint: str) -> None:
    with pytest.raises(ValueError, match="tcp://host:port"):
        open_tunnel(endpoint, "server")


@pytest.mark.parametrize(
    ("windows", "choice", "used"),
    [(True, None, "paramiko"), (False, None, "openssh"), (True, False, "openssh"), (False, True, "paramiko")],
)
def test_paramiko_is_the_choice_on_windows(
    monkeypatch: pytest.MonkeyPatch, windows: bool, choice: bool | None, used: str
) -> None:
    calls: list[tuple[object, ...]] = []
    monkeypatch.setattr(tunnel, "IS_WINDOWS", windows)
    monkeypatch.setattr(tunnel, "paramiko_tunnel", lambda *args: calls.append(("paramiko", *args)))
    monkeypatch.setattr(tunnel, "openssh_tunnel", lambda *args: calls.append(("openssh", *args)))
    endpoint, _ = open_tunnel("tcp://[::1]:5555", "me@server", "key", "secret", choice, 5)
    local_port = int(endpoint.rpartition(":")[2])
    assert calls == [(used, local_port, 5555, "me@server", "[::1]", "key", "secret", 5)]


def test_random_ports_differ_and_are_free() -> None:
    ports = select_random_ports(10)
    assert len(set(ports)) == 10
    assert not any(is_open(port) for port in ports)
