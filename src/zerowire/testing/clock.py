"""A clock that moves when it is told to."""

from __future__ import annotations


class VirtualClock:
    """Seconds that pass at once.

    Call it to read it, as time.monotonic() is called.
    """

    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass.

        Raises:
            ValueError: The number is negative.
        """
        if seconds < 0:
            raise ValueError(f"a clock cannot go back by {-seconds} s")
        self.now += seconds

    def jump_to(self, moment: float) -> None:
        """Let it be a moment; one that is over changes nothing."""
        self.now = max(self.now, moment)
