"""STREAM-1 to STREAM-5: a stream that speaks no ZMTP."""

from __future__ import annotations

import pytest

from zerowire.constants import SocketType
from zerowire.leaf.ring import Ring
from zerowire.message import Message
from zerowire.zmtp.connection import Config, State
from zerowire.zmtp.events import HandshakeDone
from zerowire.zmtp.raw import RawConnection


@pytest.fixture
def raw() -> RawConnection:
    return RawConnection(Config(SocketType.STREAM), 0.0)


def test_traffic_flows_from_the_start(raw: RawConnection) -> None:
    assert raw.state is State.TRAFFIC
    assert raw.events() == [HandshakeDone(raw.peer)]
    assert raw.events() == []
    assert raw.data_to_send() == b""
    assert not raw.has_data_to_send
    assert raw.get_buffer() is None
    raw.buffer_updated(0, 1.0)
    raw.handle_timeout(1.0)
    assert raw.next_timeout() is None


def test_each_piece_is_a_message(raw: RawConnection) -> None:
    for piece in (b"a", b"", b"bc", b"d"):
        raw.receive_data(piece, 0.0)
    into: Ring[Message] = Ring()
    assert raw.take_messages(into, 2) == 2
    assert raw.take_messages(into, -1) == 1
    assert list(into) == [b"a", b"bc", b"d"]


def test_messages_are_sent_as_their_octets(raw: RawConnection) -> None:
    queue: list[Message] = [b"a", b"", [b"b", b"c"], b"rest"]
    assert raw.encode(queue, 3) == ([b"a", b"b", b"c"], 3, 3)
    assert raw.encode([b""], 3) == ([], 0, 1)
    assert raw.wire_size([b"b", b"cd"]) == 3


def test_what_came_before_the_end_can_be_taken(raw: RawConnection) -> None:
    raw.receive_data(b"last", 0.0)
    raw.receive_eof()
    raw.receive_data(b"ghost", 0.0)
    into: Ring[Message] = Ring()
    assert raw.state is State.CLOSED
    assert raw.take_messages(into, -1) == 1
    assert list(into) == [b"last"]
