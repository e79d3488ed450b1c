"""Messages that came, as they are printed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from string import Formatter
from typing import Any

import typer

from zerowire.cli.clean import clean
from zerowire.cli.console import say, say_json
from zerowire.cli.talk.codec import json_frame, printable, sized, unescaped
from zerowire.cli.talk.letter import Letter
from zerowire.cli.talk.options import Output, Writing

FIELDS: dict[str, Callable[[Any, Letter], object]] = {
    "text": lambda printer, letter: printer.joined(letter.body),
    "topic": lambda printer, letter: printable(letter.body[0]) if letter.body else "",
    "body": lambda printer, letter: printer.joined(letter.body[1:]),
    "hex": lambda printer, letter: printer.hexadecimal(letter),
    "size": lambda printer, letter: letter.size,
    "frames": lambda printer, letter: len(letter.body),
    "number": lambda printer, letter: printer.number,
    "peer": lambda printer, letter: clean(letter.peer),
    "user": lambda printer, letter: clean(letter.user),
    "group": lambda printer, letter: clean(letter.group),
    "time": lambda printer, letter: datetime.fromtimestamp(letter.time).isoformat(timespec="milliseconds"),
    "seconds": lambda printer, letter: letter.time,
}


class Printer:
    """Prints messages, each in a way that was chosen.

    Raises:
        typer.BadParameter: The format has a field that there is not.
    """

    def __init__(self, options: Output, separator: str | None) -> None:
        self.number: int = 0
        self._separator = "\t" if separator is None else text_of(separator)
        self._format = text_of(options.format or "")
        self._check_format()
        writing = Writing.JSON if options.json else options.output
        ways: Mapping[Writing, Callable[[Letter], None]] = {
            Writing.LINES: lambda letter: say(self.joined(letter.frames)),
            Writing.JSON: lambda letter: say_json(json_of(letter)),
            Writing.SIZED: lambda letter: put(sized(letter.frames)),
            Writing.RAW: lambda letter: put(b"".join(letter.body)),
            Writing.HEX: lambda letter: say(self.hexadecimal(letter)),
            Writing.NONE: lambda letter: None,
        }
        self._print = self._formatted if self._format else ways[writing]

    def print(self, letter: Letter) -> None:
        """Print a message, at once."""
        self.number += 1
        self._print(letter)

    def joined(self, frames: list[bytes]) -> str:
        """Return frames as a line."""
        return self._separator.join(map(printable, frames))

    def hexadecimal(self, letter: Letter) -> str:
        """Return the octets of all frames."""
        return self._separator.join(frame.hex(" ") for frame in letter.frames)

    def _formatted(self, letter: Letter) -> None:
        say(self._in_format(letter))

    def _in_format(self, letter: Letter) -> str:
        return self._format.format_map({name: field(self, letter) for name, field in FIELDS.items()})

    def _check_format(self) -> None:
        try:
            names = {name for _, name, _, _ in Formatter().parse(self._format) if name is not None}
            if unknown := sorted(names - set(FIELDS)):
                raise ValueError(f"there is no field {{{unknown[0]}}}: there are {', '.join(FIELDS)}")
            self._in_format(Letter([b""]))
        except ValueError as error:
            raise typer.BadParameter(f"--format {self._format}: {error}") from None


def text_of(word: str) -> str:
    """Return a word of the command line with its escapes replaced."""
    return unescaped(os.fsencode(word)).decode(errors="backslashreplace")


def json_of(letter: Letter) -> dict[str, Any]:
    """Return a message with what is known of it."""
    known: dict[str, Any] = {"time": round(letter.time, 6), "size": sum(map(len, letter.frames))}
    for name in ("peer", "user", "group", "routing_id"):
        if value := getattr(letter, name):
            known[name] = value
    return {**known, "frames": [json_frame(frame) for frame in letter.frames]}


def put(octets: bytes) -> None:
    """Write octets where results go, at once."""
    sys.stdout.flush()
    sys.stdout.buffer.write(octets)
    sys.stdout.buffer.flush()
