"""A socket of a proxy while none of its messages can go on."""

from __future__ import annotations

from zerowire.api.poller import POLLIN, POLLOUT, PURPOSES, readiness
from zerowire.engine.socket import SocketCore


class Standby:
    """A wait for one socket among others, which was served just now, and is again only if need be."""

    __slots__ = ("_core", "_fd", "_flags", "_is_due", "_is_waiting")

    def __init__(self, core: SocketCore, flags: int) -> None:
        self._core = core
        self._flags = flags & (POLLIN | POLLOUT)
        self._fd = -1
        self._is_waiting = False
        self._is_due = False

    def begin(self, interests: dict[int, int]) -> float | None:
        """Look; if the socket is not ready, wait with the others. Returns for how long at most."""
        core = self._core
        with core.guard:
            if core.needs_attention:
                core.enter()
            if core.dirty:
                core.flush()
            if readiness(core, self._flags):
                return 0.0
            for purpose in PURPOSES[self._flags]:
                core.begin_wait(purpose)
            self._is_waiting = True
            self._fd = core.poller.fileno()
            interests[self._fd] = POLLIN
            return core.wait_time(None)

    def end(self, found: dict[int, int]) -> None:
        """Wait no more, and remember whether there is something to do: octets to read, or a timer."""
        if not self._is_waiting:
            return
        self._is_waiting = False
        self._is_due = not found or self._fd in found
        core = self._core
        with core.guard:
            for purpose in PURPOSES[self._flags]:
                core.end_wait(purpose)

    def serve(self) -> None:
        """Do what the wait has found to do."""
        core = self._core
        if self._is_due:
            with core.guard:
                core.enter()
                core.serve()
