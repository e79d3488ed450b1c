"""Shows how far a run is: one line that is written anew on a terminal, else a line a measurement."""

from __future__ import annotations

from shutil import get_terminal_size
from time import monotonic
from typing import TextIO

WIDTH = 16
CLEAR = "\r\x1b[K"


class Progress:
    """How far a run is.

    Attributes:
        total: Measurements in all.
        done: Those that are over.
    """

    def __init__(self, stream: TextIO) -> None:
        self.total = 0
        self.done = 0
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._began = monotonic()
        self._now = ""

    def begin(self, case: str, turn: str, library: str) -> None:
        """Name the measurement that comes."""
        self._now = f"{case:32} {turn:>5}  {library:14}"
        if self._is_terminal:
            line = f"{self._bar()} {self._left()}  {case}, {turn}, {library}"
            self._write(CLEAR + line[: get_terminal_size().columns - 1])

    def end(self, figures: str) -> None:
        """Note that it is over."""
        self.done += 1
        if not self._is_terminal:
            self._write(f"{self.done:4}/{self.total} {self._now} {figures}  ({self._left()})\n")

    def skip(self, measurements: int, reason: str) -> None:
        """Note that it failed, and that this many are not made."""
        self.done += measurements
        self._write(f"{CLEAR if self._is_terminal else ''}{self._now} FAILED: {reason}\n")

    def close(self) -> None:
        """Leave a clean line."""
        if self._is_terminal:
            self._write(CLEAR)

    def _bar(self) -> str:
        full = WIDTH * self.done // max(1, self.total)
        return f"[{'#' * full}{'.' * (WIDTH - full)}] {self.done}/{self.total}"

    def _left(self) -> str:
        if not self.done:
            return "-:-- left"
        left = int((monotonic() - self._began) / self.done * (self.total - self.done))
        return f"{left // 60}:{left % 60:02} left"

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
