"""The options of XPUB, with subscribers of libzmq."""

from __future__ import annotations

from typing import Any

import pytest

from tests.interop.library import Open, Socket, bind, errno_of, ours, zmq
from tests.interop.peer import Peer, RemoteEnd


def received(xpub: Socket, count: int) -> list[bytes]:
    return [xpub.recv() for _ in range(count)]


def two_subscribers(xpub: Socket, peer: Peer) -> tuple[RemoteEnd, RemoteEnd]:
    where = bind(xpub)
    subscribers = peer.socket("SUB"), peer.socket("SUB")
    for sub in subscribers:
        sub.connect(where)
    return subscribers


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [b"\x01a", b"\x00a"]),
        ({"xpub_verbose": 1}, [b"\x01a", b"\x01a", b"\x00a"]),
        ({"xpub_verboser": 1}, [b"\x01a", b"\x01a", b"\x00a", b"\x00a"]),
    ],
    ids=["quiet", "verbose", "verboser"],
)
def test_equal_subscriptions_of_two_peers(
    sock: Open, peer: Peer, options: dict[str, Any], expected: list[bytes]
) -> None:
    """XPUB-2."""
    xpub = sock("XPUB", **options)
    one, other = two_subscribers(xpub, peer)
    seen: list[bytes] = []
    steps = [(one, "subscribe"), (other, "subscribe"), (one, "unsubscribe"), (other, "unsubscribe")]
    for number, (sub, step) in enumerate(steps):
        sub.set(step, b"a")
        sub.set("subscribe", b"step %d" % number)
        while (message := xpub.recv()) != b"\x01step %d" % number:
            seen.append(message)
    assert seen == expected


def test_application_decides_about_subscriptions(sock: Open, peer: Peer) -> None:
    """XPUB-5."""
    xpub = sock("XPUB", xpub_manual=1)
    sub = peer.socket("SUB", subscribe=b"wish")
    sub.connect(bind(xpub))
    assert xpub.recv() == b"\x01wish"
    xpub.setsockopt(zmq.SUBSCRIBE, b"w")
    xpub.send(b"w")
    xpub.send(b"wish granted")
    assert sub.recv() == [b"wish granted"]  # the subscriber filters for itself, too


def test_decision_is_about_the_last_peer(sock: Open, peer: Peer) -> None:
    """XPUB-5."""
    xpub = sock("XPUB", xpub_manual=1)
    one, other = two_subscribers(xpub, peer)
    one.set("subscribe", b"")
    assert xpub.recv() == b"\x01"
    xpub.setsockopt(zmq.SUBSCRIBE, b"for one")
    other.set("subscribe", b"")
    assert xpub.recv() == b"\x01"
    xpub.setsockopt(zmq.SUBSCRIBE, b"for other")
    for text in (b"for one", b"for other"):
        xpub.send(text)
    assert (one.recv(), other.recv()) == ([b"for one"], [b"for other"])


def test_new_peer_is_welcomed(sock: Open, peer: Peer) -> None:
    """XPUB-8."""
    xpub = sock("XPUB", xpub_welcome_msg=b"welcome", xpub_verbose=1)
    where = bind(xpub)
    for _ in range(2):
        sub = peer.socket("SUB", subscribe=b"wel")
        sub.connect(where)
        assert xpub.recv() == b"\x01wel"
        assert sub.recv() == [b"welcome"]


def test_matching_can_be_inverted(sock: Open, peer: Peer) -> None:
    """XPUB-9."""
    xpub = sock("XPUB", invert_matching=1)
    sub = peer.socket("SUB", invert_matching=1, subscribe=b"not this")
    sub.connect(bind(xpub))
    assert xpub.recv() == b"\x01not this"
    for text in (b"not this", b"but that"):
        xpub.send(text)
    assert sub.recv() == [b"but that"]


def test_topics_are_counted(sock: Open, peer: Peer) -> None:
    """XPUB-10."""
    xpub = sock("XPUB", xpub_verbose=1)
    one, other = two_subscribers(xpub, peer)
    for sub, topic in ((one, b"a"), (one, b"b"), (other, b"a")):
        sub.set("subscribe", topic)
    assert sorted(received(xpub, 3)) == [b"\x01a", b"\x01a", b"\x01b"]
    if errno_of(xpub.getsockopt, 116) == zmq.EINVAL:
        pytest.skip("libzmq before 4.3.5")
    assert xpub.getsockopt(116) == 2


@ours
def test_later_frames_can_be_left_alone(sock: Open, peer: Peer) -> None:
    """XPUB-4: with ONLY_FIRST_SUBSCRIBE."""
    xpub = sock("XPUB")
    xpub.setsockopt(108, 1)
    xsub = peer.socket("XSUB")
    xsub.connect(bind(xpub))
    xsub.send(b"a user's", b"\x01message")
    assert xpub.recv_multipart() == [b"a user's", b"\x01message"]
