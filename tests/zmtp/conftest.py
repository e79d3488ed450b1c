"""Two connections that talk to each other without any stream, and handshakes as peers have sent them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from zerowire.constants import SocketType
from zerowire.leaf.ring import Ring
from zerowire.message import Message
from zerowire.zmtp.connection import Config, Connection


class Pair:
    """Two connections, a clock, and nothing between them that could delay octets."""

    def __init__(self, a: Config, b: Config) -> None:
        self.now = 0.0
        self.a = Connection(a, self.now)
        self.b = Connection(b, self.now)

    def exchange(self) -> None:
        """Carry octets until neither side has anything to say."""
        while self.a.has_data_to_send or self.b.has_data_to_send:
            self.b.receive_data(self.a.data_to_send(), self.now)
            self.a.receive_data(self.b.data_to_send(), self.now)

    def send(self, *messages: Message) -> list[Message]:
        """Send messages from a to b, and return what b takes."""
        buffers, octets, count = self.a.encode(messages, 1 << 62)
        data = b"".join(buffers)
        assert count == len(messages)
        assert octets == len(data) == sum(map(self.a.wire_size, messages))
        self.b.receive_data(data, self.now)
        return self.take(self.b)

    def take(self, connection: Connection, limit: int = -1) -> list[Message]:
        """Return messages that a connection has received."""
        into: Ring[Message] = Ring()
        assert connection.take_messages(into, limit) == len(into)
        return list(into)


@pytest.fixture
def pair() -> Callable[..., Pair]:
    """Return `pair(type_a, type_b, **settings of a)`, two connections whose handshake is done."""

    def make(a: SocketType, b: SocketType, **settings: Any) -> Pair:
        made = Pair(Config(a, **settings), Config(b))
        made.exchange()
        return made

    return make


@pytest.fixture
def unmet_pair() -> Callable[[Config, Config], Pair]:
    """Return `unmet_pair(config_a, config_b)`, two connections that have not exchanged anything."""
    return Pair
