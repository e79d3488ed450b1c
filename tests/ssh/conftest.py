"""An ssh server on the loopback interface, with keys and a port of its own."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import WaitUntil
from zerowire.ssh.tunnel import select_random_ports

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
SSHD_CONFIG = """
ListenAddress 127.0.0.1
Port {port}
HostKey {home}/host_key
AuthorizedKeysFile {home}/key.pub
PidFile none
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
UsePAM no
UseDNS no
"""
SSH_CONFIG = """
UserKnownHostsFile {home}/.ssh/known_hosts
GlobalKnownHostsFile /dev/null
IdentitiesOnly yes
"""


class SshServer(NamedTuple):
    """How to reach the server: its name, a key that it knows and one that it does not."""

    name: str
    key: str
    wrong_key: str
    home: Path


def make_key(path: Path) -> str:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    return str(path)


def is_open(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def sessions_of(server: int) -> list[int]:
    """Return the processes that a server has for its clients; none where the system does not list them."""
    children = Path(f"/proc/{server}/task/{server}/children")
    return [int(pid) for pid in children.read_text().split()] if children.exists() else []


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without any keys but those of the test, for paramiko and for OpenSSH."""
    (tmp_path / ".ssh").mkdir()
    (tmp_path / "ssh_config").write_text(SSH_CONFIG.format(home=tmp_path))
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "ssh").write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {tmp_path}/ssh_config "$@"\n')
    (programs / "ssh").chmod(0o755)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.delenv("PYZMQ_PARAMIKO_HOST_KEY_POLICY", raising=False)
    return tmp_path


@pytest.fixture
def sshd(home: Path, wait_until: WaitUntil) -> Iterator[SshServer]:
    """A server that the client knows, and that knows the client's key."""
    if SSHD is None or shutil.which("ssh-keygen") is None:
        pytest.skip("there is no OpenSSH server here")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # what the system makes when it starts one
    host_key, key, wrong_key = (make_key(home / name) for name in ("host_key", "key", "wrong_key"))
    (port,) = select_random_ports(1)
    known = Path(f"{host_key}.pub").read_text()
    (home / ".ssh" / "known_hosts").write_text(f"[127.0.0.1]:{port} {known}")
    (home / "sshd_config").write_text(SSHD_CONFIG.format(home=home, port=port))
    command = [SSHD, "-D", "-e", "-f", str(home / "sshd_config")]
    with (home / "sshd.log").open("wb") as log, subprocess.Popen(command, stderr=log) as server:
        try:
            wait_until(lambda: is_open(port) or server.poll() is not None)
            assert server.poll() is None, (home / "sshd.log").read_text()
            yield SshServer(f"{getpass.getuser()}@127.0.0.1:{port}", key, wrong_key, home)
        finally:
            for session in sessions_of(server.pid):  # with them end the clients in the background
                with suppress(ProcessLookupError):  # it has ended meanwhile
                    os.kill(session, signal.SIGTERM)
            server.terminate()
