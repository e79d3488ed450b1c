"""Verbs as processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import zerowire

SOURCE = Path(zerowire.__file__).parents[1]
PATIENCE = 30


class Process(subprocess.Popen[str]):
    """A verb at work: what it says is read line by line."""

    def __init__(self, folder: Path, *words: str, **environment: str) -> None:
        super().__init__(
            [sys.executable, "-W", "error", "-m", "zerowire", *words],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(SOURCE), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def endpoint(self) -> str:
        """Wait until it is bound, and return where."""
        assert self.stderr is not None
        line = self.stderr.readline()
        assert line.startswith("bound to "), line + self.stderr.read()
        return line.removeprefix("bound to ").strip()

    def line(self) -> str:
        """Wait for the next line of its output."""
        assert self.stdout is not None
        return self.stdout.readline().rstrip("\n")

    def write(self, text: str) -> None:
        """Let it read something; its input stays open."""
        assert self.stdin is not None
        self.stdin.write(text)
        self.stdin.flush()

    def end(self, text: str | None = None) -> tuple[str, str]:
        """Let it read the last of its input, wait for a success, and return what else it has said."""
        said, complaints = self._finish(text or "")
        assert self.returncode == 0, complaints
        return said, complaints

    def interrupt(self) -> tuple[str, str]:
        """Press Ctrl+C, wait for the end that it should have, and return what else it has said."""
        self.send_signal(signal.SIGINT)
        said, complaints = self._finish("")
        assert self.returncode == 130, complaints
        return said, complaints

    def _finish(self, text: str) -> tuple[str, str]:
        """Read all that it says to its end; communicate() would not know of lines that were read ahead."""
        assert self.stdin is not None
        assert self.stdout is not None
        assert self.stderr is not None
        with ThreadPoolExecutor(2) as readers:
            said, complaints = readers.submit(self.stdout.read), readers.submit(self.stderr.read)
            with suppress(BrokenPipeError):
                self.stdin.write(text)
                self.stdin.close()
            try:
                self.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
            return said.result(), complaints.result()
