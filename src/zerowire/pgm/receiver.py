"""The receiving side: all sources that are heard, each with its window.

What receivers have to say goes to one address: a NAK to where the source listens, a question
for a SPM (SPMR) to the group and to where the source was heard.
"""

from __future__ import annotations

from collections.abc import Callable

from zerowire.leaf.checksum import checksum
from zerowire.pgm.packet import (
    DATA_PACKET,
    MOST_IN_LIST,
    RIGHT,
    UPSTREAM,
    Address,
    Kind,
    Packet,
    Tsi,
    decode,
    encode,
)
from zerowire.pgm.receive_window import Loss, ReceiveWindow
from zerowire.pgm.serial import add

SPMR_TIME = 0.025  # seconds to wait for a SPM before asking for one
SPMR_AGAIN, SPMR_LATEST = 0.5, 30.0  # until it is asked for again: each time twice as long
LIFE = 300.0  # seconds of silence after which a source is forgotten
AFTERLIFE = 30.0  # the same of one that has said good-bye
MOST_SOURCES = 256  # at a time
GRAIN = 0.005  # seconds from one look at all that is due to the next
DATA_HEADER = DATA_PACKET.size
ODATA, RDATA = int(Kind.ODATA), int(Kind.RDATA)


class Heard:
    """One source, as it is heard.

    Attributes:
        tsi: Its session.
        window: What has come of it.
        place: The address that it was first heard from, as text.
        heard_at: When it was last heard.
    """

    __slots__ = ("_pause", "ask_at", "heard_at", "is_listed", "life", "path", "place", "tsi", "window")

    def __init__(self, tsi: Tsi, window: ReceiveWindow, place: str, now: float) -> None:
        self.tsi = tsi
        self.window = window
        self.place = place
        self.path: Address | None = None  # where it listens, known from a SPM
        self.ask_at: float | None = now + SPMR_TIME  # when to ask for a SPM
        self.heard_at = now
        self.life = LIFE  # seconds without a packet
        self._pause = SPMR_AGAIN
        self.is_listed = False  # among those of which something is there to be taken

    def next_timeout(self) -> float:
        """Return when something has to be done, perhaps in vain."""
        due = self.heard_at + self.life
        if self.ask_at is not None:
            due = min(due, self.ask_at)
        missing = self.window.next_timeout()
        return due if missing is None else min(due, missing)

    def on_asked(self, now: float) -> None:
        """It was asked for a SPM."""
        self.ask_at = now + self._pause
        self._pause = min(2 * self._pause, SPMR_LATEST)


class Receiver:
    """What one subscriber hears of a group."""

    __slots__ = ("_due", "_group", "_looked", "_outbox", "_port", "_random", "_ready", "_window", "sources")

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
        self._outbox: list[tuple[str, bytes]] = []
        self._due: float | None = None  # no source needs anything earlier, or not much
        self._looked = -GRAIN  # when handle_timeout() was called
        self._ready: list[Heard] = []  # sources of which something is there to be taken
        self.sources: dict[Tsi, Heard] = {}

    # -- packets -------------------------------------------------------------------------------

    def hear(self, octets: bytes, place: str, now: float) -> None:
        """Accept a packet as it has come; what it brings is there to be taken.

        Args:
            octets: What came.
            place: The address that it came from, as text.
            now: The time.

        Raises:
            RemoteProtocolError: It is none.
        """
        size = len(octets) - DATA_HEADER
        if size < 0 or octets[5] or not (octets[4] == ODATA or octets[4] == RDATA):
            self.receive(decode(octets), place, now)
            return
        # Data without options, of a source that is known, is nearly all that comes.
        source, port, _, _, _, gsi, length, number, trail = DATA_PACKET.unpack_from(octets)
        heard = self.sources.get((gsi, source))  # type: ignore[call-overload]
        if heard is None or port != self._port or length != size or checksum(octets) != RIGHT:
            self.receive(decode(octets), place, now)
            return
        heard.heard_at = now
        window = heard.window
        window.on_data(number, trail, octets[DATA_HEADER:], now)
        self._list(heard)
        if heard.ask_at is not None or window.is_waiting:
            self._note_due(heard)

    def receive(self, packet: Packet, place: str, now: float) -> None:
        """Accept a packet as a value, as hear() does."""
        kind = packet.kind
        if packet.port != self._port or packet.fragment is not None or kind in UPSTREAM:
            return
        heard = self.sources.get(packet.tsi)
        if heard is None:
            heard = self._meet(packet, place, now)
            if heard is None:
                return
        heard.heard_at = now
        if kind is Kind.ODATA or kind is Kind.RDATA:
            heard.window.on_data(packet.sequence, packet.trail, packet.data, now)
        elif kind is Kind.SPM:
            heard.path, heard.ask_at = packet.path, None
            heard.life = AFTERLIFE if packet.fin else LIFE
            heard.window.on_window(packet.trail, packet.lead, now)
        elif kind is Kind.NCF and packet.group == self._group:
            heard.window.on_confirmed((packet.sequence, *packet.others), now)
        self._list(heard)
        self._note_due(heard)

    def _list(self, heard: Heard) -> None:
        """Something may be there to be taken."""
        if not heard.is_listed and heard.window.is_ready:
            heard.is_listed = True
            self._ready.append(heard)

    def _note_due(self, heard: Heard) -> None:
        """Something may be due earlier."""
        due = heard.next_timeout()
        if self._due is None or due < self._due:
            self._due = max(due, self._looked + GRAIN)

    def _meet(self, packet: Packet, place: str, now: float) -> Heard | None:
        """Begin to hear a source: what it sent before is not for us."""
        if packet.kind is Kind.ODATA:
            first = packet.sequence
        elif packet.kind is Kind.SPM and not packet.fin:
            first = add(packet.lead, 1)
        else:
            return None  # nothing to begin with: it may be old, or the last
        if len(self.sources) >= MOST_SOURCES:
            self._forget_silent(now)
            if len(self.sources) >= MOST_SOURCES:
                return None
        heard = Heard(packet.tsi, ReceiveWindow(first, self._window, self._random), place, now)
        self.sources[packet.tsi] = heard
        return heard

    def _forget_silent(self, now: float) -> None:
        for tsi in [tsi for tsi, heard in self.sources.items() if heard.heard_at + heard.life <= now]:
            del self.sources[tsi]

    def take(self) -> list[tuple[Tsi, list[bytes | Loss]]]:
        """Return what has come of each source, in order."""
        ready = self._ready
        self._ready = []
        for heard in ready:
            heard.is_listed = False
        return [(heard.tsi, heard.window.take()) for heard in ready if heard.tsi in self.sources]

    def packets_to_send(self) -> list[tuple[str, bytes]]:
        """Return what is to be sent, and to whom."""
        packets = self._outbox
        self._outbox = []
        return packets

    # -- time ----------------------------------------------------------------------------------

    def next_timeout(self) -> float | None:
        """Return when handle_timeout() must be called, perhaps in vain; None if never."""
        return self._due

    def listen_again(self, now: float) -> None:
        """Nobody has listened for a while: that was no silence of the sources."""
        for heard in self.sources.values():
            heard.heard_at = now

    def handle_timeout(self, now: float) -> None:
        """Do what is due: ask for what is missing, for SPMs, forget who is silent."""
        self._forget_silent(now)
        for tsi, heard in self.sources.items():
            if heard.next_timeout() <= now:
                self._serve(tsi, heard, now)
        self._looked = now
        self._due = None
        if self.sources:
            self._due = max(now + GRAIN, min(heard.next_timeout() for heard in self.sources.values()))

    def _serve(self, tsi: Tsi, heard: Heard, now: float) -> None:
        if heard.ask_at is not None and heard.ask_at <= now:
            heard.on_asked(now)
            question = encode(Packet(Kind.SPMR, tsi, self._port))
            self._outbox += [(str(self._group), question), (heard.place, question)]
        wanted = heard.window.handle_timeout(now)
        if heard.path is not None:
            most = 1 if heard.window.is_ill_served else MOST_IN_LIST + 1
            self._complain(tsi, heard.path, wanted, most)
        self._list(heard)

    def _complain(self, tsi: Tsi, path: Address, wanted: list[int], most: int) -> None:
        """Ask a source for what is missing, for so many at a time.

        Without a path the back-off goes round once more.
        """
        for start in range(0, len(wanted), most):
            numbers = wanted[start : start + most]
            nak = Packet(
                Kind.NAK,
                tsi,
                self._port,
                sequence=numbers[0],
                path=path,
                group=self._group,
                others=tuple(numbers[1:]),
            )
            self._outbox.append((str(path), encode(nak)))
