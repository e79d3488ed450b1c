"""What tcp and ipc share: streams, listeners and connecters over the system's sockets."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, TypeAlias

from zerowire._native import socket
from zerowire.error import ZMQError, zmq_error
from zerowire.transport.base import Buffer, PeerRefused

if sys.platform == "linux":
    from fcntl import ioctl
    from termios import TIOCOUTQ  # of a socket: octets that the peer's system has not confirmed

SocketAddress: TypeAlias = Any  # what the socket module takes: a tuple, a path, octets
Target: TypeAlias = tuple[int, SocketAddress]  # address family, address

MAX_BUFFERS = 512  # in one sendmsg; the least that systems allow is 16, the usual 1024
MOST_DISCARDED = 128  # reads before a close
DISCARD_SIZE = 65536  # octets in each
NO_SIGNAL: int = getattr(socket, "MSG_NOSIGNAL", 0)  # EPIPE, even where SIGPIPE would end the process
SO_NOSIGPIPE = 0x1022 if not NO_SIGNAL and os.name == "posix" else 0  # the same of macOS

PENDING = {errno.EINPROGRESS} | ({errno.EWOULDBLOCK} if os.name == "nt" else set())

# The peer, or the network on its behalf, took a connection back before it was accepted.
WITHDRAWN = {
    errno.ECONNABORTED,
    errno.EHOSTUNREACH,
    errno.ENETDOWN,
    errno.ENETUNREACH,
    errno.ENOPROTOOPT,
    errno.EOPNOTSUPP,
    errno.EPERM,
    errno.EPROTO,
    getattr(errno, "EHOSTDOWN", errno.EPROTO),
    getattr(errno, "ENONET", errno.EPROTO),
}


def system_error(error: OSError, subject: str) -> ZMQError:
    """Make one of our errors from the system's, with what it is about."""
    number = errno.EINVAL if isinstance(error, socket.gaierror) else error.errno or errno.EINVAL
    return zmq_error(number, f"{os.strerror(number).lower()}: {subject}")


def open_socket(family: int) -> socket.socket:
    """Return a new stream socket that does not wait."""
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setblocking(False)
    return sock


def adopt_socket(fd: int, families: Sequence[int], endpoint: str) -> socket.socket:
    """Take over a descriptor that listens already (USE_FD)."""
    try:
        sock = socket.socket(fileno=fd)
    except OSError as error:
        raise system_error(error, f"descriptor {fd} of USE_FD for {endpoint}") from error
    if sock.family not in families or not _is_listening(sock):
        sock.detach()
        raise zmq_error(errno.EINVAL, f"descriptor {fd} of USE_FD is no listening socket for {endpoint}")
    sock.setblocking(False)
    sock.set_inheritable(False)
    return sock


def _is_listening(sock: socket.socket) -> bool:
    if sock.type != socket.SOCK_STREAM:
        return False
    option: int | None = getattr(socket, "SO_ACCEPTCONN", None)
    return option is None or bool(sock.getsockopt(socket.SOL_SOCKET, option))


class SocketStream:
    """A connected socket."""

    __slots__ = (
        "_owner",
        "_recv",
        "_recv_into",
        "_recvmsg_into",
        "_send",
        "_sendmsg",
        "_socket",
        "local",
        "peer_address",
        "remote",
    )

    is_bare = True

    def __init__(self, sock: socket.socket, local: str, remote: str, peer_address: str) -> None:
        self._socket = sock
        self._owner = os.getpid()
        self._recv = sock.recv
        self._recv_into = sock.recv_into
        self._recvmsg_into = getattr(sock, "recvmsg_into", None)
        self._send = sock.send
        self._sendmsg = getattr(sock, "sendmsg", None)
        self.local = local
        self.remote = remote
        self.peer_address = peer_address
        if SO_NOSIGPIPE:
            sock.setsockopt(socket.SOL_SOCKET, SO_NOSIGPIPE, 1)

    @property
    def in_flight(self) -> int:
        if self._socket.family == getattr(socket, "AF_UNIX", None):
            return 0  # what is written lies with the peer already
        if sys.platform == "linux":
            with suppress(OSError):
                return int.from_bytes(ioctl(self._socket, TIOCOUTQ, bytes(4)), sys.byteorder)
        return 1

    def fileno(self) -> int:
        return self._socket.fileno()

    def receive(self, size: int) -> bytes | None:
        try:
            return self._recv(size)
        except BlockingIOError:
            return None
        except OSError as error:
            raise system_error(error, self.remote) from error

    def receive_vector(self, views: Sequence[memoryview]) -> int | None:
        try:
            if self._recvmsg_into is None:
                return self._recv_into(views[0])
            count: int = self._recvmsg_into(views)[0]
            return count
        except BlockingIOError:
            return None
        except OSError as error:
            raise system_error(error, self.remote) from error

    def send(self, data: Buffer) -> int:
        try:
            return self._send(data, NO_SIGNAL)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise system_error(error, self.remote) from error

    def send_vector(self, buffers: Sequence[Buffer]) -> int:
        if self._sendmsg is None:
            return self.send(b"".join(buffers))
        if len(buffers) > MAX_BUFFERS:
            buffers = buffers[:MAX_BUFFERS]
        try:
            sent: int = self._sendmsg(buffers, (), NO_SIGNAL)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise system_error(error, self.remote) from error
        return sent

    def end(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError as error:
            raise system_error(error, self.remote) from error

    def close(self) -> None:
        if self._owner == os.getpid():  # in a forked child it is the parent who reads
            self._discard_input()
        self._socket.close()

    def _discard_input(self) -> None:
        """Read what nobody wants any more.

        A socket that is closed over input resets the connection, and what was written and has
        not arrived yet is lost with it.
        """
        with suppress(OSError):
            for _ in range(MOST_DISCARDED):
                if not self._recv(DISCARD_SIZE):
                    return


class SocketListener:
    """A listening socket. A transport adds how to welcome a peer."""

    __slots__ = ("_family", "_socket", "endpoint")

    def __init__(self, sock: socket.socket, endpoint: str) -> None:
        self._socket = sock
        self._family = sock.family
        self.endpoint = endpoint

    def fileno(self) -> int:
        return self._socket.fileno()

    def accept(self) -> SocketStream | None:
        try:
            # Half of what accept() does is to ask for what we know, and make enums of the answers.
            fd, address = self._socket._accept()  # type: ignore[attr-defined]
            sock = socket.socket(self._family, socket.SOCK_STREAM, fileno=fd)
        except BlockingIOError:
            return None
        except OSError as error:
            if error.errno in WITHDRAWN:
                return None
            raise system_error(error, self.endpoint) from error
        try:
            sock.setblocking(False)
            return self._welcome(sock, address)
        except PeerRefused:
            sock.close()
            raise
        except (OSError, ZMQError) as error:  # it left at once, or the system refuses an option
            sock.close()
            raise PeerRefused(error.errno, str(error)) from error

    def close(self) -> None:
        self._socket.close()

    def _welcome(self, sock: socket.socket, address: SocketAddress) -> SocketStream:
        """Return the stream of an accepted peer, or raise PeerRefused."""
        raise NotImplementedError


class SocketConnecter:
    """Dials addresses one after another until one answers.

    A transport adds where the targets come from, and what to do before and after.
    """

    __slots__ = ("_socket", "_targets", "endpoint")

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._socket: socket.socket | None = None
        self._targets: list[Target] = []  # not tried yet

    @property
    def needs_lookup(self) -> bool:
        return False

    def lookup(self) -> None:
        """Nothing to find."""

    def start(self) -> SocketStream | None:
        self._targets = self._find_targets()
        return self._dial(zmq_error(errno.EINVAL, f"no address for {self.endpoint}"))

    def fileno(self) -> int:
        return -1 if self._socket is None else self._socket.fileno()

    def finish(self) -> SocketStream | None:
        sock = self._socket
        if sock is None:
            raise zmq_error(errno.EBADF, f"the attempt to reach {self.endpoint} was given up")
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            return self._dial(self._failure(code))
        try:
            sock.getpeername()
        except OSError:
            return None  # not yet
        try:
            return self._connected(sock)
        except ZMQError as error:
            return self._dial(error)

    def close(self) -> None:
        self._targets = []
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _dial(self, failure: ZMQError) -> SocketStream | None:
        """Try the targets that are left; raise the last failure when there are none."""
        while self._targets:
            family, address = self._targets.pop(0)
            try:
                sock = self._open(family)
                self._replace(sock)
                code = sock.connect_ex(address)
                if code in PENDING:
                    return None
                if code == 0:
                    return self._connected(sock)
                failure = self._failure(code)
            except ZMQError as error:
                failure = error
            except OSError as error:
                failure = system_error(error, self.endpoint)
        self.close()
        raise failure

    def _replace(self, sock: socket.socket) -> None:
        # The old one is closed after the new one is open: so their numbers differ, and a
        # poller that knows the old number is not deceived.
        if self._socket is not None:
            self._socket.close()
        self._socket = sock

    def _connected(self, sock: socket.socket) -> SocketStream:
        try:
            stream = self._make_stream(sock)
        except OSError as error:
            raise system_error(error, self.endpoint) from error
        self._socket = None
        return stream

    def _failure(self, code: int) -> ZMQError:
        return system_error(OSError(code, ""), self.endpoint)

    def _find_targets(self) -> list[Target]:
        """Return the addresses to try."""
        raise NotImplementedError

    def _open(self, family: int) -> socket.socket:
        """Return a socket that is ready to connect."""
        raise NotImplementedError

    def _make_stream(self, sock: socket.socket) -> SocketStream:
        """Return the stream of a socket that has connected."""
        raise NotImplementedError
