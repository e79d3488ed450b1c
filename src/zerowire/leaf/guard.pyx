# cython: language_level=3
"""The lock of an object, under the two names that callers use. What it is stands in the .pxd."""

from __future__ import annotations

cdef class Guarded:
    """Has a lock: `guard` for `with` alone, which compiled callers enter at once; `lock` for all else."""

    @property
    def lock(self):
        return Handle(self)

    def renew_lock(self):
        """Have a free lock again, after fork() has left the thread behind that held it."""
        if self.guard.locked():
            self.guard.release()


cdef class Handle:
    """A Guarded's lock, as threading.Lock has it."""

    cdef Guarded _owner

    def __init__(self, Guarded owner):
        self._owner = owner

    def acquire(self, bint blocking=True):
        # All who ask hold the GIL, so nobody comes between the question and the answer.
        if not blocking and self._owner.guard.locked():
            return False
        self._owner.guard.acquire()
        return True

    def release(self):
        self._owner.guard.release()

    def locked(self):
        return self._owner.guard.locked()

    def __enter__(self):
        self._owner.guard.acquire()
        return True

    def __exit__(self, kind, error, trace):
        self._owner.guard.release()
