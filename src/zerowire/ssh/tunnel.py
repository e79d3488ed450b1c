"""Tunnels through an ssh server, and sockets that connect through them."""

from __future__ import annotations

import socket as sockets
import sys
from multiprocessing import Process
from typing import Any

from zerowire.ssh import openssh, paramiko_client
from zerowire.ssh.openssh import MaxRetryExceeded, SSHException, openssh_tunnel
from zerowire.ssh.paramiko_client import paramiko_tunnel

IS_WINDOWS = sys.platform == "win32"  # where there is no pexpect

ssh_tunnel = paramiko_tunnel if IS_WINDOWS else openssh_tunnel


def tunnel_connection(
    socket: Any,
    addr: str,
    server: str,
    keyfile: str | None = None,
    password: str | None = None,
    paramiko: bool | None = None,
    timeout: int = 60,
) -> Process | int:
    """Connect a socket to an endpoint that only an ssh server can reach.

    Args:
        socket: The socket.
        addr: The endpoint, tcp://host:port, as the server knows it.
        server: The ssh server: user@host:port; for OpenSSH also a name in ~/.ssh/config.
        keyfile: A private key; None for those that are found.
        password: None asks at the terminal, if the server does not let in without one.
        paramiko: Whether to use paramiko instead of the OpenSSH client; None does so on Windows.
        timeout: Seconds that the tunnel stays open without a connection.

    Returns:
        The process of the tunnel with paramiko, otherwise the process id of the client.

    Raises:
        ValueError: The endpoint is not of tcp.
        ImportError: The package for this kind of tunnel is not installed.
        RuntimeError: ssh failed; other errors are those of openssh_tunnel() and paramiko_tunnel().
    """
    endpoint, tunnel = open_tunnel(addr, server, keyfile, password, paramiko, timeout)
    socket.connect(endpoint)
    return tunnel


def open_tunnel(
    addr: str,
    server: str,
    keyfile: str | None = None,
    password: str | None = None,
    paramiko: bool | None = None,
    timeout: int = 60,
) -> tuple[str, Process | int]:
    """Open a tunnel to an endpoint, for a socket to connect to.

    Args and errors are those of tunnel_connection().

    Returns:
        The endpoint at this end, and what tunnel_connection() returns.
    """
    transport, _, place = addr.partition("://")
    host, colon, port = place.rpartition(":")
    if transport != "tcp" or not colon or not port.isdecimal():
        raise ValueError(f"a tunnel leads to tcp://host:port, not to {addr!r}")
    (local_port,) = select_random_ports(1)
    make = paramiko_tunnel if _use_paramiko(paramiko) else openssh_tunnel
    tunnel = make(local_port, int(port), server, host, keyfile, password, timeout)
    return f"tcp://127.0.0.1:{local_port}", tunnel


def try_passwordless_ssh(server: str, keyfile: str | None, paramiko: bool | None = None) -> bool:
    """Tell whether an ssh server lets in without a password, so that it need not be asked for.

    Args:
        server: The ssh server: user@host:port.
        keyfile: A private key; None for those that are found.
        paramiko: Whether to use paramiko instead of the OpenSSH client; None does so on Windows.

    Raises:
        ImportError: The package for this is not installed.
        SSHException: The server is not known, or not reached; from paramiko, if that is used.
        MaxRetryExceeded: OpenSSH's client had no answer within 30 seconds.
    """
    try_it = paramiko_client.try_passwordless if _use_paramiko(paramiko) else openssh.try_passwordless
    return try_it(server, keyfile)


def select_random_ports(n: int) -> list[int]:
    """Return n different TCP ports that nobody uses at the moment."""
    probes = [sockets.socket() for _ in range(n)]
    try:
        for probe in probes:
            probe.bind(("", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _use_paramiko(choice: bool | None) -> bool:
    return IS_WINDOWS if choice is None else choice


__all__ = [
    "MaxRetryExceeded",
    "SSHException",
    "open_tunnel",
    "openssh_tunnel",
    "paramiko_tunnel",
    "select_random_ports",
    "ssh_tunnel",
    "try_passwordless_ssh",
    "tunnel_connection",
]
