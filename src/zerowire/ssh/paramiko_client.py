"""Tunnels by paramiko, in a process of their own."""

from __future__ import annotations

import os
import signal
import sys
from getpass import getuser
from multiprocessing import Process
from typing import Any

from zerowire.ssh.forward import forward_tunnel
from zerowire.ssh.server import Server, ask_password

HOST_KEY_POLICY = "PYZMQ_PARAMIKO_HOST_KEY_POLICY"
SSH_PORT = 22
NOTHING_TO_TRY = "No authentication methods available"  # there is no key, and that has no class of its own


def try_passwordless(server: str, keyfile: str | None) -> bool:
    """Return whether a login succeeds without a password."""
    paramiko = _paramiko()
    try:
        connect(server, keyfile, None).close()
    except paramiko.AuthenticationException:
        return False
    except paramiko.SSHException as error:
        if NOTHING_TO_TRY in str(error):
            return False
        raise
    return True


def paramiko_tunnel(
    lport: int,
    rport: int,
    server: str,
    remoteip: str = "127.0.0.1",
    keyfile: str | None = None,
    password: str | None = None,
    timeout: int = 60,
) -> Process:
    """Open a tunnel with paramiko, in a process that ends with this one.

    The key of the server must be in ~/.ssh/known_hosts, unless PYZMQ_PARAMIKO_HOST_KEY_POLICY is set to
    AutoAdd or Warning, which trust any server.

    Args:
        lport: The port on 127.0.0.1 that leads through the tunnel.
        rport: The port where it leads to.
        server: The ssh server: user@host:port.
        remoteip: The host where it leads to, as the server knows it.
        keyfile: A private key; None for those in ~/.ssh and of the agent.
        password: None asks at the terminal, if there is no login without one.
        timeout: Seconds after which it ends while nobody uses it.

    Returns:
        The process; terminate() closes the tunnel.

    Raises:
        ImportError: paramiko is not installed.
        paramiko.SSHException: The server is not known, or not reached.
    """
    if password is None and not try_passwordless(server, keyfile):
        password = ask_password(server)
    process = Process(
        target=_run,
        args=(lport, rport, server, remoteip.strip("[]"), keyfile, password, timeout),
        daemon=True,
    )
    process.start()
    return process


def connect(server: str, keyfile: str | None, password: str | None) -> Any:
    """Return a client that has logged in."""
    paramiko = _paramiko()
    user, host, port = Server.parse(server)
    client = paramiko.SSHClient()
    client.load_system_host_keys()
    if policy := os.environ.get(HOST_KEY_POLICY):
        client.set_missing_host_key_policy(getattr(paramiko, f"{policy}Policy")())
    try:
        client.connect(
            host, port or SSH_PORT, username=user or getuser(), key_filename=keyfile, password=password
        )
    except BaseException:
        client.close()
        raise
    return client


def _paramiko() -> Any:
    try:
        import paramiko
    except ImportError as error:
        raise ImportError("this tunnel needs the package paramiko; or use paramiko=False") from error
    return paramiko


def _run(
    lport: int,
    rport: int,
    server: str,
    remoteip: str,
    keyfile: str | None,
    password: str | None,
    timeout: int,
) -> None:
    """Be the process of a tunnel."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the program, which may still need it
    try:
        client = connect(server, keyfile, password)
        forward_tunnel(lport, remoteip, rport, client.get_transport(), timeout)
    except Exception as error:
        sys.exit(f"no tunnel by {server!r}: {error}")
    client.close()
