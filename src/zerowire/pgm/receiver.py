"""The receiving side: all sources that are heard, each with its window.

What receivers have to say goes to one address: a NAK to where the source listens, a question
for a SPM (SPMR) to the group and to where the source was heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from zerowire.pgm.packet import MOST_IN_LIST, Address, Kind, Packet, Tsi, encode
from zerowire.pgm.receive_window import Loss, ReceiveWindow
from zerowire.pgm.serial import add

SPMR_TIME = 0.025  # seconds to wait for a SPM before asking for one
SPMR_AGAIN = 0.5
PEER_LIFE = 300.0  # seconds of silence after which a source is forgotten
MOST_PEERS = 256  # sources at a time


class Received(NamedTuple):
    """A payload, or a loss, of one source."""

    tsi: Tsi
    what: bytes | Loss


class _Peer:
    """One source, as it is heard."""

    __slots__ = ("ask_at", "expires", "heard_at", "path", "spm_number", "window")

    def __init__(self, window: ReceiveWindow, heard_at: Address, now: float) -> None:
        self.window = window
        self.heard_at = heard_at
        self.path: Address | None = None  # where it listens, known from a SPM
        self.spm_number = 0
        self.ask_at: float | None = now + SPMR_TIME
        self.expires = now + PEER_LIFE


class Receiver:
    """What one subscriber hears of a group."""

    __slots__ = ("_group", "_outbox", "_peers", "_port", "_random", "_window", "complaints", "lost")

    def __init__(self, port: int, group: Address, *, window: int, random: Callable[[], float]) -> None:
        """Begin to listen.

        Args:
            port: The port of the session.
            group: Where data is sent; NAKs name it.
            window: Packets of each source to keep while others are missing.
            random: Returns numbers from 0 to 1.
        """
        self._port = port
        self._group = group
        self._window = window
        self._random = random
        self._peers: dict[Tsi, _Peer] = {}
        self._outbox: list[tuple[Address, bytes]] = []
        self.complaints = self.lost = 0

    @property
    def sources(self) -> dict[Tsi, ReceiveWindow]:
        """The windows of those who were heard."""
        return {tsi: peer.window for tsi, peer in self._peers.items()}

    # -- packets -------------------------------------------------------------------------------

    def receive(self, packet: Packet, heard_at: Address, now: float) -> None:
        """Accept a packet; what it brings is there to be taken.

        Args:
            packet: What came.
            heard_at: The address that it came from.
            now: The time.
        """
        if packet.port != self._port or packet.fragment is not None:
            return
        peer = self._peers.get(packet.tsi)
        if packet.kind in (Kind.ODATA, Kind.RDATA):
            peer = peer or self._meet(packet.tsi, packet.sequence, heard_at, now)
            if peer is not None:
                peer.expires = now + PEER_LIFE
                peer.window.on_data(packet.sequence, packet.trail, packet.data, now)
        elif packet.kind is Kind.SPM:
            peer = peer or self._meet(packet.tsi, add(packet.lead, 1), heard_at, now)
            if peer is not None:
                peer.expires = now + PEER_LIFE
                peer.path, peer.ask_at = packet.path, None
                peer.window.on_window(packet.trail, packet.lead, now)
        elif packet.kind is Kind.NCF and peer is not None and packet.group == self._group:
            peer.window.on_confirmed((packet.sequence, *packet.others), now)

    def _meet(self, tsi: Tsi, first: int, heard_at: Address, now: float) -> _Peer | None:
        """Begin to hear a source: what it sent before is not for us."""
        if len(self._peers) >= MOST_PEERS:
            self._forget_silent(now)
            if len(self._peers) >= MOST_PEERS:
                return None
        peer = self._peers[tsi] = _Peer(ReceiveWindow(first, self._window, self._random), heard_at, now)
        return peer

    def _forget_silent(self, now: float) -> None:
        for tsi in [tsi for tsi, peer in self._peers.items() if peer.expires <= now]:
            del self._peers[tsi]

    def take(self) -> Iterator[Received]:
        """Yield what has come of all sources, in the order of each."""
        for tsi, peer in self._peers.items():
            while (what := peer.window.take()) is not None:
                if isinstance(what, Loss):
                    self.lost += what.packets
                yield Received(tsi, what)

    def packets_to_send(self) -> list[tuple[Address, bytes]]:
        """Return what is to be sent, and to whom."""
        packets = self._outbox
        self._outbox = []
        return packets

    # -- time ----------------------------------------------------------------------------------

    def next_timeout(self) -> float | None:
        """Return when handle_timeout() must be called, None if never."""
        return min(self._deadlines(), default=None)

    def _deadlines(self) -> Iterator[float]:
        for peer in self._peers.values():
            yield peer.expires
            if peer.ask_at is not None:
                yield peer.ask_at
            due = peer.window.next_timeout()
            if due is not None:
                yield due

    def handle_timeout(self, now: float) -> None:
        """Do what is due: ask for what is missing, for SPMs, forget who is silent."""
        self._forget_silent(now)
        for tsi, peer in self._peers.items():
            if peer.ask_at is not None and peer.ask_at <= now:
                peer.ask_at = now + SPMR_AGAIN
                question = encode(Packet(Kind.SPMR, tsi, self._port))
                self._outbox += [(self._group, question), (peer.heard_at, question)]
            wanted = peer.window.handle_timeout(now)
            if peer.path is not None:
                self._complain(tsi, peer.path, wanted)

    def _complain(self, tsi: Tsi, path: Address, wanted: list[int]) -> None:
        """Ask a source for what is missing. Without a path the back-off goes round once more."""
        self.complaints += len(wanted)
        for start in range(0, len(wanted), MOST_IN_LIST + 1):
            number, *others = wanted[start : start + MOST_IN_LIST + 1]
            nak = Packet(
                Kind.NAK,
                tsi,
                self._port,
                sequence=number,
                path=path,
                group=self._group,
                others=tuple(others),
            )
            self._outbox.append((path, encode(nak)))
