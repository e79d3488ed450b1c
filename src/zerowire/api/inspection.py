"""Answers at an endpoint what goes on in a context.

A ROUTER socket in a context of its own answers REQ sockets, in a thread that sleeps until somebody asks.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
import warnings
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from zerowire._native import Lock, get_ident, start_thread, time
from zerowire.api.context import Context
from zerowire.api.events import MonitorEvent
from zerowire.api.library import build_info
from zerowire.api.runtime import new_endpoint
from zerowire.constants import Errno, Event, SocketOption, SocketType
from zerowire.engine.inspection import close_inspector, open_inspector, readable
from zerowire.error import ZMQError, zmq_error
from zerowire.version import __version__

if TYPE_CHECKING:
    from typing import Self

    from zerowire.engine.context import ContextCore
    from zerowire.engine.inspection import Inspector
    from zerowire.engine.journal import Happening

FORMAT = "zerowire-inspection"
VERSION = 1  # of the format; what is added to it later changes nothing that is there
SNAPSHOT = b"snapshot"  # the one thing that can be asked for

_inspections: WeakSet[Inspection] = WeakSet()


class PrivateContext(Context):
    """A context of ours, into which nobody looks."""

    _is_inspected = False

    def __del__(self) -> None:
        if self._pid == os.getpid():  # in a forked child nobody could have closed it
            super().__del__()


class Inspection:
    """Serves the inspection of one context until it is closed, or the context ends.

    Attributes:
        endpoint: Where it answers: what was asked for, with a wildcard resolved.
    """

    def __init__(self, core: ContextCore, endpoint: str) -> None:
        """Begin to answer.

        Raises:
            ZMQError: As bind(); EPROTONOSUPPORT for inproc.
        """
        if endpoint.startswith("inproc:"):
            told = "is known in one context alone, and this is served in another: take ipc or tcp"
            raise zmq_error(Errno.EPROTONOSUPPORT, f"{endpoint} {told}")
        self._context = PrivateContext()
        try:
            self._socket = self._context.socket(SocketType.ROUTER)
            self._socket._warns = False
            if endpoint.startswith("ipc://") and hasattr(os, "getuid"):
                self._socket.set(SocketOption.IPC_FILTER_UID, os.getuid())
            self._socket.bind(endpoint)
        except BaseException:
            self._context.destroy(0)
            raise
        self.endpoint: str = self._socket.get(SocketOption.LAST_ENDPOINT).rstrip(b"\0").decode()
        self._inspector: Inspector = open_inspector(core, self.close)
        self._lock = Lock()
        self._pid = os.getpid()
        self._is_closed = False
        self._thread = 0  # until it runs
        self._join = start_thread(self._serve, "zerowire-inspection")
        _inspections.add(self)

    @property
    def closed(self) -> bool:
        """Whether nobody answers any more."""
        return self._is_closed

    def _serve(self) -> None:
        self._thread = get_ident()
        while True:
            try:
                frames = self._socket.recv_multipart()
                start = frames.index(b"") + 1 if b"" in frames else 1  # behind the envelope
                reply = answer(self._inspector, frames[start:])
                self._socket.send_multipart([*frames[:start], reply])
            except ZMQError:
                return  # it is closed

    def close(self) -> None:
        """Answer no more, and wait until the thread and the endpoint are gone. Idempotent."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
        close_inspector(self._inspector, self.close)
        if self._pid != os.getpid():
            return  # all of it is the parent's
        self._socket.close(0)
        if get_ident() != self._thread:
            self._join()
        self._context.term()
        _inspections.discard(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def begin(core: ContextCore) -> None:
    """Serve the inspection of a context where `zerowire ps` looks for it; a failure is a warning."""
    try:
        Inspection(core, new_endpoint())
    except (ZMQError, OSError) as error:
        text = f"ZEROWIRE_INSPECT is set, but the context cannot be inspected: {error}"
        warnings.warn(text, RuntimeWarning, stacklevel=3)


def answer(inspector: Inspector, request: list[bytes]) -> bytes:
    """Return the JSON that answers a request."""
    if request != [SNAPSHOT]:
        asked = readable(b" ".join(request)[:100])
        reply = {
            "format": FORMAT,
            "version": VERSION,
            "error": f"cannot answer {asked!r}: ask for 'snapshot'",
        }
        return json.dumps(reply).encode()
    try:
        return json.dumps(snapshot(inspector)).encode()
    except Exception as error:  # whoever asks shall not be left waiting, and the next one may be luckier
        reply = {"format": FORMAT, "version": VERSION, "error": f"{type(error).__name__}: {error}"}
        return json.dumps(reply).encode()


def snapshot(inspector: Inspector) -> dict[str, Any]:
    """Describe a context, its sockets and what happened to them lately, in words that JSON has."""
    sockets = inspector.sockets()
    names = {row["id"]: row["name"] for row in sockets}
    return {
        "format": FORMAT,
        "version": VERSION,
        "time": round(time.time(), 3),
        "interval": None if inspector.interval is None else round(inspector.interval, 3),
        "process": process(),
        "context": {"id": inspector.context.serial, "closed": inspector.context.is_terminated},
        "sockets": sockets,
        "events": [
            event_row(happening, names.get(happening.socket, f"#{happening.socket}"))
            for happening in inspector.journal.copy()
        ],
    }


def process() -> dict[str, Any]:
    """Describe this process; its arguments are nobody's business."""
    return {
        "pid": os.getpid(),
        "program": readable(os.path.basename(sys.argv[0] or sys.executable) if sys.argv else ""),
        "python": ".".join(map(str, sys.version_info[:3])),
        "zerowire": __version__,
        "compiled": bool(build_info()["compiled"]),
    }


def event_row(happening: Happening, name: str) -> dict[str, Any]:
    """Describe an event."""
    event = MonitorEvent(
        Event(happening.event), happening.value, happening.local, happening.remote, happening.words
    )
    return {
        "serial": happening.serial,
        "time": round(happening.time, 3),
        "socket": happening.socket,
        "name": name,
        "event": str(event.event.name or int(event.event)),
        "endpoint": readable(event.endpoint),
        "reason": readable(event.reason),
        "times": happening.times,
    }


def _close_all() -> None:
    """Take the files of inspections away before the process ends."""
    for inspection in tuple(_inspections):
        inspection.close()


def _after_fork_in_child() -> None:
    """The parent's go on without this process."""
    _inspections.clear()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
