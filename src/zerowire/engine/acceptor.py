"""The bound side: a listener, and the peers that came through it."""

from __future__ import annotations

from errno import EACCES
from time import monotonic
from typing import TYPE_CHECKING

from zerowire.constants import Event
from zerowire.engine import events
from zerowire.engine.connections import connection_config, make_connection
from zerowire.engine.doorman import Doorman
from zerowire.engine.link import Link
from zerowire.engine.linked_peer import LinkedPeer
from zerowire.error import ZMQError
from zerowire.options import Settings
from zerowire.reactor.poller import READABLE
from zerowire.reactor.timers import Timer
from zerowire.routing.pipe import Pipe
from zerowire.transport.base import Listener, PeerRefused, Stream

if TYPE_CHECKING:
    from zerowire.engine.socket import SocketCore

ACCEPTS_A_TURN = 64  # so that a flood of connections leaves time for the peers that are there
PAUSE = 0.1  # seconds to wait when the process has no descriptors left


class Acceptor:
    """Accepts peers for one bind()."""

    __slots__ = ("_config", "_doorman", "_timer", "core", "endpoint", "listener", "settings", "unsent")

    def __init__(self, core: SocketCore, listener: Listener, settings: Settings) -> None:
        self.core = core
        self.listener = listener
        self.settings = settings
        self.endpoint = listener.endpoint
        self.unsent = 0  # a listener holds no messages
        try:
            self._config = connection_config(core.type, settings)
        except ZMQError:
            listener.close()
            raise
        self._timer: Timer | None = None
        self._doorman = Doorman(settings.limits) if any(settings.limits) else None

    def start(self) -> None:
        """Begin to accept."""
        self.core.emit(Event.LISTENING, self.listener.fileno(), self.endpoint, local=self.endpoint)
        self._resume()

    def on_ready(self, ready: int) -> None:
        """Peers are waiting."""
        if self.listener.fileno() < 0:
            return  # unbound after the poller had found it ready
        newcomers: list[Link] = []
        try:
            self._accept(newcomers)
        finally:
            # All are answered together: a program that has made many connections is woken once.
            for link in newcomers:
                link.answer()

    def _accept(self, newcomers: list[Link]) -> None:
        for _ in range(ACCEPTS_A_TURN):
            try:
                stream = self.listener.accept()
            except PeerRefused as error:
                self.core.emit(Event.ACCEPT_FAILED, error.errno or 0, self.endpoint, local=self.endpoint)
                continue
            except ZMQError as error:
                self.core.emit(Event.ACCEPT_FAILED, error.errno or 0, self.endpoint, local=self.endpoint)
                self._pause()
                return
            if stream is None:
                return
            if self._doorman is None or self._doorman.admits(stream.peer_address, monotonic()):
                newcomers.append(self._welcome(stream))
            else:
                self._turn_away(stream)

    def _turn_away(self, stream: Stream) -> None:
        self.core.emit(Event.ACCEPT_FAILED, EACCES, self.endpoint, local=self.endpoint, remote=stream.remote)
        stream.close()

    def _welcome(self, stream: Stream) -> Link:
        core, endpoint = self.core, self.endpoint
        if core.monitor is not None:
            core.emit(Event.ACCEPTED, stream.fileno(), endpoint, local=endpoint, remote=stream.remote)
        guest = Guest(core, endpoint, self.settings)
        connection = make_connection(self._config, monotonic(), is_raw=core.pattern.is_raw, endpoint=endpoint)
        guest.link = link = Link(core, stream, connection, guest, endpoint)
        core.add_task(guest)
        if self._doorman is not None:
            guest.doorman = self._doorman
            leaving = self._doorman.on_guest(guest, stream.peer_address)
            if leaving is not None:
                leaving.close()
        link.begin()
        return link

    def _pause(self) -> None:
        """Leave the queue of the listener alone until descriptors may be free again."""
        self.core.poller.unregister(self.listener.fileno())
        self._timer = self.core.timers.schedule(monotonic() + PAUSE, self._resume)

    def _resume(self) -> None:
        self._timer = None
        self.core.poller.register(self.listener.fileno(), READABLE, self)

    def stop(self) -> None:
        """Stop listening; peers that were accepted stay (EP-7). Idempotent."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        fd = self.listener.fileno()
        if fd < 0:
            return
        self.core.poller.unregister(fd)
        self.listener.close()
        self.core.emit(Event.CLOSED, fd, self.endpoint, local=self.endpoint)
        self.core.on_task_done(self)

    close = stop


class Guest(LinkedPeer):
    """A peer that was accepted: it has a pipe as long as it has its link."""

    __slots__ = ("doorman",)

    def __init__(self, core: SocketCore, endpoint: str, settings: Settings) -> None:
        super().__init__(core, endpoint, settings)
        self.doorman: Doorman | None = None

    def on_peer_ready(self, link: Link) -> Pipe | None:
        """Make the pipe, and offer it to the socket type."""
        core = self.core
        if self.doorman is not None:
            self.doorman.on_ready(self)
        events.report_ready(core, link)
        self.pipe, self.link_end = core.make_pipe(self.settings, link)
        self.pipe.endpoint = link.stream.remote
        self.identify(link)
        core.attach(self.pipe, self)
        return self.link_end

    def on_link_lost(self, link: Link, error: Exception | None) -> None:
        """The peer has gone for good, as far as this side is concerned."""
        if self.pipe is not None:
            self.core.on_disconnected(self.pipe)
        self.close()

    def stop(self) -> None:
        """Send what waits, then end."""
        if self.pipe is not None:
            self.core.detach(self.pipe)
        if self.link is not None:
            self.link.finish()

    def close(self) -> None:
        """End at once; what waits is dropped. Idempotent."""
        if self.doorman is not None:
            self.doorman.on_gone(self, monotonic())
        self.drop_link()
        self.drop_pipe()
        self.core.on_task_done(self)
