"""Whether a caller should stay awake for a moment before it sleeps.

To wake a processor that has gone to sleep takes longer than most answers take to come. A
caller whose waits have been short looks again and again for a moment before it lets the
system put it to sleep; two programs that talk in turn then never sleep at all. One whose
waits are long, or that stayed awake in vain, sleeps at once, so that an idle socket costs
nothing.
"""

from __future__ import annotations

VIGIL = 100e-6  # seconds to stay awake for an answer
LISTENING = 50e-6  # and for the next message of a stream
REST = 0.002  # seconds after which a caller sleeps once all the same: other threads want the GIL
MOST_SKIPPED = 256  # waits without a vigil after many in vain


class Vigil:
    """Decides from the waits that were."""

    __slots__ = ("_rest_due", "_skip", "_skipped", "is_promising")

    def __init__(self) -> None:
        self.is_promising = False
        self._rest_due = 0.0
        self._skip = 0  # waits to let pass before the next try
        self._skipped = 0

    def time(self, now: float, expects_answer: bool) -> float:
        """Return how long to stay awake before the coming wait, in seconds.

        Args:
            now: The time.
            expects_answer: Whether the caller has said something since the last wait. Who only
                listens stays awake for a dense stream alone.
        """
        if not self.is_promising:
            return 0.0
        if now > self._rest_due:
            self._rest_due = now + REST
            return 0.0
        if self._skipped < self._skip:
            self._skipped += 1
            return 0.0
        self._skipped = 0
        return VIGIL if expects_answer else LISTENING

    def learn(self, waited: float, *, kept: bool, rewarded: bool) -> None:
        """Take note of a wait.

        Args:
            waited: How long it was, in seconds.
            kept: Whether the caller stayed awake at first.
            rewarded: Whether what it waited for came while it was awake.
        """
        self.is_promising = waited <= VIGIL
        if rewarded:
            self._skip = 0
        elif kept:
            self._skip = min(2 * self._skip + 1, MOST_SKIPPED)
            self.is_promising = True  # so that it is tried again in a while
