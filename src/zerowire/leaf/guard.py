"""The lock of an object, under the two names that callers use."""

from __future__ import annotations

from zerowire._native import Lock


class Guarded:
    """Has a lock: `guard` for `with` alone, which compiled callers enter at once; `lock` for all else."""

    __slots__ = ("guard", "lock")

    def __init__(self) -> None:
        self.guard = self.lock = Lock()

    def renew_lock(self) -> None:
        """Have a free lock again, after fork() has left the thread behind that held it."""
        self.guard = self.lock = Lock()
