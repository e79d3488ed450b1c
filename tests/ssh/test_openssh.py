"""What is said to the OpenSSH client, and what it says. test_tunnel.py has the real one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from zerowire.ssh import openssh
from zerowire.ssh.openssh import MaxRetryExceeded, SSHException, openssh_tunnel, try_passwordless

NO_MASTER = 'case "$*" in *"-O check"*) exit 255;; esac\n'
ASK = """printf "me@host's password: "; read -r password\n"""
DENIED = "echo 'Permission denied (publickey,password).'; exit 255\n"

Pretend = Callable[[str], Path]


@pytest.fixture
def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pretend:
    """Return what puts a shell script in the place of ssh, and returns where it notes its arguments."""
    pytest.importorskip("pexpect")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    notes = tmp_path / "notes"
    notes.touch()

    def put(script: str) -> Path:
        (tmp_path / "ssh").write_text(f'#!/bin/sh\necho "$@" >> {notes}\n{NO_MASTER}{script}')
        (tmp_path / "ssh").chmod(0o755)
        return notes

    return put


def test_tunnel_is_what_ssh_is_told(pretend: Pretend) -> None:
    notes = pretend("exit 0\n")
    assert openssh_tunnel(1111, 2222, "me@host:33", "inner", keyfile="a key", timeout=7) > 0
    assert notes.read_text().splitlines() == [
        "-i a key -p 33 -O check me@host",
        "-i a key -p 33 -f -S none -o ExitOnForwardFailure=yes -L 127.0.0.1:1111:inner:2222 me@host sleep 7",
    ]


def test_password_is_told_when_ssh_asks(pretend: Pretend) -> None:
    notes = pretend(f'{ASK} echo "heard $password" >> "$(dirname "$0")/notes"\n')
    openssh_tunnel(1, 2, "host", password="secret")
    assert "heard secret" in notes.read_text()


def test_wrong_password_is_asked_for_again(pretend: Pretend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openssh, "ask_password", lambda server: f"from {server}")
    notes = pretend(f'{ASK} {ASK} echo "heard $password" >> "$(dirname "$0")/notes"\n')
    openssh_tunnel(1, 2, "host", password="wrong")
    assert "heard from host" in notes.read_text()


def test_passphrase_of_a_key_counts_as_a_password(pretend: Pretend) -> None:
    pretend("""printf "Enter passphrase for key '/home/me/key': "; read -r password\n""")
    assert try_passwordless("host", None) is False


def test_words_about_passwords_are_no_question(pretend: Pretend) -> None:
    pretend(f"echo 'Your password: changed on Monday'; {DENIED}")
    assert try_passwordless("host", None) is False
    pretend("echo 'This host takes no password: use a key'; exit 0")
    assert try_passwordless("host", None) is True


def test_failure_says_what_ssh_said(pretend: Pretend) -> None:
    pretend("echo 'bind: Address already in use'; exit 255\n")
    with pytest.raises(RuntimeError, match="Address already in use"):
        openssh_tunnel(1, 2, "host")
    with pytest.raises(SSHException, match="'host': bind"):
        try_passwordless("host", None)


def test_unknown_host_is_not_trusted(pretend: Pretend) -> None:
    pretend("printf 'Are you sure you want to continue connecting (yes/no)? '; read -r answer\n")
    with pytest.raises(SSHException, match="'host' is not known"):
        openssh_tunnel(1, 2, "host")


def test_silent_server_is_given_up(pretend: Pretend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openssh, "PATIENCE", 0.3)
    pretend("exec sleep 60\n")
    with pytest.raises(MaxRetryExceeded, match="'host' did not answer"):
        openssh_tunnel(1, 2, "host")


def test_server_is_no_option(pretend: Pretend) -> None:
    notes = pretend("exit 0\n")
    with pytest.raises(ValueError, match="-oProxyCommand"):
        openssh_tunnel(1, 2, "-oProxyCommand=evil")
    assert notes.read_text() == ""


def test_connection_that_ssh_shares_is_used(pretend: Pretend, monkeypatch: pytest.MonkeyPatch) -> None:
    at_exit: list[Callable[[], object]] = []
    monkeypatch.setattr("zerowire.ssh.openssh.atexit.register", at_exit.append)
    notes = pretend("exit 1\n")
    script = notes.with_name("ssh")
    script.write_text(script.read_text().replace("exit 255", "echo 'Master running (pid=4711)' >&2; exit 0"))
    script.write_text(
        script.read_text().replace("exit 1", 'case "$2" in forward|cancel) exit 0;; esac; exit 1')
    )
    assert openssh_tunnel(1111, 2222, "host") == 4711
    at_exit[0]()
    assert notes.read_text().splitlines() == [
        "-O check host",
        "-O forward -L 127.0.0.1:1111:127.0.0.1:2222 host",
        "-O cancel -L 127.0.0.1:1111:127.0.0.1:2222 host",
    ]


def test_shared_connection_that_does_not_forward_is_not_used(pretend: Pretend) -> None:
    notes = pretend('case "$*" in *"-O forward"*) exit 255;; esac; exit 0\n')
    script = notes.with_name("ssh")
    script.write_text(
        script.read_text().replace("exit 255;; esac\n", "echo '(pid=4711)' >&2; exit 0;; esac\n", 1)
    )
    assert openssh_tunnel(1111, 2222, "host") != 4711
    assert "sleep 60" in notes.read_text()


def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pexpect", None)
    with pytest.raises(ImportError, match="paramiko=True"):
        try_passwordless("host", None)
