"""A stream that speaks no ZMTP, behind the interface of a Connection (STREAM-1 to STREAM-5)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from zerowire.leaf.ring import Ring
from zerowire.message import Message, Octets, frames_of, octets_of, size_of
from zerowire.zmtp.config import Config
from zerowire.zmtp.connection import State
from zerowire.zmtp.events import Event, HandshakeDone
from zerowire.zmtp.peer import Peer


class RawConnection:
    """Each piece that is received is a message, and messages are sent as nothing but their octets."""

    __slots__ = ("_chunks", "_events", "peer", "state")

    has_data_to_send = False
    has_plain_frames = False
    is_asking = False

    def __init__(self, config: Config, now: float) -> None:
        self.state = State.TRAFFIC
        self.peer = Peer()
        self._chunks: deque[bytes] = deque()
        self._events: list[Event] = [HandshakeDone(self.peer)]

    def receive_data(self, data: bytes, now: float) -> None:
        """Accept octets from the peer."""
        if data and self.state is State.TRAFFIC:
            self._chunks.append(data)

    def get_buffer(self) -> memoryview | None:
        """Return None: no piece is larger than what is read at once."""
        return None

    def buffer_updated(self, count: int, now: float) -> None:
        """Do nothing: get_buffer() gives no room."""

    def receive_eof(self) -> None:
        """Accept the end of the stream. What came before it can still be taken."""
        self.state = State.CLOSED

    def events(self) -> list[Event]:
        """Return what has happened since the last call."""
        events = self._events
        self._events = []
        return events

    def data_to_send(self) -> bytes:
        """Return nothing: there is no handshake."""
        return b""

    def take_messages(self, into: Ring[Message], limit: int) -> int:
        """Append up to `limit` pieces (-1: all) to `into`; return how many."""
        chunks = self._chunks
        count = len(chunks) if limit < 0 else min(limit, len(chunks))
        for _ in range(count):
            into.append(chunks.popleft())
        return count

    def encode(self, queue: Iterable[Message], budget: int) -> tuple[list[Octets], int, int]:
        """Return (buffers, octets, messages) for the head of the queue; an empty message makes no buffer."""
        buffers: list[Octets] = []
        octets = messages = 0
        for message in queue:
            buffers += filter(len, map(octets_of, frames_of(message)))
            octets += size_of(message)
            messages += 1
            if octets >= budget:
                break
        return buffers, octets, messages

    def wire_size(self, message: Message) -> int:
        """Return how many octets encode() makes of a message."""
        return size_of(message)

    def next_timeout(self) -> float | None:
        """Return None: nothing is ever due."""
        return None

    def handle_timeout(self, now: float) -> None:
        """Do nothing."""
