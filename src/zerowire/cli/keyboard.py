"""Single keys from a terminal, without waiting for a whole line."""

from __future__ import annotations

import os
import sys
import termios
import tty
from select import select
from typing import Any, Self

NAMES = {
    "\x1b[A": "up",
    "\x1b[B": "down",
    "\x1b[C": "right",
    "\x1b[D": "left",
    "\x1bOA": "up",
    "\x1bOB": "down",
    "\x1bOC": "right",
    "\x1bOD": "left",
    "\x1b[5~": "page up",
    "\x1b[6~": "page down",
    "\x1b": "escape",
    "\r": "enter",
    "\n": "enter",
    "\x7f": "backspace",
    "\b": "backspace",
    "\t": "tab",
}
GRACE = 0.03  # seconds in which the rest of a key's sequence comes


class Keyboard:
    """The terminal's keys, for the length of a block; Ctrl+C still interrupts."""

    def __init__(self) -> None:
        self._fd = sys.stdin.fileno()
        self._before: list[Any] = []
        self._typed = ""

    def next(self, patience: float) -> str:
        """Return the next key by its name, or "" when none was pressed in so many seconds."""
        if not self._typed and not self._read(patience):
            return ""
        if self._typed.startswith("\x1b") and len(self._typed) < 3:
            self._read(GRACE)
        for length in (4, 3, 1):
            key = self._typed[:length]
            if key in NAMES or length == 1:
                self._typed = self._typed[length:]
                return NAMES.get(key, key)
        return ""

    def _read(self, patience: float) -> bool:
        if not select([self._fd], [], [], patience)[0]:
            return False
        octets = os.read(self._fd, 64)
        if not octets:
            raise BrokenPipeError("the terminal is gone")
        self._typed += octets.decode(errors="ignore")
        return True

    def __enter__(self) -> Self:
        self._before = termios.tcgetattr(self._fd)
        tty.setcbreak(self._fd)
        return self

    def __exit__(self, *_: object) -> None:
        termios.tcsetattr(self._fd, termios.TCSADRAIN, self._before)
