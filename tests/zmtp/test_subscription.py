"""features 4.2: how a subscription travels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from zerowire.constants import SocketType
from zerowire.message import Message
from zerowire.zmtp.framing import Encoder
from zerowire.zmtp.subscription import SubscriptionEncoder

encoder = SubscriptionEncoder(Encoder())


@pytest.mark.parametrize(
    ("message", "octets"),
    [
        (b"\x01abc", b"\x04\x0d\x09SUBSCRIBEabc"),
        (b"\x00abc", b"\x04\x0a\x06CANCELabc"),
        (b"\x01", b"\x04\x0a\x09SUBSCRIBE"),
        (b"\x02abc", b"\x00\x04\x02abc"),
        (b"", b"\x00\x00"),
        ([b"\x01a", b"b"], b"\x01\x02\x01a\x00\x01b"),
    ],
)
def test_only_a_message_of_one_frame_becomes_a_command(message: Message, octets: bytes) -> None:
    buffers, size, messages = encoder.encode([message], 1)
    assert (b"".join(buffers), size, messages) == (octets, len(octets), 1)
    assert encoder.wire_size(message) == len(octets)


@pytest.mark.parametrize("size", [245, 246, 254, 255, 256, 300])
def test_a_topic_of_any_size_is_framed_correctly(size: int) -> None:
    """FR-5 is not copied."""
    message = b"\x01" + bytes(size)
    buffers, octets, _ = encoder.encode([message], 1)
    body = b"\x09SUBSCRIBE" + bytes(size)
    assert b"".join(buffers) == Encoder().command(body)
    assert octets == encoder.wire_size(message) == encoder.frame_size(len(body))


def test_encoding_stops_at_the_budget() -> None:
    assert encoder.encode([b"\x01a"] * 4, 20)[2] == 2
    assert encoder.command(b"\x01X") == b"\x04\x02\x01X"


@pytest.mark.parametrize("publisher", [SocketType.PUB, SocketType.XPUB])
@pytest.mark.parametrize("subscriber", [SocketType.SUB, SocketType.XSUB])
def test_a_publisher_gets_subscriptions_as_messages(
    pair: Callable[..., Any], subscriber: SocketType, publisher: SocketType
) -> None:
    """XPUB-1."""
    link = pair(subscriber, publisher)
    assert link.send(b"\x01abc", b"\x00abc", b"\x05user") == [b"\x01abc", b"\x00abc", b"\x05user"]


def test_a_limit_counts_subscriptions(pair: Callable[..., Any]) -> None:
    link = pair(SocketType.SUB, SocketType.XPUB)
    data = b"".join(link.a.encode([b"\x01a", b"\x01b", b"\x00a"], 1 << 20)[0])
    link.b.receive_data(data, 0.0)
    assert link.take(link.b, 2) == [b"\x01a", b"\x01b"]
    assert link.take(link.b, 2) == [b"\x00a"]
