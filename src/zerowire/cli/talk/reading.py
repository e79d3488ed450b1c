"""Messages to send: words of the command line, or standard input."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import BinaryIO

import typer

from zerowire.cli.talk.codec import frames_of_json, printable, read_sized, unescaped
from zerowire.cli.talk.options import Input, Reading

STDIN = 0


class Source:
    """Yields messages, each a list of frames.

    Args:
        words: Those of the command line; without any, standard input is read.
        options: How to read them.
        separator: What stands between frames in a line; None makes a line a frame.
        repeats: Whether the words come again and again.

    Attributes:
        is_short: Whether it ends of itself, and waits for nobody.
    """

    def __init__(
        self, words: Sequence[str] | None, options: Input, separator: str | None, repeats: bool
    ) -> None:
        self.is_short = bool(words) and not repeats
        self._words = words or ()
        self._options = options
        self._separator = unescaped(os.fsencode(separator or ""))
        self._repeats = repeats

    def __iter__(self) -> Iterator[list[bytes]]:
        if self._words:
            said = [self.frames_of(os.fsencode(word)) for word in self._words]
            return iter(cycle(said) if self._repeats else said)
        return self._from_stdin()

    def _from_stdin(self) -> Iterator[list[bytes]]:
        with open(
            STDIN, "rb", closefd=False
        ) as file:  # sys.stdin's own buffer is locked while a thread reads
            yield from self._sized(file) if self._options.input is Reading.SIZED else self._lines(file)

    def _sized(self, file: BinaryIO) -> Iterator[list[bytes]]:
        try:
            while (frames := read_sized(file.read)) is not None:
                yield frames
        except ValueError as error:
            raise typer.BadParameter(f"standard input: {error}") from None

    def _lines(self, file: BinaryIO) -> Iterator[list[bytes]]:
        while line := file.readline():
            yield self.frames_of(line.removesuffix(b"\n").removesuffix(b"\r"))

    def frames_of(self, line: bytes) -> list[bytes]:
        """Return the frames that a line stands for.

        Raises:
            typer.BadParameter: It is not JSON, and should be.
        """
        if self._options.input is Reading.JSON:
            try:
                return frames_of_json(line)
            except ValueError as error:
                raise typer.BadParameter(f"{printable(line)}: {error}") from None
        parts = line.split(self._separator) if self._separator else [line]
        return [unescaped(part) for part in parts] if self._options.escapes else parts
