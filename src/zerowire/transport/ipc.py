"""ipc: octets within one machine."""

from __future__ import annotations

import errno
import os
import socket

from zerowire.error import ZMQError, zmq_error
from zerowire.options import Settings
from zerowire.transport.base import PeerRefused
from zerowire.transport.credentials import Credentials, peer_credentials
from zerowire.transport.ipc_path import SocketFile, listen_at, make_directory, parse
from zerowire.transport.sockets import (
    SocketAddress,
    SocketConnecter,
    SocketListener,
    SocketStream,
    Target,
    adopt_socket,
    open_socket,
    system_error,
)


class Ipc:
    """The transport."""

    scheme = "ipc"

    def listen(self, address: str, settings: Settings) -> IpcListener:
        if settings.use_fd >= 0:
            sock = adopt_socket(settings.use_fd, (socket.AF_UNIX,), f"ipc://{address}")
            return IpcListener(sock, _text(sock.getsockname()) or address, settings, None)
        if address == "*":
            return _listen_anywhere(settings)
        name = parse(address)
        sock = _listen(name, address, settings)
        return IpcListener(sock, address, settings, SocketFile(name) if isinstance(name, str) else None)

    def resolve(self, address: str, settings: Settings) -> list[str]:
        return [f"ipc://{address}"]

    def check_connect(self, address: str, settings: Settings) -> None:
        parse(address)

    def connecter(self, address: str, settings: Settings) -> IpcConnecter:
        return IpcConnecter(address, settings)


def _listen_anywhere(settings: Settings) -> IpcListener:
    try:
        directory = make_directory()
    except OSError as error:
        raise system_error(error, "a directory for ipc://*") from error
    path = os.path.join(directory, "socket")
    try:
        sock = _listen(parse(path), path, settings)
    except BaseException:
        os.rmdir(directory)
        raise
    return IpcListener(sock, path, settings, SocketFile(path, own_directory=True))


def _listen(name: str | bytes, address: str, settings: Settings) -> socket.socket:
    try:
        return listen_at(name, settings.backlog)
    except OSError as error:
        raise _bind_failure(error, address) from error


def _bind_failure(error: OSError, address: str) -> ZMQError:
    if error.errno == errno.EADDRINUSE and not address.startswith("@"):
        return zmq_error(
            errno.EADDRINUSE, f"ipc://{address} is in use: somebody listens there, or it is no socket"
        )
    if error.errno == errno.ENOENT:
        folder = os.path.dirname(address)
        return zmq_error(errno.ENOENT, f"ipc://{address}: no such file or directory: {folder!r}")
    return system_error(error, f"ipc://{address}")


def _text(name: str | bytes) -> str:
    """Return the address of what the system calls a socket; empty for one without a name."""
    if isinstance(name, str):
        return name
    return "@" + os.fsdecode(name[1:]) if name else ""


class IpcListener(SocketListener):
    """Accepts local peers that pass the filters."""

    __slots__ = ("_file", "_settings")

    def __init__(
        self, sock: socket.socket, address: str, settings: Settings, file: SocketFile | None
    ) -> None:
        super().__init__(sock, f"ipc://{address}")
        self._settings = settings
        self._file = file

    def close(self) -> None:
        if self._file is not None:
            self._file.remove()
        super().close()

    def _welcome(self, sock: socket.socket, address: SocketAddress) -> SocketStream:
        credentials = peer_credentials(sock)
        if not _passes(credentials, self._settings):
            raise PeerRefused(errno.EACCES, f"peer {credentials} passes no filter of {self.endpoint}")
        return SocketStream(sock, self.endpoint, f"ipc://{_text(address)}", _peer_address(credentials))


def _passes(peer: Credentials | None, settings: Settings) -> bool:
    """Whether a peer passes one of the filters, or there are none (IPC-6)."""
    uids, gids, pids = settings.ipc_filter_uid, settings.ipc_filter_gid, settings.ipc_filter_pid
    if not (uids or gids or pids):
        return True
    if peer is None:
        return False
    return peer.uid in uids or peer.pid in pids or bool(gids and not peer.groups().isdisjoint(gids))


def _peer_address(credentials: Credentials | None) -> str:
    return "" if credentials is None else str(credentials)


class IpcConnecter(SocketConnecter):
    """One attempt to reach a local peer."""

    __slots__ = ("_name", "_settings")

    def __init__(self, address: str, settings: Settings) -> None:
        super().__init__(f"ipc://{address}")
        self._name = parse(address)
        self._settings = settings

    def _find_targets(self) -> list[Target]:
        return [(socket.AF_UNIX, self._name)]

    def _open(self, family: int) -> socket.socket:
        return open_socket(family)

    def _make_stream(self, sock: socket.socket) -> SocketStream:
        local = f"ipc://{_text(sock.getsockname())}"
        return SocketStream(sock, local, self.endpoint, _peer_address(peer_credentials(sock)))

    def _failure(self, code: int) -> ZMQError:
        if code == errno.EAGAIN:  # the listener's queue is full
            return zmq_error(errno.ECONNREFUSED, f"{self.endpoint} has too many peers waiting")
        return super()._failure(code)


TRANSPORT = Ipc()
