"""What outlives a connection: the pipe, the endpoint, and the will to connect again.

A session is made by connect(). Its pipe is there at once, so that messages can wait
for a peer that is not there yet (PIPE-7); with IMMEDIATE it is made only when a peer
is ready, and goes when the peer goes.
"""

from __future__ import annotations

from enum import Enum, auto
from errno import EAGAIN, ECONNREFUSED, EINPROGRESS, ETIMEDOUT
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from zerowire._native import start_thread
from zerowire.constants import Event, ReconnectStop
from zerowire.engine import events
from zerowire.engine.backoff import Backoff
from zerowire.engine.connections import connection_config, make_connection
from zerowire.engine.link import Link
from zerowire.engine.linked_peer import LinkedPeer
from zerowire.error import RemoteProtocolError, ZMQError
from zerowire.options import Settings
from zerowire.reactor.poller import WRITABLE
from zerowire.reactor.timers import Timer
from zerowire.routing.pipe import Pipe
from zerowire.transport.base import Connecter, Stream, Transport

if TYPE_CHECKING:
    from zerowire.engine.socket import SocketCore


class SessionState(Enum):
    """Where a session stands."""

    RESOLVING = auto()  # a name is being looked up in another thread
    CONNECTING = auto()  # the transport is at it
    LINKED = auto()  # there is a link: in handshake, or open
    WAITING = auto()  # for the next attempt
    STOPPED = auto()  # for good


STATES = {
    SessionState.RESOLVING: {SessionState.CONNECTING, SessionState.WAITING, SessionState.STOPPED},
    SessionState.CONNECTING: {SessionState.LINKED, SessionState.WAITING, SessionState.STOPPED},
    SessionState.LINKED: {SessionState.WAITING, SessionState.STOPPED},
    SessionState.WAITING: {SessionState.RESOLVING, SessionState.CONNECTING, SessionState.STOPPED},
    SessionState.STOPPED: set(),
}


class Session(LinkedPeer):
    """Keeps one connect() alive."""

    def __init__(
        self, core: SocketCore, endpoint: str, transport: Transport, address: str, settings: Settings
    ) -> None:
        super().__init__(core, endpoint, settings)
        self.state = SessionState.WAITING
        self._transport = transport
        self._address = address
        self.connecter: Connecter | None = None
        self._timer: Timer | None = None
        self._linger_timer: Timer | None = None
        self._backoff = Backoff(settings.reconnect_ivl, settings.reconnect_ivl_max)
        self._config = connection_config(core.type, settings)
        self._was_ready = False  # a peer has been there before
        self.trouble: Exception | None = None  # what was wrong with the last attempt
        self.was_heard = False  # the last attempt got as far as a handshake
        self._stopping = False  # disconnected: only what is queued still goes out

    def start(self, routing_id: bytes) -> None:
        """Begin to connect.

        Args:
            routing_id: What the socket calls this peer (CONNECT_ROUTING_ID), or nothing.
        """
        if not self.settings.immediate:
            self._make_pipe(routing_id)
        self._connect()

    def _make_pipe(self, routing_id: bytes = b"") -> None:
        self.pipe, self.link_end = self.core.make_pipe(self.settings, self)
        self.pipe.endpoint = self.endpoint
        self.pipe.connecting = True
        if routing_id:
            self.pipe.routing_id = routing_id
            self.pipe.assigned = True
        self.core.attach(self.pipe, self)

    # -- connecting ----------------------------------------------------------------------------

    def _connect(self) -> None:
        self._timer = None
        try:
            self.connecter = connecter = self._transport.connecter(self._address, self.settings)
        except ZMQError as error:
            self._retry(error)
            return
        if connecter.needs_lookup:
            self._move(SessionState.RESOLVING)
            try:
                start_thread(partial(_look_up, self, connecter), "zerowire-lookup")
            except RuntimeError:  # the process ends, or has as many threads as it may
                self._retry(ZMQError(EAGAIN))
        else:
            self._dial()

    def on_looked_up(self, connecter: Connecter, error: ZMQError | None) -> None:
        """The look-up is over."""
        if self.state is not SessionState.RESOLVING or connecter is not self.connecter:
            connecter.close()
        elif error is None:
            self._dial()
        else:
            self._retry(error)

    def _dial(self) -> None:
        self._move(SessionState.CONNECTING)
        connecter = self.connecter
        assert connecter is not None
        try:
            stream = connecter.start()
        except ZMQError as error:
            self._retry(error)
            return
        if stream is not None:
            self._on_connected(stream)
            return
        self.core.emit(Event.CONNECT_DELAYED, EINPROGRESS, self.endpoint, remote=self.endpoint)
        self.core.poller.register(connecter.fileno(), WRITABLE, self)
        timeout = self.settings.connect_timeout
        if timeout > 0:
            self._timer = self.core.timers.schedule(monotonic() + timeout / 1000, self._on_timeout)

    def on_ready(self, ready: int) -> None:
        """The transport has an answer."""
        connecter = self.connecter
        if self.state is not SessionState.CONNECTING or connecter is None:
            return
        fd = connecter.fileno()
        try:
            stream = connecter.finish()
        except ZMQError as error:
            self.core.poller.unregister(fd)
            self._retry(error, fd)
            return
        if stream is None:
            if connecter.fileno() != fd:  # it goes on with the host's next address
                self.core.poller.unregister(fd)
                self.core.poller.register(connecter.fileno(), WRITABLE, self)
            return
        self.core.poller.unregister(fd)
        self._on_connected(stream)

    def _on_timeout(self) -> None:
        assert self.connecter is not None
        fd = self.connecter.fileno()
        self.core.poller.unregister(fd)
        self._retry(ZMQError(ETIMEDOUT), fd)

    def _on_connected(self, stream: Stream) -> None:
        self._cancel_timer()
        self.connecter = None
        self._move(SessionState.LINKED)
        self.core.emit(
            Event.CONNECTED, stream.fileno(), self.endpoint, local=stream.local, remote=self.endpoint
        )
        connection = make_connection(
            self._config,
            monotonic(),
            is_raw=self.core.pattern.is_raw,
            endpoint=self.endpoint,
            connects=True,
        )
        self.link = Link(self.core, stream, connection, self, self.endpoint)
        if self._stopping:
            self.link.finish()
        self.link.start()

    # -- the link's owner ----------------------------------------------------------------------

    def on_peer_ready(self, link: Link) -> Pipe | None:
        """Give the pipe to a link whose handshake is done."""
        events.report_ready(self.core, link)
        self._backoff.reset()
        if self.pipe is not None and self.pipe.is_closed and not self._stopping:
            self.drop_pipe()  # it was refused; this time the peer may be wanted
            self._was_ready = False
        if self.pipe is None:
            self._make_pipe()
        pipe, link_end = self.pipe, self.link_end
        assert pipe is not None
        assert link_end is not None
        link_end.observer = link
        self.identify(link)
        if self._was_ready:
            self.core.pattern.on_reconnected(pipe)
        self.core.pattern.on_identified(pipe)
        self._was_ready = True
        return link_end

    def on_link_lost(self, link: Link, error: Exception | None) -> None:
        """Connect again, unless the peer broke the protocol or we have left it."""
        self.drop_link()
        if self.link_end is not None:
            self.link_end.observer = self
        if error is None:  # the socket wants no more of this peer
            if not self._stopping:
                self.core.endpoints.remember(self.endpoint)
            self.close()
            return
        self.trouble, self.was_heard = error, True
        if link.pipe is not None:
            self.core.on_disconnected(self.pipe)
        if isinstance(error, RemoteProtocolError) or not self._may_retry(link):
            self.core.endpoints.remember(self.endpoint)
            self.close()
            return
        if self.settings.immediate and self.pipe is not None:
            self.drop_pipe()
            self._was_ready = False
        self._retry(None)

    def _may_retry(self, link: Link) -> bool:
        failed_handshake = link.pipe is None
        stop = self.settings.reconnect_stop
        return not (failed_handshake and stop & ReconnectStop.HANDSHAKE_FAILED)

    def _retry(self, error: ZMQError | None, fd: int = -1) -> None:
        """Arm the timer for the next attempt.

        Args:
            error: Why the last one did not get through.
            fd: The descriptor that it had.
        """
        self._cancel_timer()
        if error is not None:
            self.trouble, self.was_heard = error, False
        stop = self.settings.reconnect_stop
        if self.connecter is not None:
            self.connecter.close()
            self.connecter = None
            self.core.emit(Event.CLOSED, fd, self.endpoint, remote=self.endpoint)
        refused = (
            self._transport.scheme == "tcp"  # IPC-8
            and error is not None
            and error.errno == ECONNREFUSED
            and stop & ReconnectStop.CONN_REFUSED
        )
        left = self._stopping and stop & ReconnectStop.AFTER_DISCONNECT
        if self.settings.reconnect_ivl <= 0 or refused or left or self._nothing_left():
            self.close()
            return
        interval = self._backoff.next_ms()
        self._move(SessionState.WAITING)
        self.core.emit(Event.CONNECT_RETRIED, interval, self.endpoint, remote=self.endpoint)
        self._timer = self.core.timers.schedule(monotonic() + interval / 1000, self._connect)

    # -- the pipe's observer while there is no link --------------------------------------------

    def on_readable(self, pipe: Pipe) -> None:
        """Messages wait for a peer."""
        pipe.inbound.idle = True  # so that the link is told again

    def on_writable(self, pipe: Pipe) -> None:
        """The socket has taken messages of the last connection."""

    def on_closed(self, pipe: Pipe) -> None:
        """The socket gave the pipe up; disconnect() and close() say the rest."""

    # -- the end -------------------------------------------------------------------------------

    def _nothing_left(self) -> bool:
        return self._stopping and (self.link_end is None or not self.link_end.has_messages)

    def stop(self) -> None:
        """Disconnect: the socket's end goes now, the session when all is sent or LINGER has passed."""
        if self._stopping:
            return
        self._stopping = True
        if self.pipe is not None:
            self.core.detach(self.pipe)
        linger = self.core.settings.linger
        if linger == 0 or (self._nothing_left() and self.link is None):
            self.close()
            return
        if linger > 0:
            self._linger_timer = self.core.timers.schedule(monotonic() + linger / 1000, self.close)
        if self.link is not None:
            self.link.finish()

    def close(self) -> None:
        """End at once; what waits is dropped. Idempotent."""
        if self.state is SessionState.STOPPED:
            return
        self._move(SessionState.STOPPED)
        self._cancel_timer()
        if self._linger_timer is not None:
            self._linger_timer.cancel()
        if self.connecter is not None:
            self.core.poller.unregister(self.connecter.fileno())
            self.connecter.close()
            self.connecter = None
        self.drop_link()
        self.drop_pipe()
        self.core.on_task_done(self)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _move(self, state: SessionState) -> None:
        assert state in STATES[self.state] or state is self.state, (self.state, state)
        self.state = state


def _look_up(session: Session, connecter: Connecter) -> None:
    """Resolve in a thread of its own, so that a slow name server keeps nobody else waiting."""
    error: ZMQError | None = None
    try:
        connecter.lookup()
    except ZMQError as failure:
        error = failure
    session.core.post(session.on_looked_up, connecter, error)
