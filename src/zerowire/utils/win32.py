"""Ctrl+C on Windows, where it does not end a wait."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

IS_WINDOWS = os.name == "nt"
CTRL_C_EVENT = 0
LET_OTHERS_HANDLE = 0


class allow_interrupt:
    """Do something as soon as Ctrl+C is pressed, so that a wait ends and KeyboardInterrupt can be raised.

    Python notices Ctrl+C between two of its own steps. On Windows a wait goes on until something comes, so
    that may be never: `with allow_interrupt(action):` lets the action end it, with a message to one of
    the sockets, for example. On other systems Ctrl+C ends waits by itself, and nothing is done.

    Args:
        action: Called without arguments in a thread of the system; it must not raise. None does nothing.
    """

    def __init__(self, action: Callable[[], Any] | None = None) -> None:
        self._handler = _console_handler(action or _nothing) if IS_WINDOWS else None

    def __enter__(self) -> None:
        self._set(True)

    def __exit__(self, *_: object) -> None:
        self._set(False)

    def _set(self, active: bool) -> None:
        if self._handler is None:
            return
        if not _ctypes().windll.kernel32.SetConsoleCtrlHandler(self._handler, int(active)):
            raise OSError("the system does not let the handler of Ctrl+C be changed")


def _nothing() -> None:
    pass


def _console_handler(action: Callable[[], Any]) -> Any:
    """Return a callback of Windows that acts on Ctrl+C, and leaves the rest to Python's own."""

    def handle(event: int) -> int:
        if event == CTRL_C_EVENT:
            action()
        return LET_OTHERS_HANDLE

    windows = _ctypes()
    return windows.WINFUNCTYPE(windows.c_int, windows.c_uint32)(handle)


def _ctypes() -> Any:
    import ctypes  # which not every system has

    return ctypes


__all__ = ["allow_interrupt"]
