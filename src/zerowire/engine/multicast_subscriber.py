"""The sources of a group: each has a pipe, into which go the messages that arrive whole."""

from __future__ import annotations

from collections import deque
from random import random
from time import monotonic
from typing import TYPE_CHECKING

from zerowire import engine
from zerowire.constants import Event
from zerowire.engine.outbox import take
from zerowire.error import RemoteProtocolError
from zerowire.message import Message
from zerowire.options import Settings
from zerowire.pgm.packet import Address, Tsi
from zerowire.pgm.receive_window import Loss, ReceiveWindow
from zerowire.pgm.receiver import Heard, Receiver
from zerowire.reactor.poller import READABLE
from zerowire.reactor.timers import Timer
from zerowire.routing.pipe import Pipe
from zerowire.transport.pgm_packets import PacketSocket
from zerowire.transport.pgm_sockets import Channel
from zerowire.zmtp.multicast import Assembler

if TYPE_CHECKING:
    from zerowire.engine.records import MulticastStats
    from zerowire.engine.socket import SocketCore

MOST_HEARD = 512  # packets at once, before others have their turn
LEAST_WINDOW = 4096  # packets; so a source that is faster than we were told can repair, too


class GroupSource:
    """One source of a group, as a SUB or XSUB has it: a pipe that is filled from outside."""

    link = None

    def __init__(self, subscriber: GroupSubscriber, tsi: Tsi, heard: Heard) -> None:
        core = subscriber.core
        self._subscriber = subscriber
        self._heard = heard
        self._tsi = tsi
        self._assembler = Assembler(subscriber.settings.maxmsgsize)
        self._waiting: deque[Message] = deque()  # for room in the pipe
        self._octets = self._malformed = self._torn = 0
        self.pipe, self._far = core.make_pipe(subscriber.settings, self)
        host = f"[{heard.place}]" if ":" in heard.place else heard.place
        self.pipe.endpoint = f"{subscriber.scheme}://{host}:{subscriber.port}"
        self.pipe.routing_id = tsi.gsi + tsi.port.to_bytes(2, "big")
        self.pipe.metadata = {"Peer-Address": heard.place}
        core.attach(self.pipe, self)

    def accept(self, batch: list[bytes | Loss]) -> None:
        """Take payloads, and note that some will never come."""
        messages: list[Message] = []
        assembler = self._assembler
        for what in batch:
            if isinstance(what, Loss):
                self._lose(what.packets)
                continue
            self._octets += len(what)
            try:
                assembler.receive(what, messages)
            except RemoteProtocolError:
                self._malformed += 1
        if messages:
            self._push(messages)

    def _lose(self, packets: int) -> None:
        """So many packets will never come, and neither will the messages in them."""
        self._torn += self._assembler.lose()
        subscriber, remote = self._subscriber, self.pipe.endpoint
        subscriber.core.emit(Event.PACKETS_LOST, packets, remote, local=subscriber.endpoint, remote=remote)

    def _push(self, messages: list[Message]) -> None:
        """Give the socket messages, or keep them until there is room."""
        waiting, queue = self._waiting, self._far.outbound
        if waiting or queue.shut or 0 < queue.hwm < len(queue.items) + len(messages):
            waiting.extend(messages)
            self._push_waiting()
        else:
            queue.items.extend(messages)
            self._far.announce(len(messages))

    def _push_waiting(self) -> None:
        """Give the socket what there is room for."""
        waiting, queue = self._waiting, self._far.outbound
        count = len(waiting)
        if queue.hwm:
            count = min(count, queue.hwm - len(queue.items))
        if queue.shut or count <= 0:
            return
        for _ in range(count):
            queue.items.append(waiting.popleft())
        self._far.announce(count)

    @property
    def is_full(self) -> bool:
        """Whether messages wait for room."""
        return bool(self._waiting)

    # -- the pipe's observer -------------------------------------------------------------------

    def on_readable(self, pipe: Pipe) -> None:
        """The socket subscribes: which is its own affair, as nobody could be told (PGM-3)."""
        take(pipe, len(pipe.inbound.items))
        pipe.inbound.idle = True

    def on_writable(self, pipe: Pipe) -> None:
        """The socket has taken messages."""
        self._push_waiting()
        self._subscriber.on_room()

    def on_closed(self, pipe: Pipe) -> None:
        """The socket gave the pipe up; leave() says the rest."""

    # -- what others ask about a peer ----------------------------------------------------------

    @property
    def is_ready(self) -> bool:
        """Whether it has been heard: always."""
        return True

    @property
    def wire_octets(self) -> tuple[int, int]:
        """Nothing, and octets of payloads."""
        return 0, self._octets

    @property
    def last_heard(self) -> float:
        """When its last packet came."""
        return self._heard.heard_at

    @property
    def multicast(self) -> MulticastStats:
        """What there is to tell of the session."""
        window: ReceiveWindow = self._heard.window
        return engine.records.MulticastStats(
            session=str(self._tsi),
            packets=window.received,
            asked=window.asked,
            repaired=window.repaired,
            missing=window.missing,
            lost=window.lost,
            duplicates=window.duplicates,
            torn=self._torn,
            malformed=self._malformed,
        )

    def set_hwm(self, pipe: Pipe, sndhwm: int, rcvhwm: int) -> None:
        """Change the marks of the pipe."""
        pipe.outbound.set_hwm(sndhwm)
        pipe.inbound.set_hwm(rcvhwm)

    def leave(self) -> None:
        """Take the pipe from the socket, which can still receive what waits in it."""
        self._subscriber.core.detach(self.pipe)
        self._subscriber.core.lost += len(self._waiting)
        self._far.close()


class Ear:
    """Hears one group."""

    def __init__(self, subscriber: GroupSubscriber, sock: PacketSocket, group: Address) -> None:
        settings = subscriber.settings
        window = settings.recovery_ivl * (settings.rate // 8) // settings.multicast_maxtpdu
        self._subscriber = subscriber
        self.sock = sock
        self.receiver = Receiver(subscriber.port, group, window=max(window, LEAST_WINDOW), random=random)
        self.sources: dict[Tsi, GroupSource] = {}

    def on_ready(self, ready: int) -> None:
        """There are packets."""
        if self.sock.fileno() < 0:
            return
        now = monotonic()
        left = MOST_HEARD
        while left > 0 and (found := self.sock.receive()):
            for packets, place in found:
                left -= len(packets)
                self._hear(packets, place, now)
        self.deliver()
        self._subscriber.go_on()

    def _hear(self, packets: list[bytes], place: str, now: float) -> None:
        receiver = self.receiver
        for octets in packets:
            try:
                receiver.hear(octets, place, now)
            except RemoteProtocolError:
                self._subscriber.malformed += 1

    def deliver(self) -> None:
        """Give sources what has come of them; meet new ones, and let those go that are silent."""
        heard, sources = self.receiver.sources, self.sources
        if heard.keys() != sources.keys():
            for tsi in heard.keys() - sources.keys():
                sources[tsi] = GroupSource(self._subscriber, tsi, heard[tsi])
        for tsi, batch in self.receiver.take():
            sources[tsi].accept(batch)
        if len(sources) > len(heard):
            for tsi in sources.keys() - heard.keys():
                sources.pop(tsi).leave()


class GroupSubscriber:
    """Listens to the sources of one endpoint's groups."""

    unsent = 0  # it has nothing to send

    def __init__(self, core: SocketCore, endpoint: str, channel: Channel, settings: Settings) -> None:
        self.core = core
        self.endpoint = endpoint
        self.settings = settings
        self.scheme = endpoint.partition("://")[0]
        self.port = channel.place.port
        self.listener = channel  # for whoever closes what a forked child has inherited
        self.malformed = 0  # packets that are none
        self._ears = [Ear(self, sock, group) for sock, group in channel.ears if group is not None]
        self._timer: Timer | None = None
        self._is_reading = False

    def start(self) -> None:
        """Begin to listen."""
        self._resume()

    def _resume(self) -> None:
        self._is_reading = True
        now = monotonic()
        for ear in self._ears:
            ear.receiver.listen_again(now)
            self.core.poller.register(ear.sock.fileno(), READABLE, ear)
        self._arm()

    def _pause(self) -> None:
        """Read no more, and ask for nothing that may be waiting unread."""
        self._is_reading = False
        for ear in self._ears:
            self.core.poller.unregister(ear.sock.fileno())
        self._cancel_timer()

    def go_on(self) -> None:
        """Say what is to be said, and stop reading while the socket has no room (RCVHWM)."""
        for ear in self._ears:
            for host, packet in ear.receiver.packets_to_send():
                self.listener.send_to(packet, host)
        if not self._is_reading:
            return
        if self._is_full:
            self._pause()
        else:
            self._arm()

    def on_room(self) -> None:
        """The socket has taken messages."""
        if not self._is_reading and self.listener.is_open and not self._is_full:
            self._resume()

    @property
    def _is_full(self) -> bool:
        return any(source.is_full for ear in self._ears for source in ear.sources.values())

    # -- time ----------------------------------------------------------------------------------

    def _arm(self) -> None:
        """Keep one timer for whatever is next."""
        deadlines = [ear.receiver.next_timeout() for ear in self._ears]
        deadline = min((due for due in deadlines if due is not None), default=None)
        timer = self._timer
        if timer is not None:
            if deadline is not None and timer.deadline <= deadline:
                return  # it fires early, finds nothing to do and is armed again
            self._cancel_timer()
        if deadline is not None:
            self._timer = self.core.timers.schedule(deadline, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        now = monotonic()
        for ear in self._ears:
            ear.receiver.handle_timeout(now)
            ear.deliver()
        self.go_on()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # -- the end -------------------------------------------------------------------------------

    def stop(self) -> None:
        """Leave the group; what has come can still be received. Idempotent."""
        if not self.listener.is_open:
            return
        if self._is_reading:
            self._pause()
        self.listener.close()
        for ear in self._ears:
            for source in ear.sources.values():
                source.leave()
        self.core.on_task_done(self)

    close = stop
