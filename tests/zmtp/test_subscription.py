"""features 4.2: how a subscription travels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conformance.raw import greeting, ready
from zerowire.constants import SocketType
from zerowire.error import RemoteProtocolError
from zerowire.leaf.ring import Ring
from zerowire.message import Message
from zerowire.zmtp import command
from zerowire.zmtp.connection import Config, Connection
from zerowire.zmtp.framing import Encoder
from zerowire.zmtp.subscription import SubscriptionEncoder

encoder = SubscriptionEncoder(Encoder(), SocketType.SUB)


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


# -- groups -------------------------------------------------------------------------------


@pytest.mark.parametrize("minor", [0, 1])
def test_groups_are_joined_and_left_by_commands(minor: int) -> None:
    """RADIO-2: whatever the version of the peer."""
    dish = Connection(Config(SocketType.DISH), 0.0)
    dish.receive_data(greeting(minor) + ready("RADIO"), 0.0)
    dish.data_to_send()
    buffers, size, _ = dish.encode([b"\x01news", b"\x00news"], 1 << 20)
    assert b"".join(buffers) == b"\x04\x09\x04JOINnews\x04\x0a\x05LEAVEnews"
    assert size == sum(map(dish.wire_size, [b"\x01news", b"\x00news"]))


def test_a_radio_gets_them_as_messages(pair: Callable[..., Any]) -> None:
    """RADIO-2."""
    link = pair(SocketType.DISH, SocketType.RADIO)
    assert link.send(b"\x01news", b"\x00news") == [b"\x01news", b"\x00news"]


def test_a_publisher_knows_no_groups_and_a_radio_no_topics(pair: Callable[..., Any]) -> None:
    for kind, peer, name in (
        (SocketType.RADIO, SocketType.DISH, b"SUBSCRIBE"),
        (SocketType.XPUB, SocketType.SUB, b"JOIN"),
    ):
        link = pair(kind, peer)
        link.a.receive_data(Encoder().command(command.encode(name, b"x")), 0.0)
        assert link.take(link.a) == []


def test_a_dish_gets_groups_and_bodies(pair: Callable[..., Any]) -> None:
    """RADIO-2."""
    link = pair(SocketType.RADIO, SocketType.DISH)
    messages: list[Message] = [[b"", b""], [b"g" * 255, b"x"], [b"news", b"y" * 100000]]
    assert [taken for message in messages for taken in link.send(message)] == messages


def test_a_limit_counts_messages_to_a_dish(pair: Callable[..., Any]) -> None:
    link = pair(SocketType.RADIO, SocketType.DISH)
    data = b"".join(link.a.encode([[b"a", b"1"], [b"a", b"2"], [b"a", b"3"]], 1 << 20)[0])
    link.b.receive_data(data + Encoder().command(command.ping(0)), 0.0)
    assert link.take(link.b, 2) == [[b"a", b"1"], [b"a", b"2"]]
    assert link.take(link.b, 2) == [[b"a", b"3"]]
    assert link.b.has_data_to_send  # the answer to PING


@pytest.mark.parametrize("message", [b"news", [b"news", b"x", b"y"], [b"g" * 256, b"x"]])
def test_a_dish_refuses_what_has_no_group_or_several_bodies(
    pair: Callable[..., Any], message: Message
) -> None:
    """RADIO-2."""
    link = pair(SocketType.RADIO, SocketType.DISH)
    data = b"".join(link.a.encode([[b"news", b"x"], message, [b"news", b"y"]], 1 << 20)[0])
    link.b.receive_data(data, 0.0)
    into: Ring[Message] = Ring()
    with pytest.raises(RemoteProtocolError, match="a group and one body"):
        link.b.take_messages(into, -1)
    assert list(into) == [[b"news", b"x"]]
