"""Staying awake for a moment."""

from __future__ import annotations

import os
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from zerowire._native import select

Found = TypeVar("Found")


def _nothing() -> None:
    """What giving way is where the system does not know it."""


# Let another program run that wants this processor: the one we wait for, perhaps.
give_way: Callable[[], None] = getattr(os, "sched_yield", _nothing)


def keep_watch(poller: int, waker: int, seconds: float) -> bool:
    """Look again and again at a poller, for so many seconds; return whether it has found something.

    Args:
        poller: A descriptor that is readable when there is something to do.
        waker: The one among those it watches by which other threads of this process wake us.
        seconds: How long.
    """
    if not hasattr(select, "poll"):
        return False
    watched = select.poll()
    watched.register(poller, select.POLLIN)
    end = monotonic() + seconds
    while not watched.poll(0):
        if monotonic() >= end:
            return False
        give_way()
    return True


def rest(look: Callable[[float | None], Found], poller: int, seconds: float | None) -> Found:
    """Wait, and return what look() finds then; a signal ends the wait, and its handler runs.

    Args:
        look: Returns what is ready within so many seconds; None waits for ever, 0 not at all.
        poller: The descriptor of the epoll that look() asks; -1 if there is none.
        seconds: How long; None is for ever.
    """
    return look(seconds)
