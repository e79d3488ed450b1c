from __future__ import annotations

from collections.abc import Callable

import pytest

from zerowire.constants import SocketOption
from zerowire.message import Message
from zerowire.options import Settings
from zerowire.patterns.sub import Sub
from zerowire.patterns.xsub import XSub
from zerowire.routing.pipe import Pipe

Connect = Callable[..., Pipe]


@pytest.fixture
def xsub() -> XSub:
    return XSub(Settings(), 1)


@pytest.fixture
def sub() -> Sub:
    return Sub(Settings(), 1)


def told(peer: Pipe) -> list[Message]:
    """What a publisher was told since it was last asked."""
    messages = []
    while (message := peer.pop()) is not None:
        messages.append(message)
    return messages


# -- xsub ---------------------------------------------------------------------------------


def test_subscriptions_go_to_all_publishers(xsub: XSub, connect: Connect) -> None:
    """XSUB-1."""
    peers = [connect(xsub) for _ in range(2)]
    assert xsub.send(b"\x01a")
    assert [told(peer) for peer in peers] == [[b"\x01a"], [b"\x01a"]]
    assert xsub.topics_count == 1


def test_every_subscription_but_only_the_last_cancellation_is_passed_on(xsub: XSub, connect: Connect) -> None:
    """SUB-2."""
    peer = connect(xsub)
    for message in (b"\x01a", b"\x01a", b"\x00a", b"\x00a", b"\x00a"):
        xsub.send(message)
    assert told(peer) == [b"\x01a", b"\x01a", b"\x00a"]


def test_verbose_xsub_passes_on_every_cancellation(xsub: XSub, connect: Connect) -> None:
    """SUB-2."""
    xsub.set_option(SocketOption.XSUB_VERBOSE_UNSUBSCRIBE, True)
    peer = connect(xsub)
    for message in (b"\x01a", b"\x01a", b"\x00a", b"\x00a"):
        xsub.send(message)
    assert told(peer) == [b"\x01a", b"\x01a", b"\x00a", b"\x00a"]


def test_users_messages_go_upstream(xsub: XSub, connect: Connect) -> None:
    """XSUB-1."""
    peer = connect(xsub)
    xsub.send(b"user")
    xsub.send([b"x", b"\x01a", b"y"])
    assert told(peer) == [b"user", b"\x01a", [b"x", b"y"]]


def test_later_frames_can_be_left_alone(xsub: XSub, connect: Connect) -> None:
    """XSUB-1: ONLY_FIRST_SUBSCRIBE."""
    xsub.set_option(SocketOption.ONLY_FIRST_SUBSCRIBE, True)
    peer = connect(xsub)
    xsub.send([b"x", b"\x01a"])
    assert told(peer) == [[b"x", b"\x01a"]]


def test_users_messages_are_dropped_at_the_mark_but_subscriptions_are_not(
    xsub: XSub, connect: Connect
) -> None:
    """SUB-3."""
    peer = connect(xsub, hwm=1)
    for message in (b"1x", b"2x", b"\x01a"):
        assert xsub.send(message)
    assert peer.inbound.writer.dropped == xsub.dropped == 1
    assert told(peer) == [b"1x", b"\x01a"]


def test_new_publisher_is_told_all_topics(xsub: XSub, connect: Connect) -> None:
    """SUB-3."""
    for message in (b"\x01a", b"\x01b", b"\x01a"):
        xsub.send(message)
    assert told(connect(xsub, hwm=1)) == [b"\x01a", b"\x01b"]


def test_publisher_is_told_again_after_a_reconnect_and_each_topic_once(xsub: XSub, connect: Connect) -> None:
    """SUB-3."""
    xsub.send(b"\x01a")
    peer = connect(xsub, connecting=True)
    assert told(peer) == [b"\x01a"]
    xsub.send(b"\x01b")
    xsub.send(b"\x00a")
    xsub.send(b"user")
    xsub.on_reconnected(peer.inbound.writer)
    assert told(peer) == [b"user", b"\x01b"]


def test_publisher_that_has_left_is_told_nothing(xsub: XSub, connect: Connect) -> None:
    peer = connect(xsub)
    peer.close()
    xsub.send(b"\x01a")
    xsub.send(b"user")
    assert told(peer) == []
    assert xsub.dropped == 0


def test_xsub_does_not_filter(xsub: XSub, connect: Connect) -> None:
    """SOCK-5."""
    peer = connect(xsub)
    peer.push(b"x")
    assert xsub.can_receive()
    assert xsub.receive() == b"x"
    assert xsub.last_pipe is peer.inbound.writer


def test_xsub_does_not_subscribe_by_options(xsub: XSub) -> None:
    """XSUB-2."""
    assert not xsub.set_option(SocketOption.SUBSCRIBE, b"")


# -- sub ----------------------------------------------------------------------------------


def test_sub_subscribes_by_options(sub: Sub, connect: Connect) -> None:
    """SUB-1, SUB-2."""
    peer = connect(sub)
    for topic in (b"a", b"a", b""):
        assert sub.set_option(SocketOption.SUBSCRIBE, topic)
    assert sub.get_option(SocketOption.TOPICS_COUNT) == 2
    for topic in (b"a", b"a", b"unknown"):
        assert sub.set_option(SocketOption.UNSUBSCRIBE, topic)
    assert told(peer) == [b"\x01a", b"\x01a", b"\x01", b"\x00a"]


def test_sub_receives_what_it_subscribed_to(sub: Sub, connect: Connect) -> None:
    """SUB-1, SOCK-5."""
    sub.set_option(SocketOption.SUBSCRIBE, b"a")
    peer = connect(sub)
    messages: list[Message] = [b"b", b"a1", [b"b", b"a"], [b"a2", b"b"]]
    for message in messages:
        peer.push(message)
    assert sub.receive() == b"a1"
    assert sub.last_pipe is peer.inbound.writer
    assert [sub.receive(), sub.receive()] == [[b"a2", b"b"], None]
    assert sub.dropped == 2


def test_sub_can_receive_only_what_matches(sub: Sub, connect: Connect) -> None:
    """XSUB-3."""
    sub.set_option(SocketOption.SUBSCRIBE, b"a")
    one, two = connect(sub), connect(sub)
    one.push(b"b")
    assert not sub.can_receive()
    one.push(b"a1")
    two.push(b"a2")
    assert sub.can_receive()
    assert sub.can_receive()
    assert [sub.receive(), sub.last_pipe] == [b"a1", one.inbound.writer]
    assert [sub.receive(), sub.last_pipe] == [b"a2", two.inbound.writer]
    assert sub.receive() is None


def test_inverted_sub_receives_the_others(sub: Sub, connect: Connect) -> None:
    """XPUB-9."""
    sub.set_option(SocketOption.INVERT_MATCHING, True)
    sub.set_option(SocketOption.SUBSCRIBE, b"a")
    peer = connect(sub)
    peer.push(b"a")
    peer.push(b"b")
    assert [sub.receive(), sub.receive()] == [b"b", None]


@pytest.mark.parametrize("option", [SocketOption.ONLY_FIRST_SUBSCRIBE, SocketOption.XSUB_VERBOSE_UNSUBSCRIBE])
def test_sub_does_not_know_the_options_of_xsub(sub: Sub, option: SocketOption) -> None:
    """SUB-4."""
    assert not sub.set_option(option, True)
