"""Whether the peer is still there (RFC 37, "Heartbeating"; HB-1 to HB-5)."""

from __future__ import annotations

from zerowire.zmtp.events import PeerTimeout


class Heartbeat:
    """Three deadlines: when to ask, when an answer is overdue, when the peer's own promise ends."""

    __slots__ = ("_answer_due", "_ping_due", "_ttl_ends", "interval", "timeout")

    def __init__(self, interval: float | None, timeout: float | None) -> None:
        self.interval = interval
        self.timeout = timeout
        self._ping_due: float | None = None
        self._answer_due: float | None = None
        self._ttl_ends: float | None = None

    def start(self, now: float) -> None:
        """Begin to ask, one interval from now."""
        if self.interval is not None:
            self._ping_due = now + self.interval

    def stop(self) -> None:
        """Wait for nothing any more."""
        self._ping_due = self._answer_due = self._ttl_ends = None

    @property
    def is_waiting(self) -> bool:
        """Whether something must come from the peer in time."""
        return self._answer_due is not None or self._ttl_ends is not None

    def heard(self) -> None:
        """Something came from the peer (HB-2)."""
        self._answer_due = self._ttl_ends = None

    def on_ping(self, ttl: float, now: float) -> None:
        """The peer promises to be heard again within `ttl` seconds; 0 promises nothing."""
        if ttl and self._ttl_ends is None:
            self._ttl_ends = now + ttl

    def next_timeout(self) -> float | None:
        """Return the earliest deadline, or None."""
        if self._ping_due is None:  # then no answer is awaited either
            return self._ttl_ends
        due = [moment for moment in (self._ping_due, self._answer_due, self._ttl_ends) if moment is not None]
        return min(due)

    def handle_timeout(self, now: float) -> bool:
        """Return whether a PING must be sent now.

        Raises:
            PeerTimeout: The peer should have been heard by now.
        """
        if self._answer_due is not None and self._answer_due <= now:
            raise PeerTimeout(f"no answer to a PING within {self.timeout} s", in_handshake=False)
        if self._ttl_ends is not None and self._ttl_ends <= now:
            raise PeerTimeout("the time to live that the peer asked for has run out", in_handshake=False)
        if self.interval is None or self._ping_due is None or self._ping_due > now:
            return False
        self._ping_due = now + self.interval
        if self.timeout is not None and self._answer_due is None:
            self._answer_due = now + self.timeout
        return True
