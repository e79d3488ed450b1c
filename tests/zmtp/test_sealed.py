"""Traffic through a mechanism that encrypts, here by turning every bit over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from zerowire.constants import SocketType
from zerowire.error import RemoteProtocolError
from zerowire.leaf.ring import Ring
from zerowire.zmtp.connection import Config
from zerowire.zmtp.framing import COMMAND, Encoder
from zerowire.zmtp.mechanism.base import Traffic
from zerowire.zmtp.mechanism.null import Null
from zerowire.zmtp.sealed import MOST_SEALED, SealedEncoder
from zerowire.zmtp.violation import Violation

TURN = bytes(range(255, -1, -1))


class Turned(Traffic):
    """A body travels as TURN of its number, its flags and itself."""

    def __init__(self) -> None:
        self.sent = self.received = 0

    def encode(self, flags: int, body: bytes | memoryview) -> bytes:
        self.sent += 1
        return (bytes((self.sent & 0xFF, flags)) + body).translate(TURN)

    def decode(self, body: bytes) -> tuple[int, bytes]:
        self.received += 1
        opened = body.translate(TURN)
        if len(opened) < 2 or opened[0] != self.received & 0xFF:
            raise Violation.NONE.found("box out of order")
        return opened[1], opened[2:]

    def encoded_size(self, size: int) -> int:
        return size + 2


class Turning(Null):
    """NULL's handshake, and turned traffic."""

    name = b"TURNING"

    def __init__(self, metadata: bytes) -> None:
        super().__init__(metadata)
        self.traffic = Turned()


@pytest.fixture
def link(unmet_pair: Callable[..., Any]) -> Any:
    made = unmet_pair(
        Config(SocketType.XSUB, mechanism=Turning, heartbeat_interval=1.0),
        Config(SocketType.XPUB, mechanism=Turning),
    )
    made.exchange()
    return made


def test_messages_survive(link: Any) -> None:
    messages = [b"\x03a", [b"b", b"", b"c" * 300], b"\x03" * 253, b"\x03" * 254]
    assert link.send(*messages) == messages


def test_nothing_is_readable_on_the_wire(link: Any) -> None:
    """CURVE-3: the flags of the outer frame say nothing."""
    buffers, _, count = link.a.encode([[b"secret", b"also"], b"rest"], 10)
    assert count == 1
    data = b"".join(buffers)
    assert b"secret" not in data
    assert [data[0], data[10]] == [0, 0]


def test_subscriptions_travel_as_commands_in_boxes(link: Any) -> None:
    """CURVE-8."""
    assert link.send(b"\x01topic", b"\x00topic") == [b"\x01topic", b"\x00topic"]


def test_commands_are_sealed_in_the_order_of_sending(link: Any) -> None:
    """CURVE-2: what is sealed first must be sent first."""
    link.a.handle_timeout(1.0)
    assert link.send(b"\x03before the ping") == [b"\x03before the ping"]
    link.exchange()
    assert link.take(link.b) == []
    link.exchange()
    assert link.send(b"\x03after") == [b"\x03after"]
    assert link.take(link.a) == []


def test_a_limit_is_kept(link: Any) -> None:
    data = b"".join(link.a.encode([b"\x03a", b"\x03b"], 1 << 20)[0])
    link.b.receive_data(data, 0.0)
    assert link.take(link.b, 1) == [b"\x03a"]
    assert link.take(link.b, 1) == [b"\x03b"]


def test_a_bad_box_fails_the_connection(link: Any) -> None:
    link.b.receive_data(b"\x00\x01x", 0.0)
    with pytest.raises(RemoteProtocolError, match="out of order"):
        link.b.take_messages(Ring(), -1)


def test_a_malformed_command_in_a_box_is_ignored(link: Any) -> None:
    """FR-3."""
    sealing = Turned()
    boxes = [
        sealing.encode(COMMAND, b"\x09X"),
        sealing.encode(COMMAND, b"\x04WHAT"),
        sealing.encode(0, b"\x03after"),
    ]
    link.b.receive_data(b"".join(Encoder().frame(0, box) for box in boxes), 0.0)
    assert link.take(link.b) == [b"\x03after"]


def test_a_batch_of_boxes_is_encoded_up_to_the_budget(unmet_pair: Callable[..., Any]) -> None:
    link = unmet_pair(Config(SocketType.PUSH, mechanism=Turning), Config(SocketType.PULL, mechanism=Turning))
    link.exchange()
    assert link.send(b"a", [b"b", b"c"], b"d") == [b"a", [b"b", b"c"], b"d"]
    assert link.a.encode([b"a", b"b", b"c"], 6)[1:] == (10, 2)


@pytest.mark.parametrize(("size", "has_room"), [(100_000, False), (400_000, True)])
def test_only_the_largest_frames_are_received_into_a_place_of_their_own(
    link: Any, size: int, has_room: bool
) -> None:
    message = b"\x03" * size
    data = b"".join(link.a.encode([message, b"\x03after"], 1 << 20)[0])
    link.b.receive_data(data[:50_000], 0.0)
    assert link.take(link.b) == []
    view = link.b.get_buffer()
    assert (view is not None) is has_room
    if view is not None:
        count = min(len(view), len(data) - 50_000)
        view[:count] = data[50_000 : 50_000 + count]
        view.release()
        link.b.buffer_updated(count, 0.0)
        data = data[count:]
    link.b.receive_data(data[50_000:], 0.0)
    assert link.take(link.b) == [message, b"\x03after"]


def test_a_batch_is_no_longer_than_the_peer_likes_to_wait() -> None:
    class Packing(Turned):
        def pack(self, queue: Any, budget: int) -> tuple[bytes, int]:
            return b"x" * budget, 1

    sink = SealedEncoder(Encoder(), Packing())
    assert sink.encode([b"a"], 1000)[1] == 1000
    assert sink.encode([b"a"], 1 << 20)[1] == MOST_SEALED
