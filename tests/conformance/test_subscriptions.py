"""Subscriptions on the wire, for each version of the peer (section 4.2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conformance.raw import RawPeer, command, frame
from tests.interop.library import Socket, ours, theirs, zmq

Greeted = Callable[..., tuple[Socket, RawPeer]]


def cancel(sub: Socket, topic: bytes) -> None:
    sub.setsockopt(zmq.UNSUBSCRIBE, topic)


def test_peer_of_zmtp_3_1_gets_commands(greeted: Greeted) -> None:
    sub, peer = greeted("SUB", "PUB", 1, subscribe=b"ab")
    peer.expect(b"\x04\x0c\x09SUBSCRIBEab")
    cancel(sub, b"ab")
    peer.expect(b"\x04\x09\x06CANCELab")


def test_peer_of_zmtp_3_0_gets_messages(greeted: Greeted) -> None:
    sub, peer = greeted("SUB", "PUB", 0, subscribe=b"ab")
    peer.expect(b"\x00\x03\x01ab")
    cancel(sub, b"ab")
    peer.expect(b"\x00\x03\x00ab")


@pytest.mark.parametrize("size", [0, 245, 246, 254, 256, 1000])
@pytest.mark.parametrize("minor", [0, 1])
def test_topic_of_any_length(greeted: Greeted, minor: int, size: int) -> None:
    """A command of more than 255 octets has the long form, as a message has."""
    topic = b"t" * size
    _, peer = greeted("SUB", "PUB", minor, subscribe=topic)
    peer.expect(command(b"SUBSCRIBE", topic) if minor else frame(b"\x01" + topic))


@ours
def test_topic_of_255_octets_reaches_a_peer_of_zmtp_3_0(greeted: Greeted) -> None:
    """FR-5."""
    _, peer = greeted("SUB", "PUB", 0, subscribe=b"t" * 255)
    peer.expect(frame(b"\x01" + b"t" * 255))


@theirs
def test_topic_of_255_octets_is_garbled(greeted: Greeted) -> None:
    """FR-5: the flag that announces the long form is missing."""
    _, peer = greeted("SUB", "PUB", 0, subscribe=b"t" * 255)
    peer.expect(bytes(7) + b"\x01\x00\x01")


@pytest.mark.parametrize("minor", [0, 1])
@pytest.mark.parametrize("kind", ["XPUB"])
def test_publisher_understands_both_forms(greeted: Greeted, kind: str, minor: int) -> None:
    """Whatever the version of the peer."""
    xpub, peer = greeted(kind, "SUB", minor)
    peer.send(command(b"SUBSCRIBE", b"a"), frame(b"\x01b"))
    assert [xpub.recv(), xpub.recv()] == [b"\x01a", b"\x01b"]
    for topic in (b"a", b"b"):
        xpub.send(topic)
        peer.expect(frame(topic))
    peer.send(command(b"CANCEL", b"a"), frame(b"\x00b"))
    assert [xpub.recv(), xpub.recv()] == [b"\x00a", b"\x00b"]


def test_unknown_cancel_is_reported(greeted: Greeted) -> None:
    """XPUB-4b."""
    xpub, peer = greeted("XPUB", "SUB")
    peer.send(command(b"CANCEL", b"never"))
    assert xpub.recv() == b"\x00never"


def test_publisher_ignores_what_is_no_subscription(greeted: Greeted) -> None:
    """PUB-1: a SUB that sends messages is not believed, and not punished."""
    xpub, peer = greeted("PUB", "SUB")
    peer.send(frame(b"\x02what?"), frame(b""), command(b"SUBSCRIBE", b""), command(b"PING", b"\0\0done"))
    peer.expect(command(b"PONG", b"done"))
    xpub.send(b"hello")
    peer.expect(frame(b"hello"))


def test_equal_subscriptions_are_each_sent(greeted: Greeted) -> None:
    """SUB-2: the publisher keeps a set; only the last cancel is sent."""
    sub, peer = greeted("SUB", "PUB", 1, subscribe=b"a")
    peer.expect(command(b"SUBSCRIBE", b"a"))
    sub.setsockopt(zmq.SUBSCRIBE, b"a")
    peer.expect(command(b"SUBSCRIBE", b"a"))
    cancel(sub, b"a")
    cancel(sub, b"unknown")
    sub.setsockopt(zmq.SUBSCRIBE, b"b")
    peer.expect(command(b"SUBSCRIBE", b"b"))
    cancel(sub, b"a")
    peer.expect(command(b"CANCEL", b"a"))


def test_subscriber_filters_for_itself_too(greeted: Greeted) -> None:
    """SOCK-5: a publisher that sends everything is filtered here."""
    sub, peer = greeted("SUB", "PUB", 1, subscribe=b"ab")
    for topic in (b"a", b"ab", b"b", b"abc"):
        peer.send(frame(topic, more=True), frame(b"body"))
    assert sub.recv_multipart() == [b"ab", b"body"]
    assert sub.recv_multipart() == [b"abc", b"body"]


def test_xsub_does_not_filter(greeted: Greeted) -> None:
    """SOCK-5."""
    xsub, peer = greeted("XSUB", "PUB")
    peer.send(frame(b"not asked for"))
    assert xsub.recv() == b"not asked for"
