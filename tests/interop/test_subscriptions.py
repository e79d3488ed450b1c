"""Subscriptions and what they let through, with each library at each end."""

from __future__ import annotations

from tests.interop.library import MOMENT, wait_until
from tests.interop.peer import End, Two


def await_subscription(publisher: End, subscriber: End, message: bytes) -> None:
    """Wait until an XPUB reports a subscription; libzmq's SUB sends it when it is called (RT-9)."""
    received: list[list[bytes] | None] = []

    def is_there() -> bool:
        subscriber.recv(0)
        received.append(publisher.recv(MOMENT))
        return received[-1] is not None

    wait_until(is_there, f"no {message!r} arrived")
    assert received[-1] == [message]


def test_publisher_filters_by_prefix(two: Two) -> None:
    """SOCK-5: a topic is a prefix of the first frame."""
    xpub, sub = two("XPUB", "SUB", {}, {"subscribe": b"ab"})
    await_subscription(xpub, sub, b"\x01ab")
    for topic in (b"", b"a", b"ab", b"b", b"abc", b"xab", b"ab\x00\xff"):
        xpub.send(topic)
    assert [sub.recv() for _ in range(3)] == [[b"ab"], [b"abc"], [b"ab\x00\xff"]]


def test_filter_looks_at_the_first_frame_only(two: Two) -> None:
    """XPUB-11."""
    xpub, sub = two("XPUB", "SUB", {}, {"subscribe": b"ab"})
    await_subscription(xpub, sub, b"\x01ab")
    xpub.send(b"x", b"ab")
    xpub.send(b"ab", b"x", b"")
    assert sub.recv() == [b"ab", b"x", b""]


def test_cancelled_topic_stops(two: Two) -> None:
    """SUB-2: a cancel is sent with the last of equal subscriptions."""
    xpub, sub = two("XPUB", "SUB", {}, {"subscribe": b"a"})
    await_subscription(xpub, sub, b"\x01a")
    sub.set("subscribe", b"a")
    sub.set("subscribe", b"end")
    await_subscription(xpub, sub, b"\x01end")
    sub.set("unsubscribe", b"a")
    xpub.send(b"a, once more")
    assert sub.recv() == [b"a, once more"]
    sub.set("unsubscribe", b"a")
    await_subscription(xpub, sub, b"\x00a")
    xpub.send(b"a, in vain")
    xpub.send(b"end")
    assert sub.recv() == [b"end"]


def test_empty_topic_lets_everything_through(two: Two) -> None:
    """SUB-1."""
    xpub, sub = two("XPUB", "SUB", {}, {"subscribe": b""})
    await_subscription(xpub, sub, b"\x01")
    xpub.send(b"")
    xpub.send(b"anything")
    assert [sub.recv(), sub.recv()] == [[b""], [b"anything"]]


def test_topic_of_any_length_and_any_octets(two: Two) -> None:
    topics = [bytes(range(256)) * 2, b"t" * 255, b"t" * 254, b"\x00", b"\x01"]
    xpub, sub = two("XPUB", "SUB")
    for topic in topics:
        sub.set("subscribe", topic)
        await_subscription(xpub, sub, b"\x01" + topic)
        xpub.send(topic)
        assert sub.recv() == [topic]


def test_subscriber_that_leaves_cancels(two: Two) -> None:
    """XPUB-3."""
    xpub, sub = two("XPUB", "SUB", {}, {"subscribe": b"a"})
    await_subscription(xpub, sub, b"\x01a")
    sub.close()
    assert xpub.recv() == [b"\x00a"]


def test_xsub_subscribes_by_message(two: Two) -> None:
    """XSUB-1: all other messages go to the publisher as they are."""
    xpub, xsub = two("XPUB", "XSUB")
    xsub.send(b"\x01topic")
    assert xpub.recv() == [b"\x01topic"]
    xsub.send(b"a user's", b"message")
    assert xpub.recv() == [b"a user's", b"message"]
    xsub.send(b"")
    assert xpub.recv() == [b""]
    xpub.send(b"topic")
    assert xsub.recv() == [b"topic"]
    xsub.send(b"\x00topic")
    assert xpub.recv() == [b"\x00topic"]


def test_every_frame_of_a_message_may_subscribe(two: Two) -> None:
    """XPUB-4: frames that start with an octet 0 or 1 are subscriptions, wherever they stand."""
    xpub, xsub = two("XPUB", "XSUB")
    xsub.send(b"\x01q", b"\x01w", b"zz")
    xsub.send(b"end")
    received: list[list[bytes] | None] = []
    while not received or received[-1] != [b"end"]:
        received.append(xpub.recv())
        assert received[-1] is not None
    assert received[:2] == [[b"\x01q"], [b"\x01w"]]
    for topic in (b"q", b"w"):
        xpub.send(topic)
        assert xsub.recv() == [topic]


def test_bound_subscriber_and_two_publishers(two: Two) -> None:
    """SUB-3: each new peer is sent the subscriptions."""
    sub, xpub = two("SUB", "XPUB", {"subscribe": b"a"})
    await_subscription(xpub, sub, b"\x01a")
    xpub.send(b"b")
    xpub.send(b"a")
    assert sub.recv() == [b"a"]
