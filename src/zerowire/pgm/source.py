"""The sending side of a session: numbers, repairs, and the heartbeat that lets gaps be seen.

What the source wants to say it leaves in packets_to_send(); the owner sends it to the group.
Data is limited to a rate; repairs have a limit of their own, so that a flood of complaints
costs no more than that.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from zerowire.pgm.packet import Address, Kind, Packet, Tsi, encode
from zerowire.pgm.token_bucket import TokenBucket
from zerowire.pgm.transmit_window import TransmitWindow

# Seconds after the last data at which a SPM tells where the window ends (those that libzmq keeps).
HEARTBEATS = (0.1, 0.2, 0.3, 0.4, 0.5, 1.8, 8.8, 24.8)
AMBIENT = 1.0  # seconds between SPMs whatever happens: RFC 3208, section 5.1.6
AT_FIRST = AT_LAST = 3  # SPMs at the beginning and at the end
ANSWER_TIME = 0.1  # seconds between answers to SPMR
MOST_REPAIRS = 4096  # numbers that wait to be sent again
REPAIR_BURST = 0.1  # seconds of the rate that repairs may use at once


class Limits(NamedTuple):
    """How a source keeps within its means.

    Attributes:
        rate: Octets a second, of data and again of repairs.
        burst: Octets of data at once.
        window: Packets to keep for repairs.
        overhead: Octets that the network adds to each packet, which count as well.
    """

    rate: float
    burst: float
    window: int
    overhead: int = 28


class Source:
    """What one publisher is to the group."""

    __slots__ = (
        "_answered",
        "_bucket",
        "_group",
        "_heartbeats",
        "_last_data",
        "_limits",
        "_next_spm",
        "_outbox",
        "_path",
        "_port",
        "_repair_bucket",
        "_repairs",
        "_spm_number",
        "_tsi",
        "complaints",
        "repaired",
        "window",
    )

    def __init__(
        self,
        tsi: Tsi,
        port: int,
        path: Address,
        group: Address,
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
            group: Where data goes.
            limits: Rate and window.
            now: The time.
            first: The number of the first packet.
        """
        self._tsi = tsi
        self._port = port
        self._path = path
        self._group = group
        self._limits = limits
        self._bucket = TokenBucket(limits.rate, limits.burst, now)
        self._repair_bucket = TokenBucket(limits.rate, max(limits.burst, limits.rate * REPAIR_BURST), now)
        self._repairs: deque[int] = deque()
        self._outbox: list[bytes] = []
        self._spm_number = 0
        self._answered = now - ANSWER_TIME
        self._last_data = now
        self._heartbeats = iter(HEARTBEATS)
        self.window = TransmitWindow(limits.window, first)
        self.complaints = self.repaired = 0
        for _ in range(AT_FIRST):
            self._say_window()
        self._next_spm = now + AMBIENT

    # -- data ----------------------------------------------------------------------------------

    def try_send(self, data: bytes, now: float) -> bool:
        """Send a payload to the group; False if the rate does not allow it yet."""
        size = len(data) + self._limits.overhead + 24
        if not self._bucket.take(size, now):
            return False
        trail = self.window.trail
        number = self.window.append(data)
        self._outbox.append(self._encode(Kind.ODATA, number, trail, data))
        self._last_data = now
        self._heartbeats = iter(HEARTBEATS)
        self._next_spm = min(self._next_spm, now + next(self._heartbeats))
        return True

    def ready_at(self, size: int) -> float:
        """Return when a payload of so many octets may be sent."""
        return self._bucket.ready_at(size + self._limits.overhead + 24)

    def packets_to_send(self) -> list[bytes]:
        """Return what is to be sent to the group now."""
        packets = self._outbox
        self._outbox = []
        return packets

    # -- from receivers ------------------------------------------------------------------------

    def receive(self, packet: Packet, now: float) -> None:
        """Accept a packet that is about this session: NAK and SPMR; others are ignored."""
        if packet.tsi != self._tsi or packet.port != self._port:
            return
        if packet.kind is Kind.SPMR:
            if now - self._answered >= ANSWER_TIME:
                self._answered = now
                self._say_window()
        elif packet.kind is Kind.NAK and packet.path == self._path and packet.group == self._group:
            self._on_complaint(packet, now)

    def _on_complaint(self, packet: Packet, now: float) -> None:
        numbers = [packet.sequence, *packet.others]
        self.complaints += len(numbers)
        wanted = [
            number
            for number in numbers
            if self.window.find(number) is not None and number not in self._repairs
        ]
        room = MOST_REPAIRS - len(self._repairs)
        self._repairs.extend(wanted[:room])
        if self._repair_bucket.take(self._limits.overhead + 36 + 4 * len(packet.others), now):
            self._outbox.append(
                encode(
                    Packet(
                        Kind.NCF,
                        self._tsi,
                        self._port,
                        sequence=packet.sequence,
                        path=self._path,
                        group=self._group,
                        others=packet.others,
                    )
                )
            )
        self._repair(now)

    def _repair(self, now: float) -> None:
        """Send again what was asked for, as far as the limit allows."""
        while self._repairs:
            data = self.window.find(self._repairs[0])
            if data is not None:
                if not self._repair_bucket.take(len(data) + self._limits.overhead + 24, now):
                    return
                self._outbox.append(self._encode(Kind.RDATA, self._repairs[0], self.window.trail, data))
                self.repaired += 1
            self._repairs.popleft()

    # -- heartbeat -----------------------------------------------------------------------------

    def next_timeout(self) -> float:
        """Return when handle_timeout() must be called."""
        if not self._repairs:
            return self._next_spm
        data = self.window.find(self._repairs[0]) or b""
        return min(self._next_spm, self._repair_bucket.ready_at(len(data) + self._limits.overhead + 24))

    def handle_timeout(self, now: float) -> None:
        """Do what is due: a SPM, repairs."""
        if now >= self._next_spm:
            self._say_window()
            self._next_spm = now + AMBIENT
            for pause in self._heartbeats:
                if self._last_data + pause > now:
                    self._next_spm = min(self._next_spm, self._last_data + pause)
                    break
        self._repair(now)

    def finish(self) -> None:
        """Say good-bye."""
        for _ in range(AT_LAST):
            self._say_window(fin=True)

    def _say_window(self, *, fin: bool = False) -> None:
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
        self._spm_number += 1
        self._outbox.append(encode(packet))

    def _encode(self, kind: Kind, number: int, trail: int, data: bytes) -> bytes:
        return encode(Packet(kind, self._tsi, self._port, sequence=number, trail=trail, data=data))
