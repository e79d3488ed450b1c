"""Reach an endpoint through an ssh server: tunnel_connection(socket, endpoint, server).

Two programs can make the tunnel: the OpenSSH client, with the package pexpect, or the package paramiko.
`pip install zerowire[ssh]` brings both packages.
"""

from __future__ import annotations

from zerowire.ssh.tunnel import (
    open_tunnel,
    openssh_tunnel,
    paramiko_tunnel,
    select_random_ports,
    ssh_tunnel,
    try_passwordless_ssh,
    tunnel_connection,
)

__all__ = [
    "open_tunnel",
    "openssh_tunnel",
    "paramiko_tunnel",
    "select_random_ports",
    "ssh_tunnel",
    "try_passwordless_ssh",
    "tunnel_connection",
]
