"""The pipe of a group: what is pushed into it is sent to whoever listens, at RATE."""

from __future__ import annotations

from collections import deque
from enum import Enum, auto
from errno import EINVAL
from time import monotonic
from typing import TYPE_CHECKING, cast

from zerowire import engine
from zerowire.engine.seeds import getrandbits
from zerowire.error import RemoteProtocolError, zmq_error
from zerowire.options import Settings
from zerowire.pgm.packet import UPSTREAM, Kind, Tsi, decode
from zerowire.pgm.source import DATA_HEADER, Limits, Source
from zerowire.reactor.poller import READABLE
from zerowire.reactor.timers import Timer
from zerowire.routing.pipe import Pipe
from zerowire.transport.pgm_packets import PacketSocket
from zerowire.transport.pgm_sockets import Channel
from zerowire.zmtp.multicast import LEAST_PAYLOAD, Slicer

if TYPE_CHECKING:
    from zerowire.engine.link import Link
    from zerowire.engine.records import MulticastStats
    from zerowire.engine.socket import SocketCore
    from zerowire.patterns.xpub import XPub

FIRST = 0  # the number of the first packet
OCTETS = 125  # a second, of a kbit/s
BURST_TIME = 1.0  # seconds of the rate that are sent at once after a pause, unless that is much:
BURST_SIZE = 65536  # octets, about what a listener's system keeps
BURST_LEAST_TIME = 0.005  # seconds; timers are no better than this
OPTIONS_ROOM = 20  # octets that libzmq leaves for options in every packet
RETRY = 0.001  # seconds, when the system takes no more packets
PACE = 0.001  # seconds from one look at the rate to the next: what it allows meanwhile goes together
REPAIR_TIME = 0.5  # seconds for which a publisher that leaves waits for the last complaints


class State(Enum):
    """The life of a publisher."""

    OPEN = auto()
    DRAINING = auto()  # the socket has left; what it has pushed is sent
    REPAIRING = auto()  # all is sent; some of it may be asked for again
    CLOSED = auto()


STATES = {
    State.OPEN: {State.DRAINING, State.CLOSED},
    State.DRAINING: {State.REPAIRING, State.CLOSED},
    State.REPAIRING: {State.CLOSED},
    State.CLOSED: set(),
}


class GroupPublisher:
    """Sends what a PUB or XPUB publishes, and again what is missed."""

    def __init__(self, core: SocketCore, endpoint: str, channel: Channel, settings: Settings) -> None:
        """Begin a session.

        Raises:
            ZMQError: EINVAL for a MULTICAST_MAXTPDU that is too small.
        """
        self.core = core
        self.endpoint = endpoint
        self.settings = settings
        self.listener = channel  # for whoever closes what a forked child has inherited
        self.state = State.OPEN
        place = channel.place
        overhead = channel.overhead + DATA_HEADER + OPTIONS_ROOM
        largest = settings.multicast_maxtpdu - overhead
        if largest < LEAST_PAYLOAD:
            told = f"MULTICAST_MAXTPDU={settings.multicast_maxtpdu} is too small: headers alone take"
            raise zmq_error(EINVAL, f"{told} {overhead} octets; 1500 is usual")
        rate = settings.rate * OCTETS
        burst = min(rate * BURST_TIME, max(BURST_SIZE, rate * BURST_LEAST_TIME))
        limits = Limits(rate, burst, settings.recovery_ivl * settings.rate // 8, channel.overhead)
        self.tsi = Tsi(getrandbits(48).to_bytes(6, "big"), new_port(place.port))
        path = place.interface.address
        self._source = Source(self.tsi, place.port, path, limits=limits, now=monotonic(), first=FIRST)
        self._slicer = Slicer(largest)
        self._payload = b""  # made, and not sent
        self._unsent: deque[bytes] = deque()  # packets that the system would not take
        self._octets = [0, 0]  # out, in
        self._packets = 0
        self._queued = False  # stands in the core's list of what has something to write
        self._quiet_at = 0.0  # when nobody will complain any more
        self._timer: Timer | None = None
        self._linger_timer: Timer | None = None
        self.pipe, self._far = core.make_pipe(settings, self)
        self.pipe.endpoint = endpoint
        self._ears = [Ear(self, sock, is_own=group is None) for sock, group in channel.ears]

    def start(self) -> None:
        """Begin to publish."""
        core = self.core
        for ear in self._ears:
            core.poller.register(ear.sock.fileno(), READABLE, ear)
        core.attach(self.pipe, self)
        cast("XPub", core.pattern).subscribe_to_all(self.pipe)  # PGM-3
        self._far.inbound.idle = True
        self._go_on(monotonic())

    # -- the pipe's observer -------------------------------------------------------------------

    def on_readable(self, pipe: Pipe) -> None:
        """The socket has pushed a message."""
        if not self._queued:
            self._queued = True
            self.core.dirty.append(cast("Link", self))
            self.core.spare = 0
            self.core.context.caretaker.hurry()

    def on_writable(self, pipe: Pipe) -> None:
        """The socket never takes anything from a group."""

    def on_closed(self, pipe: Pipe) -> None:
        """The socket gave the pipe up; stop() and close() say the rest."""

    def flush(self) -> None:
        """Send what the socket has pushed, as far as the rate allows."""
        self._queued = False
        if self.state is not State.CLOSED:
            self._go_on(monotonic())

    def on_flushed(self) -> None:
        """Nobody writes in our place."""

    # -- sending -------------------------------------------------------------------------------

    def _go_on(self, now: float) -> None:
        """Send what can be sent, and see to the rest when its time comes."""
        if not self._unsent:
            self._publish(now)
        self._transmit()
        if self.state is State.DRAINING and not self.unsent:
            self._await_complaints(now)
        if self.state is not State.CLOSED:
            self._arm(now)

    def _publish(self, now: float) -> None:
        """Make packets of messages, as many as the rate allows."""
        source, slicer, far = self._source, self._slicer, self._far
        items = far.inbound.items
        while True:
            payload = self._payload or slicer.next(items)
            self._payload = b""
            if not payload:
                break
            if not source.try_send(payload, now):
                self._payload = payload
                break
            self._packets += 1
        far.taken()
        far.inbound.idle = True  # the next push is told, whether something waits or not

    def _transmit(self) -> None:
        """Give packets to the system."""
        unsent = self._unsent
        unsent.extend(self._source.packets_to_send())
        if unsent:
            self._octets[0] += self.listener.send(unsent)

    def _arm(self, now: float) -> None:
        """Keep one timer for whatever is next."""
        deadline = self._source.next_timeout()
        if self._unsent:
            deadline = now + RETRY
        elif self._payload:
            deadline = min(deadline, max(now + PACE, self._source.ready_at(self._payload)))
        if self.state is State.REPAIRING:
            deadline = min(deadline, self._quiet_at)
        timer = self._timer
        if timer is not None:
            if timer.deadline <= deadline:
                return  # it fires early, finds nothing to do and is armed again
            timer.cancel()
        self._timer = self.core.timers.schedule(deadline, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        now = monotonic()
        if self.state is State.REPAIRING and now >= self._quiet_at:
            self.close()
            return
        self._source.handle_timeout(now)
        self._go_on(now)

    # -- receivers -----------------------------------------------------------------------------

    def on_packets(self, sock: PacketSocket, *, is_own: bool) -> None:
        """Receivers have said something."""
        now = monotonic()
        for packets, _ in sock.receive():  # not all, or a flood of them would never end
            for octets in packets:
                self._octets[1] += len(octets)
                self._hear(octets, now, is_own=is_own)
        self._go_on(now)

    def _hear(self, octets: bytes, now: float, *, is_own: bool) -> None:
        try:
            packet = decode(octets)
        except RemoteProtocolError:
            return
        if self._source.is_for_us(packet):
            self._source.receive(packet, now)
            if packet.kind is Kind.NAK:
                self._quiet_at = now + REPAIR_TIME
        elif is_own and packet.kind in UPSTREAM and self.listener.shares_ports:
            # The system gives it to one of those who share the port: another publisher of
            # this machine is meant, who has no other way to learn of it.
            group = packet.group if packet.group.is_multicast else self.listener.place.group
            self.listener.send_here(octets, str(group))

    # -- what others ask about a peer ----------------------------------------------------------

    @property
    def is_ready(self) -> bool:
        """Whether what is pushed is sent: always."""
        return True

    @property
    def unsent(self) -> int:
        """How many messages wait to be sent; one that has begun counts."""
        return len(self._far.inbound.items) + bool(self._payload or self._slicer.has_rest or self._unsent)

    @property
    def wire_octets(self) -> tuple[int, int]:
        """Octets of packets sent and received."""
        out, back = self._octets
        return out, back

    @property
    def multicast(self) -> MulticastStats:
        """What there is to tell of the session."""
        source = self._source
        return engine.records.MulticastStats(
            session=str(self.tsi),
            packets=self._packets,
            asked=source.complaints,
            repaired=source.repaired,
            rate=self.settings.rate * OCTETS,
        )

    def set_hwm(self, pipe: Pipe, sndhwm: int, rcvhwm: int) -> None:
        """Change the marks of the pipe."""
        pipe.outbound.set_hwm(sndhwm)
        pipe.inbound.set_hwm(rcvhwm)

    # -- the end -------------------------------------------------------------------------------

    def _await_complaints(self, now: float) -> None:
        """All is sent; wait whether somebody has missed the last of it."""
        if not self._packets:
            self.close()
            return
        self._move(State.REPAIRING)
        self._quiet_at = now + REPAIR_TIME
        if self._linger_timer is None:  # LINGER is for ever; whoever complains for ever shall not keep us
            most = max(REPAIR_TIME, self.settings.recovery_ivl / 1000)
            self._linger_timer = self.core.timers.schedule(now + most, self.close)

    def stop(self) -> None:
        """Leave the socket; send what it has pushed, and again what is missed, for LINGER at most."""
        if self.state is not State.OPEN:
            return
        self.core.detach(self.pipe)
        linger = self.core.settings.linger
        if linger == 0:
            self.close()
            return
        now = monotonic()
        if linger > 0:
            self._linger_timer = self.core.timers.schedule(now + linger / 1000, self.close)
        self._move(State.DRAINING)
        self._go_on(now)

    def close(self) -> None:
        """Say good-bye and end at once; what waits is dropped. Idempotent."""
        if self.state is State.CLOSED:
            return
        if self.state is State.OPEN:
            self.core.detach(self.pipe)
        self._move(State.CLOSED)
        for timer in (self._timer, self._linger_timer):
            if timer is not None:
                timer.cancel()
        self.core.lost += self.unsent
        self._source.finish(monotonic())
        self._transmit()
        for ear in self._ears:
            self.core.poller.unregister(ear.sock.fileno())
        self.listener.close()
        self._far.close()
        self.core.on_task_done(self)

    def _move(self, state: State) -> None:
        assert state in STATES[self.state], (self.state, state)
        self.state = state


class Ear:
    """Hears what receivers say to us alone, or to all."""

    __slots__ = ("_is_own", "_publisher", "sock")

    def __init__(self, publisher: GroupPublisher, sock: PacketSocket, *, is_own: bool) -> None:
        self._publisher = publisher
        self.sock = sock
        self._is_own = is_own

    def on_ready(self, ready: int) -> None:
        """There are packets."""
        if self.sock.fileno() >= 0:
            self._publisher.on_packets(self.sock, is_own=self._is_own)


def new_port(other: int) -> int:
    """Return a random port for the data of a session, which differs from that of the endpoint."""
    port = 1 + getrandbits(16) % 0xFFFE
    return port if port != other else port + 1
