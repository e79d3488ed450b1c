"""Where the processes of one user leave the endpoints at which they can be inspected."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from errno import EACCES, EIO
from itertools import count
from pathlib import Path
from typing import NamedTuple

from zerowire.constants import Errno
from zerowire.error import zmq_error

_serial = count(1)


class Place(NamedTuple):
    """A context that can be asked: the process it is in, and where."""

    pid: int
    endpoint: str


def directory() -> Path:
    """Return the directory of this user, made if need be: nobody else can look into it.

    It is $XDG_RUNTIME_DIR/zerowire, or /tmp/zerowire-UID where there is no such variable.

    Raises:
        ZMQError: It cannot be made, or is not a directory of this user alone (EACCES).
    """
    if not hasattr(os, "getuid"):
        raise zmq_error(Errno.ENOTSUP, "this system has no ipc, at which a context could be inspected")
    path = candidate()
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.lstat()
    except OSError as error:
        raise zmq_error(
            error.errno or EIO, f"{path} cannot be used for inspection: {error.strerror}"
        ) from None
    if fault := _fault(found):
        raise zmq_error(
            EACCES, f"{path} {fault}: it must be a directory of user {os.getuid()} with mode 0700"
        )
    return path


def candidate() -> Path:
    """Return where the directory should be, whether it is there or not."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if os.path.isabs(runtime) and os.path.isdir(runtime):
        return Path(runtime, "zerowire")
    return Path(f"/tmp/zerowire-{os.getuid()}")


def _fault(found: os.stat_result) -> str:
    """Return what is wrong with the directory, or nothing."""
    if not stat.S_ISDIR(found.st_mode):
        return "is no directory"
    if found.st_uid != os.getuid():
        return f"belongs to user {found.st_uid}"
    mode = stat.S_IMODE(found.st_mode)
    return f"has mode {mode:04o}" if mode & 0o077 else ""


def new_endpoint() -> str:
    """Return an endpoint for another context of this process.

    Raises:
        ZMQError: As directory().
    """
    return f"ipc://{directory() / f'{os.getpid()}.{next(_serial)}'}"


def places() -> Iterator[Place]:
    """Yield where processes of this user can be asked, the oldest process first.

    Files that processes have left behind which were killed are removed.

    Raises:
        ZMQError: As directory(), if it is there.
    """
    if not os.path.lexists(candidate()):
        return
    found = []
    for path in directory().iterdir():
        pid, _, number = path.name.partition(".")
        if pid.isdecimal() and number.isdecimal():
            found.append((int(pid), int(number), path))
    for process, _, path in sorted(found):
        if is_alive(process):
            yield Place(process, f"ipc://{path}")
        else:
            with suppress(OSError):
                path.unlink()


def is_alive(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):  # no process has so high a number
        return False
    except PermissionError:
        return True
    return True
