"""The terminals in the documentation.

A block that begins with ```console run is typed into a terminal: what follows `$` are commands, and what
stands below each is what it prints, all of it. A block that begins with ```console beside is another
terminal, whose commands run at the same time as the last one before; it waits until that one has said
where it is bound. The blocks of a page share a folder.

`...` stands for what is different each time, alone on a line for any number of lines. A last line `^C` stands
for Ctrl+C, pressed when all has been printed.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.docs.pages import blocks_of

INTERRUPT = "^C\n"
BOUND = "bound to "
COMMAND = re.compile(r"^\$ (.*(?:\\\n.*)*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
PATIENCE = 30


@dataclass
class Command:
    """A command, and what it is to print."""

    line: int
    text: str
    output: str

    @property
    def is_interrupted(self) -> bool:
        """Whether Ctrl+C ends it."""
        return self.output.endswith(INTERRUPT)

    def has_said(self, text: str) -> bool:
        """Whether this is all that it is to print."""
        pattern = re.escape(self.output.removesuffix(INTERRUPT))
        pattern = re.sub(r"^\\\.\\\.\\\.\\\n", "(?:.*\n)*", pattern, flags=re.MULTILINE)
        return re.fullmatch(pattern.replace(r"\.\.\.", ".*?"), text) is not None


def steps_of(page: Path) -> list[list[Command]]:
    """Return the commands of a page, in order: those of one step run at the same time."""
    steps: list[list[Command]] = []
    for language, words, text, line in blocks_of(page):
        if language != "console" or not words:
            continue
        commands = [Command(line, *found) for found in COMMAND.findall(text)]
        if words == "beside":
            steps[-1] += commands
        else:
            steps += [[command] for command in commands]
    return steps


class Terminal:
    """A command that runs; what it prints goes into a file."""

    def __init__(self, command: Command, folder: Path, environment: dict[str, str]) -> None:
        self.command = command
        self._printed = folder / f".printed-{id(self)}"
        with self._printed.open("wb") as file:
            self.process = subprocess.Popen(
                ["bash", "-c", command.text],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def text(self) -> str:
        """What was printed so far."""
        return self._printed.read_text(encoding="utf-8")

    @property
    def is_ready(self) -> bool:
        """Whether the next terminal may begin: what tells where it is bound has told it."""
        return not self.command.output.startswith(BOUND) or self.text.startswith(BOUND) or self.is_done

    @property
    def is_done(self) -> bool:
        """Whether it has ended, or has said all that it should before Ctrl+C."""
        if self.process.poll() is not None:
            return True
        return self.command.is_interrupted and self.command.has_said(self.text)

    def interrupt(self) -> None:
        """Press Ctrl+C where the page does."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(PATIENCE)

    def kill(self) -> None:
        """End it in any case."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def with_command(folder: Path, environment: dict[str, str]) -> dict[str, str]:
    """Return an environment in which there are `zerowire` and `python`: those under test."""
    folder.mkdir()
    for name, words in (("zerowire", "-m zerowire"), ("python", "")):
        program = folder / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        program.chmod(0o755)
    return {**environment, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "80"}
