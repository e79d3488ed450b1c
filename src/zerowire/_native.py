"""Parts of the standard library as they are when gevent has not patched them.

gevent.monkey makes threads, locks, sockets and waits switch greenlets. The engine must have the
system's own: its caretaker is a thread beside the hub, and what runs under a socket's lock must not
switch. Whoever needs one of them takes it from here, `from zerowire._native import select`, and need
not care whether the program was patched before ZeroWire was loaded, or will be later.
"""

from __future__ import annotations

import sys
import threading
from _thread import RLock as RLock  # gevent leaves it alone
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os as os
    import queue as queue
    import select as select
    import selectors as selectors
    import socket as socket
    import time as time
    from threading import Lock as Lock
    from threading import get_ident as get_ident

MODULES = ("os", "queue", "select", "selectors", "socket", "time")
REMOVED = ("epoll", "kevent", "kqueue", "EpollSelector", "KqueueSelector")  # not replaced, but deleted


def native(name: str) -> ModuleType:
    """Return a copy of a module, with the originals in it, which later patches do not reach."""
    module = import_module(name)
    copy = ModuleType(name, module.__doc__)
    vars(copy).update(vars(module))
    monkey = sys.modules.get("gevent.monkey")
    if monkey is not None:
        patched = [each for each in (*vars(module), *REMOVED) if monkey.is_object_patched(name, each)]
        vars(copy).update(zip(patched, monkey.get_original(name, patched), strict=True))
    return copy


def __getattr__(name: str) -> ModuleType:
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = globals()[name] = native(name)
    return module


_thread = native("_thread")
if not TYPE_CHECKING:
    Lock, get_ident = _thread.allocate_lock, _thread.get_ident


def start_thread(target: Callable[[], object], name: str) -> Callable[[], object]:
    """Run a function in a thread of the system's, which does not keep the process alive.

    Where gevent has made the class Thread its own, the thread has no name, and is not listed.

    Returns:
        A function that waits for its end.

    Raises:
        RuntimeError: The process ends, or has as many threads as it may.
    """
    monkey = sys.modules.get("gevent.monkey")
    if monkey is None or not monkey.is_module_patched("threading"):
        thread = threading.Thread(target=target, name=name, daemon=True)
        thread.start()
        return thread.join
    ended = Lock()
    ended.acquire()

    def run() -> None:
        try:
            target()
        finally:
            ended.release()

    def join() -> None:
        with ended:
            pass

    _thread.start_new_thread(run, ())
    return join
