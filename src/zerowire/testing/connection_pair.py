"""Two protocol machines that talk to each other over a link that is only pretended.

    pair = ConnectionPair(Config(SocketType.REQ), Config(SocketType.REP))
    pair.run()
    pair.first.send([b"", b"question"])
    pair.run()
    assert pair.second.received == [[b"", b"question"]]

Time passes only in advance() and run(until=...), and jumps from one deadline to the next.
"""

from __future__ import annotations

from collections.abc import Callable
from sys import maxsize

from zerowire.error import RemoteProtocolError
from zerowire.leaf.ring import Ring
from zerowire.message import Message
from zerowire.testing.clock import VirtualClock
from zerowire.zmtp.connection import Config, Connection, PeerTimeout, State

MOST_JUMPS = 10_000


class Side:
    """One of the two: a connection, and what its socket would have got and has to say.

    Attributes:
        connection: The protocol machine.
        received: Messages from the other side.
        error: Why this side gave up on the other, if it did.
        octets_out: Octets that it has written.
    """

    def __init__(self, config: Config, now: float) -> None:
        self.connection = Connection(config, now)
        self.received: Ring[Message] = Ring()
        self.error: Exception | None = None
        self.octets_out = 0
        self._to_send: Ring[Message] = Ring()
        self._is_over = False

    def send(self, *messages: Message) -> None:
        """Have messages sent, as soon as the handshake is done and the pair runs."""
        self._to_send.extend(messages)

    def write(self) -> bytes:
        """Return what this side has to write now."""
        connection = self.connection
        data = connection.data_to_send()
        if connection.state is State.TRAFFIC and self._to_send:
            buffers, _, _ = connection.encode(self._to_send, maxsize)
            self._to_send.clear()
            data += b"".join(buffers)
        self.octets_out += len(data)
        return data

    def read(self, data: bytes, now: float) -> None:
        """Take octets from the other side; a mistake in them ends this one."""
        self._attempt(lambda: self._receive(data, now))

    def pass_time(self, now: float) -> None:
        """Do what is due."""
        due = self.next_timeout()
        if due is not None and due <= now:
            self._attempt(lambda: self.connection.handle_timeout(now))

    def next_timeout(self) -> float | None:
        """Return when pass_time() must be called, or None if never."""
        return None if self._is_over else self.connection.next_timeout()

    def end(self) -> None:
        """See the end of the stream. Idempotent."""
        if not self._is_over:
            self._is_over = True
            self.connection.receive_eof()

    @property
    def is_over(self) -> bool:
        """Whether the stream has ended, or this side has given up."""
        return self._is_over or self.error is not None

    def _receive(self, data: bytes, now: float) -> None:
        self.connection.receive_data(data, now)
        self.connection.take_messages(self.received, -1)

    def _attempt(self, action: Callable[[], None]) -> None:
        if self.is_over:
            return
        try:
            action()
        except (RemoteProtocolError, PeerTimeout) as error:
            self.error = error


class ConnectionPair:
    """Two connections, a link between them, and a clock.

    Args:
        first, second: What the sockets bring to their connections.
        piece: How many octets the link carries at once; 0 is all there are.
        clock: Its time; one that starts at 0 if there is none.

    Attributes:
        first, second: The two sides.
        is_silent: Octets vanish, as when a cable is pulled: neither side sees an end.
    """

    def __init__(
        self, first: Config, second: Config, *, piece: int = 0, clock: VirtualClock | None = None
    ) -> None:
        self.clock = clock or VirtualClock()
        self.first = Side(first, self.clock.now)
        self.second = Side(second, self.clock.now)
        self.is_silent = False
        self._piece = piece

    def run(self, until: Callable[[], object] | None = None) -> bool:
        """Carry octets until neither side has anything to say.

        Args:
            until: Let time pass as well, from deadline to deadline, until this is true.

        Returns:
            Whether it came true; False when nothing more would ever happen.
        """
        self._exchange()
        if until is None:
            return True
        for _ in range(MOST_JUMPS):
            if until():
                return True
            if not self.advance():
                return bool(until())
        return False

    def advance(self) -> bool:
        """Jump to the next deadline of either side, and do what is due; False if there is none."""
        deadlines = [
            due for side in self._sides if (due := side.next_timeout()) is not None and not side.is_over
        ]
        if not deadlines:
            return False
        self.clock.jump_to(min(deadlines))
        for side in self._sides:
            side.pass_time(self.clock.now)
        self._exchange()
        return True

    def cut(self) -> None:
        """End the stream for both; whole messages that were read stay."""
        self.first.end()
        self.second.end()

    @property
    def _sides(self) -> tuple[Side, Side]:
        return self.first, self.second

    def _exchange(self) -> None:
        busy = True
        while busy:
            carried = [self._carry(self.first, self.second), self._carry(self.second, self.first)]
            busy = any(carried)
        for side, other in (self._sides, self._sides[::-1]):
            if side.error is not None and not self.is_silent:
                other.end()  # it closes its stream, and its last words have arrived

    def _carry(self, sender: Side, reader: Side) -> bool:
        data = sender.write()
        if not self.is_silent:
            step = self._piece or len(data) or 1
            for start in range(0, len(data), step):
                reader.read(data[start : start + step], self.clock.now)
        return bool(data)
