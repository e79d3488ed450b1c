"""When each message of a recording is due, if they are sent again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from zerowire.recording.format import Entry


def schedule(
    entries: Iterable[Entry], *, speed: float = 1.0, rate: float | None = None
) -> Iterator[tuple[float, Entry]]:
    """Yield each message with the seconds from the first one to it.

    Args:
        entries: The messages.
        speed: 1 keeps the times between them, 2 halves them; 0 makes all due at once.
        rate: Messages in a second, whatever the times between them were; None heeds those.

    Raises:
        ValueError: The speed is negative, or the rate is not positive.
    """
    if speed < 0:
        raise ValueError(f"speed {speed} is negative; 1 keeps the original times, 0 sends at once")
    if rate is not None and rate <= 0:
        raise ValueError(f"rate {rate} is not positive; it counts messages in a second")
    return _spread(entries, speed, rate)


def _spread(entries: Iterable[Entry], speed: float, rate: float | None) -> Iterator[tuple[float, Entry]]:
    due = 0.0
    before: int | None = None
    for number, entry in enumerate(entries):
        if rate is not None:
            due = number / rate
        elif speed and before is not None:
            due += max(0, entry.time_ns - before) / 1e9 / speed  # a later session may have an earlier clock
        before = entry.time_ns
        yield due, entry
