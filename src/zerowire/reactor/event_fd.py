"""The mark of a Waker on Linux."""

from __future__ import annotations

from typing import Self

from zerowire._native import os


class EventFd:
    """A counter of Linux: readable while it is not zero. Closed with the last reference."""

    __slots__ = ("_fd",)

    def __init__(self, fd: int) -> None:
        self._fd = fd

    @classmethod
    def open(cls) -> Self:
        return cls(os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK))

    def fileno(self) -> int:
        return self._fd

    def set(self) -> None:
        os.eventfd_write(self._fd, 1)

    def clear(self) -> None:
        os.eventfd_read(self._fd)

    def __del__(self) -> None:
        os.close(self._fd)
