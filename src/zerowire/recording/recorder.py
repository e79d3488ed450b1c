"""Writes a recording, each message with one call of the system."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import copyfileobj
from time import monotonic_ns, time_ns
from types import TracebackType
from typing import Self

from zerowire.recording.format import (
    MAGIC,
    Direction,
    Entry,
    end_body,
    message_body,
    record,
    session_body,
)
from zerowire.recording.reader import Recording

FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
MODE = 0o666  # less what the umask takes away
NANOSECONDS = 1_000_000_000


class Recorder:
    """A recording that is being written.

    append() returns when the system has the message. So a process that is killed loses at most the
    message that it was about to append. What a machine loses that stops is a matter of `sync`.

    Args:
        path: The file. It must not be there, unless `append` is true.
        facts: What else to note about this session, as JSON can hold it.
        sync: Seconds after which what was appended is put on the disk, by the next append(); 0 makes
            each append() wait for the disk. None leaves the disk to the system, to the end.
        append: Go on with a recording. What is behind the last whole record is cut off, and moved to
            the file `aside`; `cut` says how many octets that were.

    Raises:
        FileExistsError: The file is there, and `append` is false.
        BlockingIOError: Another recorder is writing to it.
        OSError: It cannot be written.
        NotARecording: `append` is true, and the file is no recording.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        facts: Mapping[str, object] | None = None,
        sync: float | None = 1.0,
        append: bool = False,
    ) -> None:
        self.path = Path(path)
        self.messages = 0  # appended in this session
        self.octets = 0  # written in this session
        self.cut = 0
        self.aside: Path | None = None  # the file that has them now
        self._size = 0  # of the file
        self._sync_ns = None if sync is None else int(sync * NANOSECONDS)
        self._start_ns, self._start_clock = time_ns(), monotonic_ns()
        self._synced_at = self._start_clock
        self._is_synced = True
        self._fd = os.open(self.path, FLAGS | (0 if append else os.O_EXCL), MODE)
        try:
            self._begin(facts or {})
        except BaseException:
            self._release()
            raise

    def _begin(self, facts: Mapping[str, object]) -> None:
        lock(self._fd, self.path)
        size = os.fstat(self._fd).st_size
        if size:
            self._size = end_of_records(self.path)
            self.cut = size - self._size
            if self.cut:
                self._set_aside()
            os.ftruncate(self._fd, self._size)
        else:
            self._write(MAGIC)
        self._write(record(session_body({"started_ns": self._start_ns, **facts})))
        self._sync_if(self._sync_ns is not None)

    def _set_aside(self) -> None:
        """Keep what is to be cut off: where one octet was damaged, whole messages may be behind it."""
        self.aside = self.path.with_name(f"{self.path.name}.cut-{self._start_ns}")
        with self.path.open("rb") as whole, self.aside.open("xb") as rest:
            whole.seek(self._size)
            copyfileobj(whole, rest)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def append(
        self, frames: Sequence[bytes], *, direction: Direction = Direction.RECEIVED, peer: str = ""
    ) -> Entry:
        """Write a message with the time that it is now, and return it as it will be read.

        Raises:
            OSError: It could not be written whole; nothing of it is left in the file.
            ValueError: It has 4 GiB or more, or the recorder is closed.
        """
        if self._fd < 0:
            raise ValueError(f"the recorder of {self.path} is closed")
        now = monotonic_ns()
        # The clock on the wall may be set while this runs; how much time passes between two messages may not.
        entry = Entry(self._start_ns + now - self._start_clock, direction, peer, list(frames))
        self._write(record(message_body(entry)))
        self.messages += 1
        self._sync_if(self._is_due(now))
        return entry

    def rest(self) -> None:
        """Put on the disk what has waited for it as long as `sync` lets it; for when no message comes."""
        self._sync_if(self._is_due(monotonic_ns()))

    def _is_due(self, now: int) -> bool:
        return self._sync_ns is not None and now - self._synced_at >= self._sync_ns

    def sync(self) -> None:
        """Return when all that was appended is on the disk."""
        if not self._is_synced:
            os.fsync(self._fd)
            self._is_synced = True
        self._synced_at = monotonic_ns()

    def _sync_if(self, is_due: bool) -> None:
        if is_due:
            self.sync()

    def close(self) -> None:
        """Note that the recording has ended in peace, put it on the disk, and close the file. Idempotent."""
        if self._fd < 0:
            return
        try:
            self._write(record(end_body(self.messages)))
            self._sync_if(self._sync_ns is not None)
        finally:
            self._release()

    def _release(self) -> None:
        os.close(self._fd)
        self._fd = -1

    def _write(self, octets: bytes) -> None:
        self._is_synced = False
        try:
            written = 0
            while written < len(octets):  # the system takes no more than 2 GiB at once, or the disk is full
                written += os.write(self._fd, memoryview(octets)[written:])
        except OSError:
            os.ftruncate(self._fd, self._size)
            raise
        self.octets += len(octets)
        self._size += len(octets)


def end_of_records(path: Path) -> int:
    """Return where the last whole record of a recording ends."""
    with Recording(path) as recording:
        for _ in recording:
            pass
        return recording.position


def lock(fd: int, path: Path) -> None:
    """Keep other recorders away from a file until its descriptor is closed."""
    if sys.platform == "win32":
        return
    import fcntl

    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise BlockingIOError(error.errno, "another recorder is writing to it", str(path)) from None
