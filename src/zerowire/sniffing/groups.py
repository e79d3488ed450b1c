"""What publishers say to groups: PGM, by itself or within UDP (pgm and epgm).

A receiver of ours listens as a member of each group would, but what it would have to say is dropped:
whether something that is missing comes again, the others see to.
"""

from __future__ import annotations

from ipaddress import ip_address

from zerowire.error import RemoteProtocolError
from zerowire.leaf.checksum import checksum
from zerowire.message import Message, frames_of
from zerowire.pgm.packet import RIGHT, UPSTREAM, Kind, Packet, Tsi, decode
from zerowire.pgm.receive_window import Loss
from zerowire.pgm.receiver import Receiver
from zerowire.sniffing.packet import Parcel
from zerowire.sniffing.seen import Seen
from zerowire.zmtp.multicast import Assembler

WINDOW = 4096  # packets of a source that are kept while others are missing
MAX_GROUPS = 256
MAX_LOOKS = 10_000  # at what is due, at the end


class Session:
    """One group and port, and the messages of its sources."""

    def __init__(self, target: str, group: str, port: int) -> None:
        self._target = target
        self._receiver = Receiver(port, ip_address(group), window=WINDOW, random=lambda: 1.0)
        self._assemblers: dict[Tsi, Assembler] = {}
        self._names: dict[Tsi, str] = {}

    def accept(self, packet: Packet, parcel: Parcel) -> list[Seen]:
        """Return what a packet brings."""
        self._names[packet.tsi] = parcel.source
        self._receiver.handle_timeout(parcel.time)
        self._receiver.receive(packet, parcel.source, parcel.time)
        return self._taken(parcel.time)

    def end(self, time: float) -> list[Seen]:
        """Return what is left when nothing more will come."""
        seen = []
        for _ in range(MAX_LOOKS):
            due = self._receiver.next_timeout()
            if due is None or not any(heard.window.is_waiting for heard in self._receiver.sources.values()):
                break
            self._receiver.handle_timeout(due)
            seen += self._taken(time)
        return seen

    def _taken(self, time: float) -> list[Seen]:
        self._receiver.packets_to_send()  # nobody will hear it
        return [each for tsi, what in self._receiver.take() for each in self._told(tsi, what, time)]

    def _told(self, tsi: Tsi, what: list[bytes | Loss], time: float) -> list[Seen]:
        assembler = self._assemblers.setdefault(tsi, Assembler())
        name, seen = self._names.get(tsi, str(tsi)), []
        for each in what:
            messages: list[Message] = []
            if isinstance(each, Loss):
                assembler.lose()
                seen.append(Seen(time, name, self._target, "lost", {"packets": each.packets}))
                continue
            try:
                assembler.receive(each, messages)
            except RemoteProtocolError as error:
                assembler.lose()
                seen.append(Seen(time, name, self._target, "broken", {"reason": str(error)}))
            for message in messages:
                frames = [bytes(frame) for frame in frames_of(message)]
                seen.append(Seen(time, name, self._target, "message", {"frames": frames}))
        return seen


class Groups:
    """All groups in a capture."""

    def __init__(self) -> None:
        self.parcels = 0  # that were PGM
        self._sessions: dict[tuple[str, int], Session] = {}
        self._time = 0.0

    def accept(self, parcel: Parcel) -> list[Seen]:
        """Return what a parcel brings; nothing if it is no PGM."""
        try:
            packet = decode(parcel.octets)
        except RemoteProtocolError:
            return []
        if parcel.ports and checksum(parcel.octets) != RIGHT:
            return []  # some other protocol within UDP that only looks like it
        self._time = parcel.time
        self.parcels += 1
        seen = [] if packet.kind is Kind.ODATA else [Seen(parcel.time, *parcel[1:3], "pgm", facts_of(packet))]
        if packet.kind not in UPSTREAM:
            seen += self._session(parcel, packet.port).accept(packet, parcel)
        return seen

    def end(self) -> list[Seen]:
        """Return what is left when nothing more will come."""
        return [seen for session in self._sessions.values() for seen in session.end(self._time)]

    def _session(self, parcel: Parcel, port: int) -> Session:
        key = parcel.target, port
        if key not in self._sessions:
            if len(self._sessions) >= MAX_GROUPS:
                del self._sessions[next(iter(self._sessions))]
            self._sessions[key] = Session(parcel.target, host_of(parcel), port)
        return self._sessions[key]


def host_of(parcel: Parcel) -> str:
    """Return the address that a parcel went to, without a port."""
    return parcel.target.rpartition(":")[0].strip("[]") if parcel.ports else parcel.target


def facts_of(packet: Packet) -> dict[str, object]:
    """Return what a packet says that carries no new data."""
    facts: dict[str, object] = {"packet": packet.kind.name, "session": str(packet.tsi)}
    if packet.kind is Kind.SPM:
        return {**facts, "first": packet.trail, "last": packet.lead}
    if packet.kind is Kind.SPMR:
        return facts
    return {**facts, "numbers": [packet.sequence, *packet.others]}
