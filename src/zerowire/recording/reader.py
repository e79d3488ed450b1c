"""Reads a recording, up to where its writer was killed."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from zerowire.recording.format import (
    HEAD_SIZE,
    MAGIC,
    Entry,
    Kind,
    NotARecording,
    checksum,
    head,
    read_message,
    read_session,
)

DAMAGED = "a damaged record"
PIECE = 1 << 20  # octets; a length that is a lie reserves no more memory than this


class Recording:
    """A recording that is being read: iterate over it.

    Iteration ends at the end of the file, or in front of a record that is not whole: one that its
    writer was killed over, or that was damaged. `trouble` then says what is there. A recording may
    be read while it is written; iterate again for what has come meanwhile.

    Args:
        path: The file.

    Raises:
        OSError: The file cannot be read.
        NotARecording: It does not begin as a recording does.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)
        self.facts: dict[str, object] = {}  # what the recorder told of the session that is being read
        self.messages = 0  # read so far
        self.position = len(MAGIC)  # of the record that comes next, in octets
        self.is_closed_well = False  # the last record says that its recorder has ended in peace
        self._file: BinaryIO = self.path.open("rb")
        try:
            if self._file.read(len(MAGIC)) != MAGIC:
                raise NotARecording(f"{self.path} does not begin as a recording does")
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Idempotent."""
        self._file.close()

    def __iter__(self) -> Iterator[Entry]:
        """Yield the messages that have not been read yet.

        Raises:
            NotARecording: A record is whole, and not what it says it is.
        """
        while (body := self._next_body()) is not None:
            kind = body[0] if body else None
            self.is_closed_well = kind == Kind.END
            if kind == Kind.SESSION:
                self.facts = read_session(body)
            elif kind == Kind.MESSAGE:
                entry = read_message(body)
                self.messages += 1
                yield entry

    @property
    def is_damaged(self) -> bool:
        """Whether iteration ended at a record that is all there, and wrong."""
        return (self.trouble or "").startswith(DAMAGED)

    @property
    def trouble(self) -> str | None:
        """What is wrong with the record that comes next; None if nothing is, or there is none."""
        self._file.seek(self.position)
        octets = self._file.read(HEAD_SIZE)
        left = self._left()
        if not left:
            return None
        size = HEAD_SIZE + head(octets)[0] if len(octets) == HEAD_SIZE else None
        if size is None or size > left:
            whole = "" if size is None else f" of {size}"
            return f"{left} octets of a record{whole} that was not finished, at {self.position}"
        if self._body_at(self.position) is not None:
            return None
        return f"{DAMAGED} at {self.position}, and {left} octets from there to the end"

    def _left(self) -> int:
        return self._file.seek(0, 2) - self.position

    def _next_body(self) -> bytes | None:
        """Return the body of the next record and move behind it, or None if none is whole."""
        body = self._body_at(self.position)
        if body is not None:
            self.position += HEAD_SIZE + len(body)
        return body

    def _body_at(self, place: int) -> bytes | None:
        """Return the body of the record at a place, or None if none is whole."""
        self._file.seek(place)
        octets = self._file.read(HEAD_SIZE)
        if len(octets) < HEAD_SIZE:
            return None
        length, sum_of_record = head(octets)
        body = self._read(length)
        if body is None or checksum(octets[:4], body) != sum_of_record:
            return None
        return body

    def _read(self, size: int) -> bytes | None:
        if size <= PIECE:
            body = self._file.read(size)
            return body if len(body) == size else None
        pieces = []
        while size:
            piece = self._file.read(min(size, PIECE))
            if not piece:
                return None
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)
