"""How fast counts grow, between one look at them and another."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from operator import itemgetter

COUNTS = ("messages_in", "messages_out", "octets_in", "octets_out", "dropped")
SHORTEST = 0.5  # seconds: several may ask, and a rate over less says nothing
LONGEST = 60.0  # seconds after which what was seen says nothing of now
NO_RATES = dict.fromkeys(COUNTS, 0.0)

pick = itemgetter(*COUNTS)

Seen = dict[Hashable, tuple[int, ...]]


class Rates:
    """Remembers the look before last if the last one is too near."""

    def __init__(self) -> None:
        self.interval: float | None = None
        self._before: Seen = {}
        self._before_time = 0.0
        self._latest: Seen = {}
        self._latest_time = 0.0

    def begin(self, now: float) -> None:
        """Begin a look; of() follows for each thing that counts."""
        if self._latest and now - self._latest_time >= SHORTEST:
            self._before, self._before_time = self._latest, self._latest_time
            self._latest = {}
        if not self._latest:
            self._latest_time = now
        interval = now - self._before_time
        self.interval = interval if self._before and 0 < interval <= LONGEST else None

    def of(self, key: Hashable, counts: Mapping[str, int]) -> dict[str, float] | None:
        """Return what is added a second to each count; None when the thing was not seen before."""
        values = pick(counts)
        self._latest.setdefault(key, values)
        before = self._before.get(key)
        if before is None or self.interval is None:
            return None
        if values == before:
            return NO_RATES.copy()
        steps = zip(COUNTS, values, before, strict=True)
        return {name: round(max(0, value - past) / self.interval, 1) for name, value, past in steps}
