"""Wait for plain descriptors, in the words of PollEvent."""

from __future__ import annotations

from zerowire._native import select, time
from zerowire.constants import PollEvent

POLLIN = int(PollEvent.POLLIN)
POLLOUT = int(PollEvent.POLLOUT)
POLLERR = int(PollEvent.POLLERR)
POLLPRI = int(PollEvent.POLLPRI)


def wait_with_poll(interests: dict[int, int], timeout: float | None) -> dict[int, int]:
    """Return what each ready descriptor is ready for; trouble is POLLERR, asked for or not.

    Args:
        interests: What to wait for, of each descriptor.
        timeout: Seconds; 0 does not wait, None waits for ever.
    """
    poller = select.poll()
    for fd, events in interests.items():
        poller.register(
            fd,
            (select.POLLIN if events & POLLIN else 0)
            | (select.POLLOUT if events & POLLOUT else 0)
            | (select.POLLPRI if events & POLLPRI else 0),
        )
    known = select.POLLIN | select.POLLOUT | select.POLLPRI
    return {
        fd: (POLLIN if mask & select.POLLIN else 0)
        | (POLLOUT if mask & select.POLLOUT else 0)
        | (POLLPRI if mask & select.POLLPRI else 0)
        | (POLLERR if mask & ~known else 0)
        for fd, mask in poller.poll(None if timeout is None else round_up(timeout))
    }


def wait_with_select(interests: dict[int, int], timeout: float | None) -> dict[int, int]:
    """Do the same where there is no poll(); POLLPRI and POLLERR are one there."""
    readable = [fd for fd, events in interests.items() if events & POLLIN]
    writable = [fd for fd, events in interests.items() if events & POLLOUT]
    special = [fd for fd, events in interests.items() if events & (POLLPRI | POLLERR)]
    if timeout is not None and not (readable or writable or special):
        time.sleep(timeout)  # Windows has no select() of nothing
        return {}
    ready: dict[int, int] = {}
    found = select.select(readable, writable, special, timeout)
    for fds, event in zip(found, (POLLIN, POLLOUT, POLLPRI | POLLERR), strict=True):
        for fd in fds:
            ready[fd] = ready.get(fd, 0) | (event & interests[fd])
    return ready


def round_up(seconds: float) -> int:
    """Return milliseconds, never fewer than asked for: a wait that is too short would be repeated."""
    return -int(-seconds * 1000 // 1)


wait_for = wait_with_poll if hasattr(select, "poll") else wait_with_select
