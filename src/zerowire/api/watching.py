"""What a socket tells of its links and peers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from zerowire import api, engine
from zerowire.api import blocking
from zerowire.api.poller import milliseconds
from zerowire.constants import Event, SocketOption, SocketType
from zerowire.engine.socket import SocketCore
from zerowire.engine.stats import peer_stats, socket_stats

if TYPE_CHECKING:
    from zerowire.api.context import Context
    from zerowire.api.events import EventStream
    from zerowire.api.socket import Socket
    from zerowire.engine.monitor import Monitor
    from zerowire.engine.records import PeerStats, SocketStats


class Watching:
    """Monitors, counts, and waiting for peers: a part of Socket."""

    _core: SocketCore
    _context: Context
    _monitor_socket: Socket | None = None
    _monitor: Monitor | None = None  # whose events it receives

    # -- monitoring ----------------------------------------------------------------------------

    def monitor(
        self,
        addr: str | None,
        events: int = Event.ALL,
        *,
        version: int = 1,
        socket_type: int = SocketType.PAIR,
    ) -> None:
        """Send what happens to the socket's links to an inproc endpoint; None stops.

        Args:
            addr: Where whoever listens connects to. A monitor nobody reads holds up nothing.
            events: Which of them.
            version: 1 sends two frames, 2 sends 64-bit values and both endpoints.
            socket_type: What the listener is connected with: PAIR, PUB or PUSH.

        Raises:
            ZMQError: EPROTONOSUPPORT unless the endpoint is inproc, EINVAL for a version that
                does not have the events, EADDRINUSE.
        """
        core = self._core
        with core.lock:
            core.enter()
            if addr is not None:
                engine.monitor.start(core, addr, events, version, socket_type)
            elif core.monitor is not None:
                core.monitor.stop()
                core.monitor = None

    def monitor_pipes_stats(self) -> None:
        """Send a PIPES_STATS event for each peer to a monitor of version 2.

        Raises:
            ZMQError: EINVAL when no monitor asks for it, EAGAIN when there are no peers.
        """
        core = self._core
        with core.lock:
            core.enter()
            engine.monitor.report_pipes(core)

    def get_monitor_socket(self, events: int | None = None, addr: str | None = None) -> Socket:
        """Return a PAIR socket that receives this socket's events.

        It is the same one each time, until it is closed or another monitor takes over.

        Args:
            events: Which; None is all.
            addr: Its inproc endpoint; None makes one up.
        """
        known = self._monitor_socket
        if known is not None and not known.closed and self._core.monitor is self._monitor:
            return known
        if addr is None:
            addr = f"inproc://monitor.s-{id(self._core):x}"
        wanted = Event.ALL if events is None else events
        reader, self._monitor = api.events.listen(cast("Socket", self), addr, wanted, version=1)
        self._monitor_socket = reader
        return reader

    def disable_monitor(self) -> None:
        """Stop the monitor. Its socket still receives MONITOR_STOPPED, and is its reader's to close."""
        self._monitor_socket = None
        self.monitor(None)

    @property
    def events(self) -> Readiness:
        """What the socket is ready for, and, called, what happens to its links.

        As a value it is the EVENTS option: POLLIN, POLLOUT or both. Called, it is an iterator
        over MonitorEvents from then on:

            for event in sock.events():
                print(event)

        `sock.events(mask, timeout)` takes the events to report, and how many milliseconds to
        wait for each; without one it ends when the socket is closed.
        """
        return Readiness.of(cast("Socket", self))

    # -- looking inside ------------------------------------------------------------------------

    def stats(self) -> SocketStats:
        """Return counts: messages and octets in and out, queued, dropped, and each peer's."""
        core = self._core
        with core.lock:
            return socket_stats(core)

    def peers(self) -> list[PeerStats]:
        """Return the peers that are there or expected."""
        core = self._core
        with core.lock:
            return [peer_stats(core, pipe) for pipe in core.pipes]

    def wait_for_peers(self, n: int = 1, timeout: float | None = None) -> bool:
        """Wait until n peers have completed their handshake.

        Args:
            timeout: Milliseconds; None is for ever.

        Returns:
            Whether they came in time.
        """
        core = self._core

        def enough() -> bool:
            return sum(bool(owner.is_ready) for owner in core.pipes.values()) >= n

        return self._wait_until(enough, timeout)

    def wait_for_subscribers(
        self, n: int = 1, topic: bytes | str | None = None, timeout: float | None = None
    ) -> bool:
        """Wait until n peers have subscribed.

        This is the cure for the slow joiner: what is sent afterwards reaches them.

        Args:
            n: How many.
            topic: Count those that a message which begins with it would go to, or, for a RADIO,
                those who have joined this group; None counts whoever wants anything.
            timeout: Milliseconds; None is for ever.

        Raises:
            ZMQError: ENOTSUP unless this is a PUB, XPUB or RADIO socket.
        """
        wanted = topic.encode() if isinstance(topic, str) else topic
        count = self._core.pattern.count_subscribers
        return self._wait_until(lambda: count(wanted) >= n, timeout)

    def _wait_until(self, condition: Callable[[], bool], timeout: float | None) -> bool:
        core = self._core
        with core.lock:
            core.enter()
            return blocking.until(core, condition, milliseconds(timeout))


class Readiness(int):
    """The EVENTS of a socket; calling it iterates over the events of its links."""

    _socket: Socket

    @classmethod
    def of(cls, socket: Socket) -> Readiness:
        """Return what a socket is ready for."""
        self = cls(socket.get(SocketOption.EVENTS))
        self._socket = socket
        return self

    def __call__(self, mask: int = Event.ALL, timeout: float | None = None) -> EventStream:
        """Iterate over what happens to the socket's links; see Socket.events."""
        return api.events.EventStream(self._socket, mask, timeout)
