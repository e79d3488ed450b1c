"""Who stands at the other end of a local socket, as the kernel vouches for it (IPC-6, IPC-7)."""

from __future__ import annotations

import os
import socket
import struct
from typing import NamedTuple

SOL_LOCAL = 0
XUCRED_SIZE = 128  # at least; the system tells how much of it is used


class Credentials(NamedTuple):
    """The user, the group and the process of a peer."""

    uid: int
    gid: int
    pid: int | None  # None where the system does not tell

    def __str__(self) -> str:
        return f"localhost:{self.uid}:{self.gid}:{'' if self.pid is None else self.pid}"

    def groups(self) -> set[int]:
        """Return the primary and supplementary groups of the peer's user."""
        import pwd  # not on Windows

        try:
            name = pwd.getpwuid(self.uid).pw_name
            return {self.gid, *os.getgrouplist(name, self.gid)}
        except (KeyError, OSError):
            return {self.gid}


def peer_credentials(sock: socket.socket) -> Credentials | None:
    """Return the credentials of a connected peer; None where the system does not tell."""
    if hasattr(socket, "SO_PEERCRED"):
        size = struct.calcsize("3i")
        pid, uid, gid = struct.unpack("iII", sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
        return Credentials(uid, gid, pid)
    option: int | None = getattr(socket, "LOCAL_PEERCRED", None)
    if option is not None:
        _, uid, count, gid = struct.unpack_from("IIhxxI", sock.getsockopt(SOL_LOCAL, option, XUCRED_SIZE))
        return Credentials(uid, gid if count > 0 else -1, None)
    return None
