"""The sending side of a session: numbers, repairs, and the heartbeat that lets gaps be seen.

What the source wants to say it leaves in packets_to_send(); the owner sends it to the group.
Data is limited to a rate; repairs have a limit of their own, so that a flood of complaints
costs no more than that.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from zerowire.pgm.packet import Address, Kind, Packet, Tsi, encode, encode_data
from zerowire.pgm.serial import add, distance
from zerowire.pgm.token_bucket import TokenBucket
from zerowire.pgm.transmit_window import TransmitWindow

# Seconds after data, or a repair, at which a SPM tells where the window ends: those of libzmq.
HEARTBEATS = (0.1, 0.2, 0.3, 0.4, 0.5, 1.8, 8.8, 24.8)
AMBIENT = 1.0  # seconds between SPMs while data flows: RFC 3208, section 5.1.6
AMBIENT_IDLE = 30.0  # and when the heartbeats are over
AT_FIRST = AT_LAST = 3  # SPMs at the beginning and at the end
ANSWER_TIME = 0.1  # seconds between answers to SPMR
MOST_REPAIRS = 4096  # numbers that wait to be sent again
REPAIR_BURST = 0.1  # seconds of the rate that repairs may use at once
DATA_HEADER = 24  # octets
NAK_SIZE = 40  # octets more, about


class Limits(NamedTuple):
    """How a source keeps within its means.

    Attributes:
        rate: Octets a second, of data and again of repairs.
        burst: Octets of data at once.
        window: Octets to keep for repairs.
        overhead: Octets that the network adds to each packet, which count as well.
    """

    rate: float
    burst: float
    window: int
    overhead: int = 28


class Source:
    """What one publisher is to the group.

    Attributes:
        window: What can be sent again.
        complaints: How many numbers were asked for.
        repaired: How many packets were sent again.
    """

    __slots__ = (
        "_ambient_at",
        "_answered",
        "_beat",
        "_bucket",
        "_heartbeat_at",
        "_last_data",
        "_last_spm",
        "_outbox",
        "_overhead",
        "_path",
        "_port",
        "_repair_bucket",
        "_repairs",
        "_spm_number",
        "_tsi",
        "_wanted",
        "complaints",
        "repaired",
        "window",
    )

    def __init__(
        self,
        tsi: Tsi,
        port: int,
        path: Address,
        *,
        limits: Limits,
        now: float,
        first: int = 0,
    ) -> None:
        """Begin a session.

        Args:
            tsi: Who we are: random, so that a restart is somebody else.
            port: The port of the session.
            path: Where complaints are heard.
            limits: Rate and window.
            now: The time.
            first: The number of the first packet.
        """
        self._tsi = tsi
        self._port = port
        self._path = path
        self._overhead = limits.overhead + DATA_HEADER
        self._bucket = TokenBucket(limits.rate, limits.burst, now)
        self._repair_bucket = TokenBucket(limits.rate, max(limits.burst, limits.rate * REPAIR_BURST), now)
        self._repairs: deque[int] = deque()
        self._wanted: set[int] = set()  # the same numbers
        self._outbox: list[bytes] = []
        self._spm_number = 0
        self._answered = now - ANSWER_TIME
        self._last_data = now
        self._beat = len(HEARTBEATS)  # the next of them
        self._heartbeat_at: float | None = None
        self.window = TransmitWindow(limits.window, first)
        self.complaints = self.repaired = 0
        for _ in range(AT_FIRST):
            self._say_window(now)

    # -- data ----------------------------------------------------------------------------------

    def try_send(self, data: bytes, now: float) -> bool:
        """Send a payload to the group; False if the rate does not allow it yet."""
        if not self._bucket.take(len(data) + self._overhead, now):
            return False
        trail = self.window.trail
        number = self.window.append(data)
        self._outbox.append(encode_data(Kind.ODATA, self._tsi, self._port, number, trail, data))
        self._quicken(now)
        return True

    def ready_at(self, data: bytes) -> float:
        """Return when try_send() will succeed."""
        return self._bucket.ready_at(len(data) + self._overhead)

    def packets_to_send(self) -> list[bytes]:
        """Return what is to be sent to the group now."""
        packets = self._outbox
        self._outbox = []
        return packets

    # -- from receivers ------------------------------------------------------------------------

    def is_for_us(self, packet: Packet) -> bool:
        """Whether a packet is about this session."""
        return packet.tsi == self._tsi and packet.port == self._port

    def receive(self, packet: Packet, now: float) -> None:
        """Accept a packet that is about this session: NAK and SPMR; others are ignored."""
        if not self.is_for_us(packet):
            return
        if packet.kind is Kind.SPMR:
            self._answer(now)
        elif packet.kind is Kind.NAK:
            self._on_complaint(packet, now)

    def _answer(self, now: float) -> None:
        """Tell what the window holds, but not for everybody who asks."""
        if now - self._answered >= ANSWER_TIME:
            self._answered = now
            self._say_window(now)

    def _on_complaint(self, nak: Packet, now: float) -> None:
        numbers = (nak.sequence, *nak.others)
        self.complaints += len(numbers)
        window = self.window
        there = [number for number in numbers if window.find(number) is not None]
        if any(distance(number, window.trail) > 0 for number in numbers):
            self._answer(now)  # so that nobody waits for what is gone
        room = MOST_REPAIRS - len(self._repairs)
        wanted = [number for number in there if number not in self._wanted][:room]
        self._repairs.extend(wanted)
        self._wanted.update(wanted)
        if there and self._repair_bucket.take(self._overhead + NAK_SIZE, now):
            self._confirm(there, nak)
        self._repair(now)

    def _confirm(self, numbers: list[int], nak: Packet) -> None:
        """Say that these numbers will be sent again, so that nobody else asks for them.

        Addresses are those of the NAK: a receiver of several groups knows us by one of them.
        """
        packet = Packet(
            Kind.NCF,
            self._tsi,
            self._port,
            sequence=numbers[0],
            path=nak.path,
            group=nak.group,
            others=tuple(numbers[1:]),
        )
        self._outbox.append(encode(packet))

    def _repair(self, now: float) -> None:
        """Send again what was asked for, as far as the limit allows."""
        while self._repairs:
            number = self._repairs[0]
            data = self.window.find(number)
            if data is not None:
                if not self._repair_bucket.take(len(data) + self._overhead, now):
                    return
                trail = self.window.trail
                self._outbox.append(encode_data(Kind.RDATA, self._tsi, self._port, number, trail, data))
                self.repaired += 1
                self._quicken(now)  # a receiver of libzmq may not look at it before another packet comes
            self._repairs.popleft()
            self._wanted.discard(number)

    # -- heartbeat -----------------------------------------------------------------------------

    def _quicken(self, now: float) -> None:
        """Begin the heartbeats anew, as there was data."""
        self._last_data = now
        self._beat = 0
        self._heartbeat_at = now + HEARTBEATS[0]
        self._ambient_at = self._last_spm + AMBIENT

    def next_timeout(self) -> float:
        """Return when handle_timeout() must be called."""
        due = self._ambient_at
        if self._heartbeat_at is not None:
            due = min(due, self._heartbeat_at)
        if self._repairs:
            data = self.window.find(self._repairs[0]) or b""
            due = min(due, self._repair_bucket.ready_at(len(data) + self._overhead))
        return due

    def handle_timeout(self, now: float) -> None:
        """Do what is due: a SPM, repairs."""
        is_beat = self._heartbeat_at is not None and self._heartbeat_at <= now
        if is_beat or self._ambient_at <= now:
            self._say_window(now)
        if is_beat:
            self._heartbeat_at = self._next_beat(now)
        self._repair(now)

    def _next_beat(self, now: float) -> float | None:
        """Return when the next heartbeat is; None when they are over."""
        while self._beat < len(HEARTBEATS):
            beat = self._last_data + HEARTBEATS[self._beat]
            if beat > now:
                return beat
            self._beat += 1
        return None

    def finish(self, now: float) -> None:
        """Say good-bye."""
        for _ in range(AT_LAST):
            self._say_window(now, fin=True)

    def _say_window(self, now: float, *, fin: bool = False) -> None:
        window = self.window
        packet = Packet(
            Kind.SPM,
            self._tsi,
            self._port,
            sequence=self._spm_number,
            trail=window.trail,
            lead=window.lead,
            path=self._path,
        )
        packet.fin = fin
        self._spm_number = add(self._spm_number, 1)
        self._outbox.append(encode(packet))
        self._last_spm = now
        self._ambient_at = now + AMBIENT_IDLE
