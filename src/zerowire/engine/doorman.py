"""Who may come in at a bound endpoint, before anything is known of him but his address.

Hostile peers connect and say nothing, connect by the thousand, or try one password after
another. A Doorman bounds what that costs; without limits, which is the default, there is none.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from zerowire.options import Limits

if TYPE_CHECKING:
    from zerowire.engine.acceptor import Guest

FIRST_WAIT = 1.0  # seconds for which an address is not let in, at first
LONGEST_WAIT = 60.0
MOST_ADDRESSES = 4096  # of which failures are remembered
FORGIVEN_AFTER = 300.0  # seconds without a failure


class Record:
    """What is remembered of an address."""

    __slots__ = ("failures", "last", "until")

    def __init__(self) -> None:
        self.failures = 0
        self.last = 0.0
        self.until = 0.0


class Doorman:
    """Counts the guests of one endpoint, and what their addresses have tried."""

    __slots__ = ("_guests", "_limits", "_newcomers", "_records", "refused")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._guests: dict[Guest, str] = {}  # and their addresses
        self._newcomers: OrderedDict[Guest, None] = OrderedDict()  # who have not shaken hands yet
        self._records: OrderedDict[str, Record] = OrderedDict()
        self.refused = 0

    def admits(self, address: str, now: float) -> bool:
        """Whether a peer from an address may come in now."""
        record = self._records.get(address)
        is_full = 0 < self._limits.connections <= len(self._guests)
        if is_full or (record is not None and now < record.until):
            self.refused += 1
            return False
        return True

    def on_guest(self, guest: Guest, address: str) -> Guest | None:
        """Note who has come in; return who has to leave for that: the oldest that is no peer yet."""
        self._guests[guest] = address
        self._newcomers[guest] = None
        if 0 < self._limits.handshakes < len(self._newcomers):
            self.refused += 1
            return next(iter(self._newcomers))
        return None

    def on_ready(self, guest: Guest) -> None:
        """A newcomer has become a peer; what his address has failed in is forgotten."""
        self._newcomers.pop(guest, None)
        self._records.pop(self._guests.get(guest, ""), None)

    def on_gone(self, guest: Guest, now: float) -> None:
        """A guest has left. If he never became a peer, his address has failed."""
        address = self._guests.pop(guest, None)
        if address is None:
            return
        if guest in self._newcomers:
            del self._newcomers[guest]
            if self._limits.failures:
                self._note_failure(address, now)

    def _note_failure(self, address: str, now: float) -> None:
        record = self._records.pop(address, None)
        if record is None or now - record.last > FORGIVEN_AFTER:
            record = Record()
        self._records[address] = record  # the last to be forgotten
        if len(self._records) > MOST_ADDRESSES:
            self._records.popitem(last=False)
        record.failures += 1
        record.last = now
        excess = record.failures - self._limits.failures
        if excess >= 0:
            record.until = now + min(FIRST_WAIT * 2.0 ** min(excess, 10), LONGEST_WAIT)
