"""The addresses of ipc, and the files that stand for them.

    /a/path    a socket file; at most IPC_PATH_MAX octets
    @name      a name without a file (Linux)
    *          on bind: a file in a new directory, both of them removed at the end

A file whose owner still listens is never taken away. A stale one, which a killed process
has left behind, is taken over. To tell the two apart, look and bind happen under a lock of
the directory: nobody then meets a socket that is bound but does not listen yet.
"""

from __future__ import annotations

import errno
import os
import socket
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from zerowire import _native
from zerowire.error import zmq_error
from zerowire.transport.endpoint import IPC_PATH_MAX
from zerowire.transport.sockets import open_socket

DIRECTORIES = ("TMPDIR", "TEMPDIR", "TMP")  # environment variables that name a place for `*`
LOCK_ATTEMPTS = 50
LOCK_PAUSE = 0.01  # seconds; a bind takes far less


def parse(address: str) -> str | bytes:
    """Return what the system calls an address.

    Raises:
        ZMQError: EINVAL for `@` alone, ENAMETOOLONG.
    """
    try:
        octets = os.fsencode(address)
    except UnicodeError as error:
        raise zmq_error(errno.EINVAL, f"ipc path {address!r} cannot be encoded") from error
    if len(octets) > IPC_PATH_MAX:
        raise zmq_error(
            errno.ENAMETOOLONG, f"ipc path of {len(octets)} octets is longer than {IPC_PATH_MAX}: {address!r}"
        )
    if not address.startswith("@"):
        return address
    if address == "@":
        raise zmq_error(errno.EINVAL, "ipc address '@' has no name; write @name or a path")
    if sys.platform != "linux":
        raise zmq_error(
            errno.EINVAL, f"ipc address {address!r}: names without a file exist on Linux only; use a path"
        )
    return b"\0" + octets[1:]


class SocketFile:
    """A listening socket's file; removed at the end if it is still ours."""

    __slots__ = ("_directory", "_identity", "_owner", "path")

    def __init__(self, path: str, *, own_directory: bool = False) -> None:
        self.path = os.path.abspath(path)
        self._directory = os.path.dirname(self.path) if own_directory else None
        self._identity = _identity(self.path)
        self._owner = os.getpid()

    def remove(self) -> None:
        """Remove the file, and the directory that was made for it. Idempotent.

        Call it while the socket still listens: so nobody takes the file over meanwhile.
        """
        if self._owner != os.getpid():
            return  # a forked child leaves the file to its parent
        self._owner = 0
        with suppress(OSError):
            if self._identity is not None and _identity(self.path) == self._identity:
                os.unlink(self.path)
        if self._directory is not None:
            with suppress(OSError):
                os.rmdir(self._directory)


def make_directory() -> str:
    """Make a directory for `*`: in the first of DIRECTORIES that exists, else here (IPC-3)."""
    candidates = (os.environ.get(name, "") for name in DIRECTORIES)
    place = next(filter(os.path.isdir, candidates), os.curdir)
    return os.path.abspath(tempfile.mkdtemp(prefix="tmp", dir=place))


def listen_at(address: str | bytes, backlog: int) -> socket.socket:
    """Return a socket that listens at a name, or at a path that nobody else listens at."""
    if isinstance(address, bytes):
        return _listen(address, backlog)
    with _locked(os.path.dirname(address) or os.curdir):
        try:
            return _listen(address, backlog)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or not _is_stale(address):
                raise
        with suppress(FileNotFoundError):
            os.unlink(address)
        return _listen(address, backlog)


def _listen(address: str | bytes, backlog: int) -> socket.socket:
    sock = open_socket(socket.AF_UNIX)
    try:
        sock.bind(address)
        sock.listen(backlog)
    except BaseException:
        sock.close()
        raise
    return sock


def _is_stale(path: str) -> bool:
    """Whether a path is a socket that nobody listens at, or has gone by now."""
    try:
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            return False
    except FileNotFoundError:
        return True
    with open_socket(socket.AF_UNIX) as probe:
        # Success or a full queue: somebody is there.
        return probe.connect_ex(path) == errno.ECONNREFUSED


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def _locked(directory: str) -> Iterator[None]:
    """Keep other binders out of a directory, as far as the system lets us."""
    fd = _open_directory(directory)
    try:
        if fd >= 0:
            _lock(fd)
        yield
    finally:
        if fd >= 0:
            _native.os.close(fd)


def _open_directory(directory: str) -> int:
    try:
        return os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    except (AttributeError, OSError):
        return -1  # no such thing here, or we may not; binding itself tells what is wrong


def _lock(fd: int) -> None:
    """Lock a directory until its descriptor is closed. Never waits long: it is only a courtesy."""
    import fcntl  # not on Windows

    for _ in range(LOCK_ATTEMPTS):
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _native.time.sleep(LOCK_PAUSE)
        except OSError:
            return
        else:
            return
