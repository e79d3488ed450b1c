"""Tunnels by the OpenSSH client, whose questions pexpect answers."""

from __future__ import annotations

import atexit
import os
import re
import subprocess
from functools import partial
from time import monotonic
from typing import Any

from zerowire.ssh.server import Server, ask_password

PATIENCE = 30  # seconds for the server to say something
UNKNOWN_HOST = rb"Are you sure you want to continue connecting"
ASKS_PASSWORD = rb"(?i)pass(?:word|phrase)[^\r\n]*: ?$"
MASTER = re.compile(r"pid=(\d+)")


class SSHException(Exception):
    """The client does not trust the server, or does not reach it."""


class MaxRetryExceeded(Exception):
    """The server did not answer in time."""


def try_passwordless(server: str, keyfile: str | None) -> bool:
    """Return whether a login succeeds without a password."""
    client = _spawn([*_command(server, keyfile), _host(server), "exit"])
    try:
        if _next_question(client, server):
            return False
        client.wait()
    finally:
        client.close(force=True)
    said = client.before.decode(errors="replace").strip()
    if client.exitstatus and "Permission denied" not in said:
        raise SSHException(f"ssh cannot reach {server!r}: {said}")
    return not client.exitstatus


def openssh_tunnel(
    lport: int,
    rport: int,
    server: str,
    remoteip: str = "127.0.0.1",
    keyfile: str | None = None,
    password: str | None = None,
    timeout: int = 60,
) -> int:
    """Open a tunnel with the OpenSSH client, which obeys ~/.ssh/config.

    A connection that this client shares already (ControlMaster) is used, until this process ends. Otherwise a
    new one is made in the background; it ends when the tunnel has not been used for a while.

    Args:
        lport: The port on 127.0.0.1 that leads through the tunnel.
        rport: The port where it leads to.
        server: The ssh server: user@host:port, or a name in ~/.ssh/config.
        remoteip: The host where it leads to, as the server knows it.
        keyfile: A private key; None for those that ssh finds.
        password: For when the server asks; None asks at the terminal.
        timeout: Seconds that it stays open at least, to be used.

    Returns:
        The process id of the client that opened it.

    Raises:
        ImportError: pexpect is not installed.
        SSHException: The server's key is not known.
        MaxRetryExceeded: The server did not answer within 30 seconds.
        RuntimeError: The client failed; the error has what it said.
    """
    ssh, host = _command(server, keyfile), _host(server)
    forward = ["-L", f"127.0.0.1:{lport}:{remoteip}:{rport}", host]
    if (master := _use_master(ssh, forward)) is not None:
        return master
    background = ["-f", "-S", "none", "-o", "ExitOnForwardFailure=yes"]
    client = _spawn([*ssh, *background, *forward, f"sleep {timeout}"])
    try:
        while _next_question(client, server):
            client.sendline(ask_password(server) if password is None else password)
            password = None  # a second question means that this one was wrong
        client.wait()
    finally:
        client.close(force=True)
    if client.exitstatus:
        raise RuntimeError(
            f"ssh opens no tunnel by {server!r}: {client.before.decode(errors='replace').strip()}"
        )
    return int(client.pid)


def _command(server: str, keyfile: str | None) -> list[str]:
    port = Server.parse(server).port
    return ["ssh", *(["-i", keyfile] if keyfile else []), *(["-p", str(port)] if port else [])]


def _host(server: str) -> str:
    parsed = Server.parse(server)
    host = f"{parsed.user}@{parsed.host}" if parsed.user else parsed.host
    if host.startswith("-"):
        raise ValueError(f"an ssh server is a name, not the option {server!r}")
    return host


def _use_master(ssh: list[str], forward: list[str]) -> int | None:
    """Open the tunnel by a connection that the client shares; return its process id, None without one."""
    check = subprocess.run([*ssh, "-O", "check", forward[-1]], capture_output=True, text=True, check=False)
    found = MASTER.search(check.stderr)
    if check.returncode or found is None:
        return None
    if subprocess.run([*ssh, "-O", "forward", *forward], capture_output=True, check=False).returncode:
        return None
    atexit.register(
        partial(subprocess.run, [*ssh, "-O", "cancel", *forward], capture_output=True, check=False)
    )
    return int(found[1])


def _spawn(command: list[str]) -> Any:
    try:
        from pexpect import spawn
    except ImportError as error:
        raise ImportError("tunnels by OpenSSH need the package pexpect; or use paramiko=True") from error
    environment = {name: value for name, value in os.environ.items() if name != "SSH_ASKPASS"}
    # The terminal hangs up when the client has put itself into the background, perhaps before it has left.
    return spawn(command[0], command[1:], env=environment, ignore_sighup=True)


def _next_question(client: Any, server: str) -> bool:
    """Wait until the client asks for a password, or ends; return whether it asks."""
    from pexpect import EOF, TIMEOUT

    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        # pexpect looks whether the client has ended only when a wait is over.
        said = client.expect([EOF, ASKS_PASSWORD, UNKNOWN_HOST, TIMEOUT], timeout=0.1)
        if said == 2:
            raise SSHException(f"the key of {server!r} is not known: log in once with ssh, and confirm it")
        if said != 3:
            return bool(said == 1)
    raise MaxRetryExceeded(f"{server!r} did not answer within {PATIENCE} seconds")
