"""The stopwatch of pyzmq. Deprecated: time.monotonic() and its kin do the same."""

from __future__ import annotations

import warnings
from time import monotonic


class Stopwatch:
    """Measures microseconds. Deprecated: use time.perf_counter_ns()."""

    def __init__(self) -> None:
        warnings.warn(
            "zmq.Stopwatch is deprecated, use time.perf_counter_ns()", DeprecationWarning, stacklevel=2
        )
        self._started = 0.0

    def start(self) -> None:
        """Begin to measure, anew if it had begun."""
        self._started = monotonic()

    def stop(self) -> int:
        """Return how many microseconds have passed since start()."""
        return int(1e6 * (monotonic() - self._started))


__all__ = ["Stopwatch"]
