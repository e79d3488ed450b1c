"""What a socket can tell about itself and its peers."""

from __future__ import annotations

from typing import NamedTuple


class MulticastStats(NamedTuple):
    """A session of multicast: that of a publisher, or of one source that a subscriber hears.

    Attributes:
        session: What the publisher calls itself on the wire: a random number and a port.
        packets: Packets with data that were sent, or received, each counted once.
        asked: How often a packet was asked for again, as this side has heard or said.
        repaired: Packets that were sent again, or came only when asked for.
        missing: Packets that a subscriber waits for now.
        lost: Packets that never came; messages in them are lost.
        duplicates: Packets that came more than once.
        torn: Messages of which a part was lost, and the rest dropped.
        malformed: Payloads that made no sense, or had a frame larger than MAXMSGSIZE.
        rate: Octets a second that a publisher may send; 0 for a subscriber.
    """

    session: str
    packets: int
    asked: int
    repaired: int
    missing: int = 0
    lost: int = 0
    duplicates: int = 0
    torn: int = 0
    malformed: int = 0
    rate: int = 0


class DatagramStats(NamedTuple):
    """What went over one endpoint of udp; a message is a datagram.

    Attributes:
        sent: What the system has taken. It may be lost on the way, and nobody is told.
        received: What was given to the socket.
        malformed: What came and was no message: dropped.
        unfit: Messages that could not be sent, and were dropped: larger than a datagram may be,
            or, of a DGRAM, to an address that is none.
        refused: What the system would not send, and was dropped: no route, or no right to.
        overflowed: What came while the socket and the system had no room, and was dropped; only Linux
            tells, 0 elsewhere.
    """

    sent: int
    received: int
    malformed: int
    unfit: int
    refused: int
    overflowed: int


class PeerStats(NamedTuple):
    """One peer of a socket, at the moment of asking.

    Attributes:
        endpoint: Where it is: what was connected to, or the address it came from.
        routing_id: What it calls itself, or what the socket calls it; often empty.
        state: "ready", or "connecting" while there is nobody at the other end.
        socket_type: Its type, "" when it has not said.
        messages_in, octets_in: Received from it so far; messages taken by the application
            or waiting for it, payload octets over inproc and octets of the wire elsewhere.
        messages_out, octets_out: Sent to it so far.
        queued_in: Messages that wait for the application.
        queued_out: Messages that wait to be sent.
        dropped: Messages for this peer that were dropped by contract.
        last_heard: Seconds since anything came from it; None if never, and over inproc.
        multicast: More of a peer over epgm and pgm, where a publisher has its group for a peer,
            and a subscriber each source; None elsewhere.
        datagrams: More of an endpoint of udp, which stands for a peer; None elsewhere.
    """

    endpoint: str
    routing_id: bytes
    state: str
    socket_type: str
    messages_in: int
    messages_out: int
    octets_in: int
    octets_out: int
    queued_in: int
    queued_out: int
    dropped: int
    last_heard: float | None
    multicast: MulticastStats | None = None
    datagrams: DatagramStats | None = None


class SocketStats(NamedTuple):
    """A socket, at the moment of asking.

    Attributes:
        messages_in, messages_out, octets_in, octets_out: Totals, peers that left included.
        queued_in, queued_out: Messages that wait now.
        dropped: Messages that were dropped by contract: no peer, no room, no such address,
            or sent by somebody the socket type does not listen to.
        lost: Messages that were dropped with the connection or endpoint they waited in.
        peers: One entry for each peer that is there or expected.
    """

    messages_in: int
    messages_out: int
    octets_in: int
    octets_out: int
    queued_in: int
    queued_out: int
    dropped: int
    lost: int
    peers: tuple[PeerStats, ...]
