from __future__ import annotations

from collections.abc import Callable

import pytest

from zerowire.constants import SocketOption
from zerowire.message import Message
from zerowire.options import Settings
from zerowire.patterns.pub import Pub
from zerowire.patterns.xpub import XPub
from zerowire.routing.pipe import Pipe, Queue

Connect = Callable[..., Pipe]


@pytest.fixture
def xpub() -> XPub:
    return XPub(Settings(), 1)


def received(pattern: XPub) -> list[Message]:
    messages = []
    while (message := pattern.receive()) is not None:
        messages.append(message)
    return messages


# -- publishing ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [XPub, Pub])
def test_message_goes_to_those_that_want_its_first_frame(kind: type[XPub], connect: Connect) -> None:
    """SOCK-5, XPUB-11."""
    pattern = kind(Settings(), 1)
    one, two, none = (connect(pattern) for _ in range(3))
    one.push(b"\x01a")
    two.push(b"\x01ab")
    two.push(b"\x01")
    pattern.send(b"ab")
    pattern.send([b"x", b"ab"])
    assert list(one.inbound.items) == [b"ab"]
    assert list(two.inbound.items) == [b"ab", [b"x", b"ab"]]
    assert none.pop() is None
    assert pattern.topics_count == 3  # XPUB-10


def test_subscription_takes_effect_before_the_application_receives_it(xpub: XPub, connect: Connect) -> None:
    """RT-8."""
    peer = connect(xpub)
    peer.push(b"\x01a")
    xpub.send(b"a1")
    peer.push(b"\x00a")
    xpub.send(b"a2")
    assert list(peer.inbound.items) == [b"a1"]


def test_subscriptions_that_came_before_the_pipe_was_attached_count(xpub: XPub) -> None:
    there, back = Queue(0), Queue(0)
    near, far = Pipe(there, back, xpub), Pipe(back, there, Pub(Settings(), 1))
    far.outbound.items.append(b"\x01a")
    xpub.attach(near)
    assert xpub.topics_count == 1


def test_full_peer_alone_misses_messages(xpub: XPub, connect: Connect) -> None:
    """RT-11."""
    slow, fast = connect(xpub, hwm=1), connect(xpub)
    slow.push(b"\x01")
    fast.push(b"\x01")
    assert all(xpub.send(b"x") for _ in range(3))
    assert (len(slow.inbound.items), len(fast.inbound.items)) == (1, 3)
    assert slow.inbound.writer.dropped == xpub.dropped == 2


def test_nodrop_sends_to_all_or_none(xpub: XPub, connect: Connect) -> None:
    """XPUB-7."""
    xpub.set_option(SocketOption.XPUB_NODROP, True)
    slow, fast = connect(xpub, hwm=1), connect(xpub)
    slow.push(b"\x01a")
    fast.push(b"\x01")
    assert xpub.send(b"a1")
    assert not xpub.check_send(b"a2")
    assert not xpub.send(b"a2")
    assert xpub.send(b"b")
    assert list(fast.inbound.items) == [b"a1", b"b"]
    slow.pop()
    assert xpub.check_send(b"a2")
    assert xpub.send([b"a2", b""])
    assert xpub.can_send()


def test_inverted_matching_sends_to_the_others(xpub: XPub, connect: Connect) -> None:
    """XPUB-9."""
    xpub.set_option(SocketOption.INVERT_MATCHING, True)
    one, two = connect(xpub), connect(xpub)
    one.push(b"\x01a")
    xpub.send(b"a")
    xpub.send(b"b")
    assert list(one.inbound.items) == [b"b"]
    assert list(two.inbound.items) == [b"a", b"b"]


def test_new_peer_is_welcomed(xpub: XPub, connect: Connect) -> None:
    """XPUB-8."""
    xpub.set_option(SocketOption.XPUB_WELCOME_MSG, b"welcome")
    peer = connect(xpub, hwm=1)
    assert peer.pop() == b"welcome"
    xpub.on_reconnected(peer.inbound.writer)
    assert peer.pop() == b"welcome"


def test_subscribers_of_a_topic_are_counted(xpub: XPub, connect: Connect) -> None:
    one, two = connect(xpub), connect(xpub)
    one.push(b"\x01a")
    two.push(b"\x01ab")
    assert [xpub.count_subscribers(topic) for topic in (b"", b"a", b"abc")] == [0, 1, 2]


# -- what the application sees ------------------------------------------------------------


def test_first_subscription_and_last_cancellation_are_received(xpub: XPub, connect: Connect) -> None:
    """XPUB-1, XPUB-2."""
    one, two = connect(xpub), connect(xpub)
    for message in (b"\x01a", b"\x00a"):
        one.push(message)
        two.push(message)
    assert xpub.can_receive()
    assert xpub.receive() == b"\x01a"
    assert xpub.last_pipe is one.inbound.writer
    assert xpub.receive() == b"\x00a"
    assert xpub.last_pipe is two.inbound.writer
    assert not xpub.can_receive()


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        (SocketOption.XPUB_VERBOSE, [b"\x01a", b"\x01a", b"\x00a"]),
        (SocketOption.XPUB_VERBOSER, [b"\x01a", b"\x01a", b"\x00a", b"\x00a"]),
    ],
)
def test_verbose_xpub_receives_repeated_ones(
    xpub: XPub, connect: Connect, option: SocketOption, expected: list[bytes]
) -> None:
    """XPUB-2."""
    xpub.set_option(option, True)
    one, two = connect(xpub), connect(xpub)
    for message in (b"\x01a", b"\x00a"):
        one.push(message)
        two.push(message)
    assert received(xpub) == expected


def test_cancellation_of_what_nobody_wanted_is_reported(xpub: XPub, connect: Connect) -> None:
    """XPUB-4b."""
    connect(xpub).push(b"\x00a")
    assert received(xpub) == [b"\x00a"]


def test_topics_of_a_peer_that_leaves_are_cancelled(xpub: XPub, connect: Connect) -> None:
    """XPUB-3."""
    one, two = connect(xpub), connect(xpub)
    for message in (b"\x01a", b"\x01b"):
        one.push(message)
    two.push(b"\x01b")
    received(xpub)
    one.close()
    xpub.detach(one.inbound.writer)
    assert received(xpub) == [b"\x00a"]
    assert xpub.topics_count == 1


def test_verboser_xpub_is_told_of_all_topics_of_a_peer_that_leaves(xpub: XPub, connect: Connect) -> None:
    """XPUB-3."""
    xpub.set_option(SocketOption.XPUB_VERBOSER, True)
    one, two = connect(xpub), connect(xpub)
    one.push(b"\x01a")
    two.push(b"\x01a")
    received(xpub)
    one.close()
    assert received(xpub) == [b"\x00a"]


def test_lost_connection_forgets_subscriptions(xpub: XPub, connect: Connect) -> None:
    peer = connect(xpub, connecting=True)
    peer.push(b"\x01a")
    xpub.on_lost(peer.inbound.writer)
    xpub.send(b"a")
    assert peer.pop() is None
    assert received(xpub) == [b"\x01a", b"\x00a"]
    peer.push(b"\x01a")
    xpub.send(b"a")
    assert peer.pop() == b"a"


def test_users_messages_are_received(xpub: XPub, connect: Connect) -> None:
    """XPUB-4."""
    peer = connect(xpub)
    peer.push(b"hello")
    peer.push([b"x", b"\x01a", b"y"])
    assert received(xpub) == [b"hello", b"\x01a", [b"x", b"y"]]


def test_later_frames_can_be_left_alone(xpub: XPub, connect: Connect) -> None:
    """XPUB-4: ONLY_FIRST_SUBSCRIBE."""
    xpub.set_option(SocketOption.ONLY_FIRST_SUBSCRIBE, True)
    peer = connect(xpub)
    peer.push([b"x", b"\x01a"])
    peer.push([b"\x01a", b"\x01b"])
    assert received(xpub) == [[b"x", b"\x01a"], b"\x01a", b"\x01b"]


def test_users_messages_are_left_in_the_pipe_beyond_the_mark(connect: Connect) -> None:
    """RT-7."""
    settings = Settings()
    settings.rcvhwm = 2
    xpub = XPub(settings, 1)
    peer, other = connect(xpub), connect(xpub)
    for message in (b"1x", b"2x", b"3x", b"\x01a"):
        peer.push(message)
    other.push(b"\x01b")
    assert list(peer.outbound.items) == [b"3x", b"\x01a"]
    assert xpub.topics_count == 1
    assert received(xpub) == [b"1x", b"2x", b"\x01b", b"3x", b"\x01a"]
    assert xpub.topics_count == 2


def test_what_is_read_after_a_peer_left_subscribes_nobody(connect: Connect) -> None:
    settings = Settings()
    settings.rcvhwm = 1
    xpub = XPub(settings, 1)
    peer = connect(xpub)
    for message in (b"1x", b"2x", b"\x01a"):
        peer.push(message)
    peer.close()
    assert received(xpub) == [b"1x", b"2x"]
    assert xpub.topics_count == 0


# -- manual -------------------------------------------------------------------------------


def test_manual_xpub_applies_what_the_application_says(xpub: XPub, connect: Connect) -> None:
    """XPUB-5."""
    xpub.set_option(SocketOption.XPUB_MANUAL, True)
    one, two = connect(xpub), connect(xpub)
    one.push(b"\x01a")
    two.push(b"\x01a")
    xpub.send(b"a")
    assert one.pop() is None
    xpub.receive()
    assert xpub.set_option(SocketOption.SUBSCRIBE, b"b")
    xpub.send(b"b1")
    assert (one.pop(), two.pop()) == (b"b1", None)
    assert xpub.set_option(SocketOption.UNSUBSCRIBE, b"b")
    xpub.send(b"b2")
    assert one.pop() is None


def test_manual_xpub_receives_everything(xpub: XPub, connect: Connect) -> None:
    """XPUB-5."""
    xpub.set_option(SocketOption.XPUB_MANUAL, True)
    one, two = connect(xpub), connect(xpub)
    for message in (b"\x01a", b"\x00x"):
        one.push(message)
        two.push(message)
    assert received(xpub) == [b"\x01a", b"\x01a", b"\x00x", b"\x00x"]


def test_manual_subscriptions_end_with_the_peer(xpub: XPub, connect: Connect) -> None:
    """XPUB-5."""
    xpub.set_option(SocketOption.XPUB_MANUAL, True)
    peer = connect(xpub)
    peer.push(b"\x01a")
    xpub.receive()
    xpub.set_option(SocketOption.SUBSCRIBE, b"b")
    peer.close()
    assert received(xpub) == [b"\x00a"]
    assert xpub.topics_count == 0
    assert xpub.set_option(SocketOption.SUBSCRIBE, b"b")  # for a peer that has left
    assert xpub.topics_count == 0


def test_subscribing_needs_manual(xpub: XPub) -> None:
    """XPUB-5."""
    assert not xpub.set_option(SocketOption.SUBSCRIBE, b"")
    assert not xpub.set_option(SocketOption.UNSUBSCRIBE, b"")


def test_last_value_goes_to_the_last_subscriber_alone(xpub: XPub, connect: Connect) -> None:
    """XPUB-6."""
    xpub.set_option(SocketOption.XPUB_MANUAL_LAST_VALUE, True)
    one, two = connect(xpub), connect(xpub)
    for peer in (one, two):
        peer.push(b"\x01a")
        xpub.receive()
        xpub.set_option(SocketOption.SUBSCRIBE, b"a")
    xpub.send(b"a1")
    xpub.send(b"a2")
    assert list(one.inbound.items) == [b"a2"]
    assert list(two.inbound.items) == [b"a1", b"a2"]


def test_last_value_is_for_all_when_the_last_subscriber_has_left(xpub: XPub, connect: Connect) -> None:
    xpub.set_option(SocketOption.XPUB_MANUAL_LAST_VALUE, True)
    one, two = connect(xpub), connect(xpub)
    for peer in (one, two):
        peer.push(b"\x01a")
        xpub.receive()
        xpub.set_option(SocketOption.SUBSCRIBE, b"a")
    two.close()
    xpub.send(b"a1")
    assert one.pop() == b"a1"


# -- pub ----------------------------------------------------------------------------------


def test_pub_drops_what_is_not_a_subscription(connect: Connect) -> None:
    """PUB-1."""
    pub = Pub(Settings(), 1)
    peer = connect(pub)
    assert pub.check_send(b"")
    peer.push(b"x")
    peer.push([b"\x01a", b"y"])
    assert not pub.can_receive()
    assert pub.dropped == 2
    assert pub.get_option(SocketOption.TOPICS_COUNT) == 1


def test_pub_reads_on_beyond_the_mark(connect: Connect) -> None:
    settings = Settings()
    settings.rcvhwm = 1
    pub = Pub(settings, 1)
    peer = connect(pub)
    for message in (b"x", b"y", b"\x01a"):
        peer.push(message)
    assert pub.topics_count == 1
