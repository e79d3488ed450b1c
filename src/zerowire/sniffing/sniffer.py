"""What is said in a capture: on all connections of TCP, and to groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from zerowire.sniffing.capture import Packet
from zerowire.sniffing.conversation import Conversation
from zerowire.sniffing.groups import Groups
from zerowire.sniffing.packet import ACK, FIN, RST, SYN, Parcel, Segment, carried_in
from zerowire.sniffing.reassembly import Gap, Piece, Reassembly
from zerowire.sniffing.seen import Seen

MAX_CONNECTIONS = 4096  # that are followed at once; then the one that was seen first is forgotten


class Flow:
    """One connection of TCP, and the conversation on it."""

    def __init__(self, source: str, target: str, *, is_late: bool) -> None:
        self.conversation = Conversation(source, target, is_late=is_late)
        self.directions = Reassembly(), Reassembly()
        self.has_ended = [False, False]

    def side_of(self, segment: Segment) -> int:
        """Return who has sent a segment: who has opened the connection (0), or accepted it (1)."""
        return 0 if segment.source == self.conversation.names[0] else 1

    def accept(self, segment: Segment) -> None:
        """Note what a segment brings."""
        side, time = self.side_of(segment), segment.time
        if segment.acknowledged is not None:
            self._tell(1 - side, self.directions[1 - side].acknowledged(segment.acknowledged), time)
        if segment.flags & SYN:
            self.directions[side].start(segment.sequence)
        else:
            self._tell(side, self.directions[side].accept(segment.sequence, segment.payload), time)
        if segment.flags & (FIN | RST) and not self.has_ended[side]:
            self.has_ended[side] = True
            self.conversation.closed(side, "reset" if segment.flags & RST else "end", time)

    def end(self, time: float) -> None:
        """Note what waits behind gaps that will not be filled any more."""
        for side in (0, 1):
            self._tell(side, self.directions[side].end(), time)

    def _tell(self, side: int, pieces: list[Piece], time: float) -> None:
        for piece in pieces:
            if isinstance(piece, Gap):
                self.conversation.gap(side, int(piece), time)
            else:
                self.conversation.feed(side, piece, time)


class Sniffer:
    """Follows connections, and yields what is said on them.

    Args:
        ports: Follow only connections with one of these ports at either end; empty for all.
    """

    def __init__(self, ports: Iterable[int] = ()) -> None:
        self.connections = 0
        self.segments = 0
        self.repeated = 0  # of connections that are over
        self.out_of_order = 0
        self.missing = 0  # octets
        self.groups = Groups()
        self._ports = set(ports)
        self._flows: dict[frozenset[str], Flow] = {}
        self._time = 0.0

    def follow(self, packets: Iterable[Packet]) -> Iterator[Seen]:
        """Yield what is said in these packets, to their end."""
        for packet in packets:
            carried = carried_in(packet)
            if isinstance(carried, Segment) and self._is_wanted(map(port_of, carried[1:3])):
                yield from self.accept(carried)
            elif isinstance(carried, Parcel) and self._is_wanted(carried.ports):
                yield from self.groups.accept(carried)
        for key in list(self._flows):
            yield from self._end(key)
        yield from self.groups.end()

    def accept(self, segment: Segment) -> Iterator[Seen]:
        """Yield what a segment brings."""
        self.segments += 1
        self._time = segment.time
        key = frozenset((segment.source, segment.target))
        flow = self._flows.get(key)
        if flow is not None and segment.flags & SYN and not segment.flags & ACK and any(flow.has_ended):
            yield from self._end(key)  # the same two ports again
            flow = None
        if flow is None and not segment.payload and not segment.flags & SYN:
            return  # the last words of one that has ended, or of one that was never seen
        if flow is None:
            if len(self._flows) >= MAX_CONNECTIONS:
                yield from self._end(next(iter(self._flows)))
            flow = self._flows[key] = self._begin(segment)
        flow.accept(segment)
        yield from flow.conversation.seen()
        if segment.flags & RST or all(flow.has_ended):
            yield from self._end(key)

    def _is_wanted(self, ports: Iterable[int]) -> bool:
        return not self._ports or not self._ports.isdisjoint(ports)

    def _begin(self, segment: Segment) -> Flow:
        """Return a new flow; of two whose beginning was not seen, the lower port has accepted."""
        self.connections += 1
        source, target = segment.source, segment.target
        is_late = not segment.flags & SYN
        accepts = segment.flags & ACK and not is_late
        if accepts or (is_late and port_of(source) < port_of(target)):
            source, target = target, source
        flow = Flow(source, target, is_late=is_late)
        if not is_late:
            flow.conversation.opened(segment.time)
        return flow

    def _end(self, key: frozenset[str]) -> Iterator[Seen]:
        flow = self._flows.pop(key)
        flow.end(self._time)
        for direction in flow.directions:
            self.repeated += direction.repeated
            self.out_of_order += direction.out_of_order
            self.missing += direction.missing
        yield from flow.conversation.seen()


def port_of(end: str) -> int:
    """Return the port in address:port."""
    return int(end.rpartition(":")[2])
