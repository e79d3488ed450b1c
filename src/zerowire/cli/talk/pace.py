"""How many, how often."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass
class Pace:
    """Numbers messages, and waits between them.

    Attributes:
        count: After how many to end; None is when there are no more.
        pause: Seconds from the start of one to that of the next.
    """

    count: int | None
    pause: float

    def turns(self) -> Iterator[int]:
        """Yield 1, 2 and so on, each when its time has come."""
        number, start = 0, time.monotonic()
        while self.count is None or number < self.count:
            if self.pause and number:
                time.sleep(max(0.0, start + number * self.pause - time.monotonic()))
            number += 1
            yield number
