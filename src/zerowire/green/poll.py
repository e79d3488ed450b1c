"""Wait for many sockets and descriptors at once, while other greenlets run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from time import monotonic
from typing import Any

from gevent import select as gevent_select

from zerowire.api import poller
from zerowire.api.blocking import deadline_of
from zerowire.api.descriptors import round_up, wait_for
from zerowire.api.poller import POLLERR, POLLIN, POLLOUT, PURPOSES, DescriptorWatch, milliseconds, readiness
from zerowire.engine.socket import SocketCore


class Poller(poller.Poller):
    """A set of sockets and descriptors to wait for. See zerowire.Poller.

    The hub cannot wait for POLLPRI and POLLERR alone: they are found when something else, or the
    end of the time, ends the wait.
    """

    def poll(self, timeout: float | None = None) -> list[tuple[Any, int]]:
        """Wait until something is ready. Arguments and errors are those of zmq_poll().

        Args:
            timeout: Milliseconds; None or a negative number is for ever.
        """
        return zmq_poll(self.sockets, timeout)


def select(
    rlist: Iterable[Any], wlist: Iterable[Any], xlist: Iterable[Any], timeout: float | None = None
) -> tuple[list[Any], list[Any], list[Any]]:
    """Wait until something is ready. Arguments and result are those of zerowire.select()."""
    flags: dict[Any, int] = {}
    for items, flag in ((rlist, POLLIN), (wlist, POLLOUT), (xlist, POLLERR)):
        for item in items:
            flags[item] = flags.get(item, 0) | flag
    ready = zmq_poll(list(flags.items()), None if timeout is None else timeout * 1000)
    readable, writable, failed = (
        [item for item, events in ready if events & flag] for flag in (POLLIN, POLLOUT, POLLERR)
    )
    return readable, writable, failed


def zmq_poll(sockets: Sequence[tuple[Any, int]], timeout: float | None = -1) -> list[tuple[Any, int]]:
    """Wait until something is ready. Arguments, result and errors are those of zerowire.zmq_poll()."""
    watches = [watch_of(item, events) for item, events in sockets]
    return wait_watches(watches, milliseconds(timeout)) if watches else []


def poll_one(core: SocketCore, flags: int, timeout_ms: int) -> int:
    """Wait until one socket is ready; return for what, or 0 when the time ran out."""
    found = wait_watches([SocketWatch(core, core, flags)], timeout_ms)
    return found[0][1] if found else 0


class SocketWatch:
    """A socket that is waited for; meanwhile the caretaker serves it, too."""

    def __init__(self, item: Any, core: SocketCore, flags: int) -> None:
        self.item = item
        self.ready = 0
        self._core = core
        self._flags = flags & (POLLIN | POLLOUT)
        self._is_watching = False

    def begin(self, interests: dict[int, int], deadline: float | None) -> float | None:
        """Look; if the socket is not ready, wait with the others. Returns for how long at most."""
        core = self._core
        with core.lock:
            core.enter()
            core.serve()
            self.ready = readiness(core, self._flags)
            if self.ready:
                return 0.0
            for purpose in PURPOSES[self._flags]:
                core.begin_watch(purpose)
            self._is_watching = True
            interests[core.poller.fileno()] = POLLIN
        core.context.flush_batches()
        return None if deadline is None else max(0.0, deadline - monotonic())

    def end(self, found: dict[int, int]) -> None:
        """Wait no more."""
        if not self._is_watching:
            return
        self._is_watching = False
        with self._core.lock:
            for purpose in PURPOSES[self._flags]:
                self._core.end_watch(purpose)


Watch = SocketWatch | DescriptorWatch


def watch_of(item: Any, flags: int) -> Watch:
    """Return the watch of a Socket, a descriptor, or an object that has one."""
    core = getattr(item, "_core", None)
    if isinstance(core, SocketCore):
        return SocketWatch(item, core, flags)
    watch = poller.watch_of(item, flags)
    assert isinstance(watch, DescriptorWatch)
    return watch


def wait_watches(watches: Sequence[Watch], timeout_ms: int) -> list[tuple[Any, int]]:
    """Make passes until something is ready or the time is over; return what is ready, and for what."""
    deadline = deadline_of(timeout_ms)
    while True:
        is_last = deadline is not None and monotonic() >= deadline
        make_pass(watches, deadline)
        ready = [(watch.item, watch.ready) for watch in watches if watch.ready]
        if ready or is_last:
            return ready


def make_pass(watches: Sequence[Watch], deadline: float | None) -> None:
    """Look at everything once, and wait once if nothing is ready."""
    interests: dict[int, int] = {}
    found: dict[int, int] = {}
    try:
        times = [watch.begin(interests, deadline) for watch in watches]
        found = wait_in_hub(interests, min((time for time in times if time is not None), default=None))
    finally:
        for watch in watches:
            watch.end(found)


def wait_in_hub(interests: dict[int, int], timeout: float | None) -> dict[int, int]:
    """Return what each ready descriptor is ready for. Arguments as wait_for()."""
    found = wait_for(interests, 0)
    if found or timeout == 0:
        return found
    hub_poll = gevent_select.poll()
    for fd, events in interests.items():
        if events & (POLLIN | POLLOUT):
            hub_poll.register(
                fd,
                (gevent_select.POLLIN if events & POLLIN else 0)
                | (gevent_select.POLLOUT if events & POLLOUT else 0),
            )
    hub_poll.poll(None if timeout is None else round_up(timeout))
    return wait_for(interests, 0)
