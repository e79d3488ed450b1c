"""Wait for many sockets and descriptors at once.

A wait makes passes. In each, every socket is looked at under its own lock; one that is not
ready is told that somebody waits, so that whatever another thread does to it ends the wait.
Then the calling thread waits for the descriptors of all of them together, takes its word
back, and looks again: so it does the I/O of every socket that it waits for.
Readiness is level-triggered: it is there as long as a message, or room, is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from time import monotonic
from typing import Any

from zerowire.api.blocking import deadline_of, wait
from zerowire.api.descriptors import wait_for
from zerowire.constants import PollEvent
from zerowire.engine.socket import OTHER, RECEIVE, SEND, SocketCore
from zerowire.error import Again

POLLIN = int(PollEvent.POLLIN)
POLLOUT = int(PollEvent.POLLOUT)
POLLERR = int(PollEvent.POLLERR)
PURPOSES = ((OTHER,), (RECEIVE,), (SEND,), (RECEIVE, SEND))  # by POLLIN | POLLOUT


class Poller:
    """A set of sockets and descriptors to wait for.

    Sockets may be mixed with descriptors and with objects that have a fileno().
    """

    def __init__(self) -> None:
        self._flags: dict[Any, int] = {}

    @property
    def sockets(self) -> list[tuple[Any, int]]:
        """What is registered, with its flags, in the order of registration."""
        return list(self._flags.items())

    def __contains__(self, socket: object) -> bool:
        return socket in self._flags

    def register(self, socket: Any, flags: int = POLLIN | POLLOUT) -> None:
        """Wait for something; its flags are replaced if it is registered already.

        Args:
            socket: A Socket, a descriptor, or an object with a fileno().
            flags: POLLIN, POLLOUT or both; for descriptors POLLERR and POLLPRI too.
                0 unregisters.
        """
        if flags:
            self._flags[socket] = flags
        else:
            self._flags.pop(socket, None)

    modify = register

    def unregister(self, socket: Any) -> None:
        """Stop waiting for something.

        Raises:
            KeyError: It is not registered.
        """
        del self._flags[socket]

    def poll(self, timeout: float | None = None) -> list[tuple[Any, int]]:
        """Wait until something is ready. Arguments and errors are those of zmq_poll().

        Args:
            timeout: Milliseconds; None or a negative number is for ever.
        """
        return zmq_poll(self.sockets, timeout)


def select(
    rlist: Iterable[Any], wlist: Iterable[Any], xlist: Iterable[Any], timeout: float | None = None
) -> tuple[list[Any], list[Any], list[Any]]:
    """Wait until something is ready, in the manner of select.select().

    Args:
        rlist: What to wait for until it can be read.
        wlist: Until it can be written.
        xlist: Until there is an error; descriptors only.
        timeout: Seconds; None or a negative number is for ever.

    Returns:
        What is ready of each list; descriptors stand for objects that have a fileno().
    """
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
    """Wait until a socket or descriptor is ready.

    Args:
        sockets: Pairs of a Socket, a descriptor or an object with a fileno(), and POLLIN,
            POLLOUT or both. The same one may be there more than once.
        timeout: Milliseconds; None or a negative number is for ever, 0 not at all.

    Returns:
        Pairs of what is ready, and for what. An object with a fileno() comes back as its
        descriptor. A descriptor in trouble has POLLERR. Empty when the time ran out.

    Raises:
        TypeError: An item is none of these.
        ValueError: A fileno() is not a descriptor.
        ZMQError: ENOTSOCK for a closed socket, ETERM.
    """
    if not sockets:
        return []
    watches = [watch_of(item, events) for item, events in sockets]
    return wait_watches(watches, milliseconds(timeout))


def milliseconds(timeout: float | None) -> int:
    """Return a timeout in whole milliseconds; -1 for None and negative numbers, which are for ever."""
    return -1 if timeout is None or timeout < 0 else int(timeout)


def poll_one(core: SocketCore, flags: int, timeout_ms: int) -> int:
    """Wait until one socket is ready; return for what, or 0 when the time ran out.

    Args:
        core: The socket's core; its lock is free.
        flags: What to wait for: POLLIN, POLLOUT or both.
        timeout_ms: Milliseconds; -1 is for ever, 0 not at all.
    """
    if flags & POLLIN and flags & POLLOUT:  # wait() is for one purpose
        found = wait_watches([SocketWatch(core, core, flags)], timeout_ms)
        return found[0][1] if found else 0
    deadline = deadline_of(timeout_ms)
    purpose = SEND if flags & POLLOUT else RECEIVE
    with core.lock:
        core.enter()
        core.serve()
        ready = readiness(core, flags)
        while not ready:
            try:
                wait(core, purpose, deadline)
            except Again:
                break
            ready = readiness(core, flags)
    return ready


def readiness(core: SocketCore, flags: int) -> int:
    """Return what a socket is ready for, of what was asked. Called with its lock held."""
    ready = 0
    if flags & POLLIN and ((core.receives_parts and core.incoming.has_next) or core.can_receive()):
        ready = POLLIN
    if flags & POLLOUT and core.pattern.can_send():
        ready |= POLLOUT
    return ready


class SocketWatch:
    """A socket that is waited for."""

    __slots__ = ("_core", "_flags", "_is_waiting", "item", "ready")

    def __init__(self, item: Any, core: SocketCore, flags: int) -> None:
        self.item = item
        self.ready = 0
        self._core = core
        self._flags = flags & (POLLIN | POLLOUT)
        self._is_waiting = False

    def begin(self, interests: dict[int, int], deadline: float | None) -> float | None:
        """Look; if the socket is not ready, wait with the others. Returns for how long at most."""
        core = self._core
        with core.guard:
            if core.needs_attention:
                core.enter()
            self.ready = readiness(core, self._flags)
            if not self.ready:
                core.serve()
                self.ready = readiness(core, self._flags)
            if self.ready:
                return 0.0
            for purpose in PURPOSES[self._flags]:
                core.begin_wait(purpose)
            self._is_waiting = True
            interests[core.poller.fileno()] = POLLIN
            time = core.wait_time(deadline)
        core.context.flush_batches()
        return time

    def end(self, found: dict[int, int]) -> None:
        """Wait no more."""
        if not self._is_waiting:
            return
        self._is_waiting = False
        with self._core.lock:
            for purpose in PURPOSES[self._flags]:
                self._core.end_wait(purpose)


class DescriptorWatch:
    """A descriptor that is waited for."""

    __slots__ = ("_flags", "item", "ready")

    def __init__(self, fd: int, flags: int) -> None:
        self.item = fd
        self.ready = 0
        self._flags = flags

    def begin(self, interests: dict[int, int], deadline: float | None) -> float | None:
        """Wait with the others."""
        interests[self.item] = interests.get(self.item, 0) | self._flags
        return None if deadline is None else max(0.0, deadline - monotonic())

    def end(self, found: dict[int, int]) -> None:
        """Take what was found."""
        self.ready = found.get(self.item, 0) & (self._flags | POLLERR)


Watch = SocketWatch | DescriptorWatch


def watch_of(item: Any, flags: int) -> Watch:
    """Return the watch of a Socket, a descriptor, or an object that has one."""
    core = getattr(item, "_core", None)
    if isinstance(core, SocketCore):
        return SocketWatch(item, core, flags)
    if isinstance(item, int):
        return DescriptorWatch(item, flags)
    if not hasattr(item, "fileno"):
        raise TypeError(f"a Socket, a descriptor or an object with fileno() is needed, not {item!r}")
    try:
        return DescriptorWatch(int(item.fileno()), flags)
    except (TypeError, ValueError) as error:
        raise ValueError(f"fileno() of {item!r} does not return a descriptor") from error


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
    time: float | None = None
    try:
        for watch in watches:
            limit = watch.begin(interests, deadline)
            if limit is not None and (time is None or limit < time):
                time = limit
        found = wait_for(interests, time)
    finally:
        for watch in watches:
            watch.end(found)
