"""What to call when.

Time is whatever clock the owner uses; nothing here reads one.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush

COMPACT_FROM = 64  # cancelled timers that may lie about before it is worth sweeping


class Timer:
    """One callback that waits for its moment."""

    __slots__ = ("callback", "deadline", "timers")

    def __init__(self, deadline: float, callback: Callable[[], object], timers: Timers) -> None:
        self.deadline = deadline
        self.callback: Callable[[], object] | None = callback
        self.timers = timers

    @property
    def is_pending(self) -> bool:
        """Whether it has neither run nor been cancelled."""
        return self.callback is not None

    def cancel(self) -> None:
        """Do not call after all. Idempotent, and harmless after the call."""
        if self.callback is not None:
            self.callback = None
            self.timers.on_cancelled()


class Timers:
    """Callbacks in the order of their deadlines; equal ones in the order of scheduling.

    A cancelled timer stays in the heap until its moment comes or such timers are the majority.
    """

    __slots__ = ("_cancelled", "_sequence", "heap")

    def __init__(self) -> None:
        self.heap: list[tuple[float, int, Timer]] = []
        self._sequence = 0
        self._cancelled = 0

    def __len__(self) -> int:
        return len(self.heap) - self._cancelled

    def schedule(self, deadline: float, callback: Callable[[], object]) -> Timer:
        """Call back once, in the first run_due() at or after the deadline."""
        timer = Timer(deadline, callback, self)
        heappush(self.heap, (deadline, self._sequence, timer))
        self._sequence += 1
        return timer

    def next_deadline(self) -> float | None:
        """Return when run_due() must be called, or None if never."""
        heap = self.heap
        while heap and heap[0][2].callback is None:
            heappop(heap)
            self._cancelled -= 1
        return heap[0][0] if heap else None

    def run_due(self, now: float) -> int:
        """Call what is due, and return how many were called.

        What a callback schedules runs in the next call at the earliest. An exception of a
        callback passes through; the timers after it stay due.
        """
        heap = self.heap
        limit = self._sequence
        called = 0
        while heap and heap[0][0] <= now and heap[0][1] < limit:
            timer = heappop(heap)[2]
            callback = timer.callback
            if callback is None:
                self._cancelled -= 1
                continue
            timer.callback = None
            called += 1
            callback()
        return called

    def on_cancelled(self) -> None:
        """A timer in the heap was cancelled."""
        self._cancelled += 1
        if self._cancelled >= COMPACT_FROM and self._cancelled * 2 > len(self.heap):
            # In place: run_due() may be in the middle of the list.
            self.heap[:] = [entry for entry in self.heap if entry[2].callback is not None]
            heapify(self.heap)
            self._cancelled = 0
