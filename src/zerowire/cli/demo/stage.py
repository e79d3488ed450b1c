"""Run programs as processes, and wait for what they print.

A Stage starts programs from a folder and ends them all when it is left. Nothing
here sleeps: a Program is waited for by what it says, with a deadline.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

PATIENCE = 20.0
"""Seconds to wait for a program before it counts as stuck."""


class Failed(Exception):
    """A program did not do what it should; the text says what."""


class Program:
    """One running program and the lines that it has printed."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.name = name
        self.lines: list[str] = []
        self._said_more = threading.Condition()
        self._silent = False
        self._process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._said_more:
                self.lines.append(line.rstrip("\n"))
                self._said_more.notify_all()
        with self._said_more:
            self._silent = True
            self._said_more.notify_all()

    def said(self, prefix: str) -> list[str]:
        """Return what followed the prefix, line by line."""
        return [line.removeprefix(prefix) for line in self.lines.copy() if line.startswith(prefix)]

    def wait_to_say(self, prefix: str, times: int = 1) -> None:
        """Wait until so many lines begin with the prefix."""
        with self._said_more:
            self._said_more.wait_for(lambda: self._silent or len(self.said(prefix)) >= times, PATIENCE)
            if len(self.said(prefix)) < times:
                raise Failed(f"{self.name} did not say {prefix!r} {times} times; it said {self.lines}")

    def wait_to_end(self) -> None:
        """Wait until the program ends by itself, which must be a success."""
        try:
            code = self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failed(f"{self.name} does not end; it said {self.lines}") from None
        self._reader.join(PATIENCE)
        if code != 0:
            raise Failed(f"{self.name} ended with code {code}; its last words: {self.lines[-1:]}")

    def interrupt(self) -> None:
        """Press Ctrl+C, and wait for a clean end."""
        self._process.send_signal(signal.SIGINT)
        self.wait_to_end()
        if not self.lines or not self.lines[-1].endswith("Stopped"):
            raise Failed(f"{self.name} did not stop cleanly at Ctrl+C; it said {self.lines}")
        # Ctrl+C can come between the words of a line and its end, as it can in a terminal.
        unfinished = self.lines[-1].removesuffix("Stopped")
        if unfinished:
            self.lines[-1:] = [unfinished, "Stopped"]

    def kill(self) -> None:
        """End the program in any case."""
        self._process.kill()
        self._process.wait()
        self._reader.join(PATIENCE)
        assert self._process.stdout is not None
        self._process.stdout.close()


class Stage:
    """Where programs run together, on ports of their own.

    Args:
        binders: The folder of the programs that bind, such as server.py.
        connecters: The folder of those that connect. Two folders with the same
            programs, written for two libraries, show that the libraries agree.
        source: A folder to import libraries from before all others, or None.
    """

    def __init__(self, binders: Path, connecters: Path, source: Path | None = None) -> None:
        self.programs: list[Program] = []
        self._reservations: list[socket.socket] = []
        self._binders = binders
        self._connecters = connecters
        self._environment = os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
        if source is not None:
            inherited = os.environ.get("PYTHONPATH")
            self._environment["PYTHONPATH"] = os.pathsep.join(
                [str(source)] + ([inherited] if inherited else [])
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for program in self.programs:
            program.kill()
        for reservation in self._reservations:
            reservation.close()

    def port(self) -> int:
        """Return a TCP port that nobody uses, and keep it from other stages.

        It lies below the ports that the system gives to connecting programs: one that
        waits there for a listener could otherwise end up connected to itself.
        """
        while True:
            number = random.randrange(20_000, 32_000)
            reservation = socket.socket(type=socket.SOCK_DGRAM)  # no program here binds a UDP port
            self._reservations.append(reservation)
            try:
                reservation.bind(("", number))
                with socket.socket() as probe:
                    probe.bind(("", number))
            except OSError:
                continue
            return number

    def bind(self, script: str, *arguments: object) -> Program:
        """Start a program that binds, and wait for its first words."""
        return self._start(self._binders, script, arguments)

    def connect(self, script: str, *arguments: object) -> Program:
        """Start a program that connects, and wait for its first words."""
        return self._start(self._connecters, script, arguments)

    def _start(self, folder: Path, script: str, arguments: tuple[object, ...]) -> Program:
        words = [str(argument) for argument in arguments]
        command = [sys.executable, str(folder / script), *words]
        program = Program(" ".join([script, *words]), command, self._environment)
        self.programs.append(program)
        program.wait_to_say("")
        if program.said("Traceback"):
            program.wait_to_end()
        return program


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Look again and again until the condition holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise Failed(f"waited in vain: {what}")
        time.sleep(0.01)


def expect(truth: bool, otherwise: str) -> None:
    """Fail with a text unless something is true."""
    if not truth:
        raise Failed(otherwise)
