"""One endpoint of udp: a pipe, and the socket that its messages come from and go to."""

from __future__ import annotations

from enum import Enum, auto
from time import monotonic
from typing import TYPE_CHECKING, cast

from zerowire import engine
from zerowire.engine.datagrams import Form
from zerowire.engine.outbox import take
from zerowire.error import RemoteProtocolError, ZMQError
from zerowire.options import Settings
from zerowire.reactor.poller import READABLE, WRITABLE
from zerowire.reactor.timers import Timer
from zerowire.routing.pipe import Pipe
from zerowire.transport.udp import DatagramSocket

if TYPE_CHECKING:
    from zerowire.engine.link import Link
    from zerowire.engine.records import DatagramStats
    from zerowire.engine.socket import SocketCore

MOST_HEARD = 128  # datagrams at once, before others have their turn


class State(Enum):
    """The life of an endpoint."""

    OPEN = auto()
    DRAINING = auto()  # the socket has left; what it has pushed is sent
    CLOSED = auto()


STATES = {
    State.OPEN: {State.DRAINING, State.CLOSED},
    State.DRAINING: {State.CLOSED},
    State.CLOSED: set(),
}


class UdpLink:
    """Sends what the socket pushes, and pushes what comes: whole messages, each a datagram.

    While the socket has no room (RCVHWM) nothing is read, so that the system keeps what comes, as
    much as it likes. While the system has no room messages wait in the pipe (SNDHWM).
    """

    def __init__(
        self,
        core: SocketCore,
        endpoint: str,
        socket: DatagramSocket,
        settings: Settings,
        form: Form,
        *,
        sends: bool,
        hears: bool,
    ) -> None:
        self.core = core
        self.endpoint = endpoint
        self.settings = settings
        self.listener = socket  # for whoever closes what a forked child has inherited
        self.state = State.OPEN
        self.last_heard: float | None = None
        self._form = form
        self._sends = sends
        self._hears = hears
        self._interest = 0
        self._queued = False  # stands in the core's list of what has something to write
        self._octets = [0, 0]  # out, in
        self._sent = self._received = self._malformed = self._unfit = self._refused = 0
        self._timer: Timer | None = None
        self.pipe, self._far = core.make_pipe(settings, self)
        self.pipe.endpoint = socket.endpoint

    def start(self) -> None:
        """Begin to send and to listen."""
        self.core.attach(self.pipe, self)
        if self._hears:
            self._watch(READABLE)
        self.on_readable(self._far)  # a DISH has told its groups

    @property
    def role(self) -> str:
        """What has made it: bind or connect."""
        return "bind" if self._hears else "connect"

    @property
    def local(self) -> str:
        """The endpoint as it really is (LAST_ENDPOINT)."""
        return self.listener.endpoint

    # -- the pipe's observer -------------------------------------------------------------------

    def on_readable(self, pipe: Pipe) -> None:
        """The socket has pushed messages."""
        if not self._sends:  # they are JOIN and LEAVE, of which nobody can be told (RADIO-4)
            take(pipe, len(pipe.inbound.items))
            pipe.inbound.idle = True
        elif not self._queued and not self._interest & WRITABLE:
            self._queued = True
            self.core.dirty.append(cast("Link", self))
            self.core.spare = 0
            self.core.context.caretaker.hurry()

    def on_writable(self, pipe: Pipe) -> None:
        """The socket has taken messages, so that there is room for more."""
        if self.state is State.OPEN and self._hears:
            self._watch(self._interest | READABLE)

    def on_closed(self, pipe: Pipe) -> None:
        """The socket gave the pipe up; stop() and close() say the rest."""

    def flush(self) -> None:
        """Send what the socket has pushed."""
        self._queued = False
        if self.state is not State.CLOSED:
            self._transmit()

    def on_flushed(self) -> None:
        """Nobody writes in our place."""

    # -- datagrams -----------------------------------------------------------------------------

    def on_ready(self, ready: int) -> None:
        """Datagrams have come, or the system can take some again."""
        if ready & WRITABLE and self.state is not State.CLOSED:
            self._transmit()
        if ready & READABLE and self.state is State.OPEN:
            self._receive()

    def _transmit(self) -> None:
        far, done = self._far, 0
        for message in far.inbound.items:
            letter = self._form.encode(message)
            if letter is None:
                self._unfit += 1
                self._drop()
            elif not self._send(*letter):
                break
            done += 1
        if done:
            take(far, done)
        if far.inbound.items:
            self._watch(self._interest | WRITABLE)
            return
        self._watch(self._interest & ~WRITABLE)
        far.inbound.idle = True
        if self.state is State.DRAINING:
            self.close()

    def _send(self, datagram: bytes, target: object) -> bool:
        """Send a datagram, or drop it; False if the system has no room now."""
        try:
            if not self.listener.send(datagram, target):
                return False
        except ZMQError:
            self._refused += 1
            self._drop()
        else:
            self._sent += 1
            self._octets[0] += len(datagram)
        return True

    def _drop(self) -> None:
        self.pipe.dropped += 1
        self.core.pattern.dropped += 1

    def _receive(self) -> None:
        receive, form, queue = self.listener.receive, self._form, self._far.outbound
        room = queue.hwm - len(queue.items) if queue.hwm else MOST_HEARD
        count = 0
        for _ in range(MOST_HEARD):
            if count >= room:
                break
            found = receive(form.size)
            if found is None:
                break
            try:
                queue.items.append(form.decode(*found))
            except RemoteProtocolError:
                self._malformed += 1
                continue
            count += 1
            self._octets[1] += len(found[0])
        if count:
            self._received += count
            self.last_heard = monotonic()
            self._far.announce(count)
        if queue.full:
            self._watch(self._interest & ~READABLE)

    def _watch(self, interest: int) -> None:
        poller, fd = self.core.poller, self.listener.fileno()
        if interest == self._interest:
            return
        if not interest:
            poller.unregister(fd)
        elif self._interest:
            poller.modify(fd, interest)
        else:
            poller.register(fd, interest, self)
        self._interest = interest

    # -- what others ask about a peer ----------------------------------------------------------

    @property
    def is_ready(self) -> bool:
        """Whether what is pushed is sent: always."""
        return True

    @property
    def unsent(self) -> int:
        """How many messages wait to be sent."""
        return len(self._far.inbound.items) if self._sends else 0

    @property
    def wire_octets(self) -> tuple[int, int]:
        """Octets of datagrams sent and received."""
        out, back = self._octets
        return out, back

    @property
    def datagrams(self) -> DatagramStats:
        """What has become of them."""
        return engine.records.DatagramStats(
            sent=self._sent,
            received=self._received,
            malformed=self._malformed,
            unfit=self._unfit,
            refused=self._refused,
            overflowed=self.listener.overflowed if self._hears else 0,
        )

    def set_hwm(self, pipe: Pipe, sndhwm: int, rcvhwm: int) -> None:
        """Change the marks of the pipe."""
        pipe.outbound.set_hwm(sndhwm)
        pipe.inbound.set_hwm(rcvhwm)

    # -- the end -------------------------------------------------------------------------------

    def stop(self) -> None:
        """Leave the socket; send what it has pushed, for LINGER at most. Idempotent."""
        if self.state is not State.OPEN:
            return
        linger = self.core.settings.linger
        if not self.unsent or linger == 0:
            self.close()
            return
        self.core.detach(self.pipe)
        self._move(State.DRAINING)
        if linger > 0:
            self._timer = self.core.timers.schedule(monotonic() + linger / 1000, self.close)
        self._watch(self._interest & ~READABLE)
        self._transmit()

    def close(self) -> None:
        """End at once; what waits is dropped. Idempotent."""
        if self.state is State.CLOSED:
            return
        if self.state is State.OPEN:
            self.core.detach(self.pipe)
        self._move(State.CLOSED)
        if self._timer is not None:
            self._timer.cancel()
        unsent = self.unsent
        self.core.lost += unsent
        take(self._far, unsent)
        self._watch(0)
        self.listener.close()
        self._far.close()
        self.core.on_task_done(self)

    def _move(self, state: State) -> None:
        assert state in STATES[self.state], (self.state, state)
        self.state = state
