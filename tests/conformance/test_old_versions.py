"""Peers of ZMTP 1.0 (RFC 13), with and without a version, and of ZMTP 2.0 (RFC 15)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conformance.raw import SIGNATURE, RawPeer, frame, old_frame
from tests.interop.library import Open, Socket, zmq
from tests.interop.monitor import Watch

Dial = Callable[[Socket], RawPeer]
StartWatch = Callable[[Socket], Watch]
NUMBER = {
    "PAIR": 0,
    "PUB": 1,
    "SUB": 2,
    "REQ": 3,
    "REP": 4,
    "DEALER": 5,
    "ROUTER": 6,
    "PULL": 7,
    "PUSH": 8,
    "XPUB": 9,
}
BODIES = [b"", b"x", b"m" * 253, b"m" * 254, b"m" * 255, b"m" * 256, b"m" * 70000]


def oldest(peer: RawPeer, identity: bytes = b"") -> None:
    """Be a peer that knows no versions: its first frame is its identity."""
    peer.send(old_frame(identity))
    peer.expect(SIGNATURE)


def old(peer: RawPeer, revision: int, ours: str, theirs: str) -> None:
    """Exchange the greetings of ZMTP 1.0 with a version, or 2.0, with empty identities."""
    peer.send(SIGNATURE + bytes([revision, NUMBER[theirs]]))
    peer.expect(SIGNATURE + bytes([3, NUMBER[ours]]))
    make = frame if revision else old_frame
    peer.send(make(b""))
    peer.expect(make(b""))


def test_unversioned_peer_is_heard(sock: Open, dial: Dial) -> None:
    """V-1."""
    pull = sock("PULL")
    peer = dial(pull)
    oldest(peer)
    for body in BODIES:
        peer.send(old_frame(body))
        assert pull.recv() == body
    peer.send(old_frame(b"a", more=True), old_frame(b"b"))
    assert pull.recv_multipart() == [b"a", b"b"]


def test_unversioned_peer_hears_us(sock: Open, dial: Dial) -> None:
    """V-8: our identity follows the signature, which the peer has taken for its header."""
    push = sock("PUSH")
    peer = dial(push)
    oldest(peer)
    for body in BODIES:
        push.send(body)
        peer.expect(old_frame(body))
    push.send_multipart([b"a", b"b"])
    peer.expect(old_frame(b"a", more=True) + old_frame(b"b"))


def test_unversioned_peer_is_told_our_routing_id(sock: Open, dial: Dial) -> None:
    """V-8."""
    dealer = sock("DEALER", routing_id=b"abc")
    peer = dial(dealer)
    peer.send(old_frame(b""))
    peer.expect(b"\xff" + bytes(7) + b"\x04\x7f" + b"abc")
    dealer.send(b"hello")
    peer.expect(old_frame(b"hello"))


def test_identity_in_the_long_form_is_understood(sock: Open, dial: Dial) -> None:
    """V-2: bit 0 of the tenth octet is 0, so it is no signature."""
    router = sock("ROUTER")
    peer = dial(router)
    peer.send(b"\xff" + bytes(7) + b"\x03\x00" + b"id", old_frame(b"hello"))
    assert router.recv_multipart() == [b"id", b"hello"]


def test_identity_of_an_unversioned_peer_is_its_routing_id(sock: Open, dial: Dial) -> None:
    router = sock("ROUTER")
    peer = dial(router)
    oldest(peer, b"old friend")
    peer.send(old_frame(b"hello"))
    assert router.recv_multipart() == [b"old friend", b"hello"]
    router.send_multipart([b"old friend", b"reply"])
    peer.expect(old_frame(b"reply"))


def test_unversioned_subscriber_gets_everything(sock: Open, dial: Dial) -> None:
    """V-7: it filters for itself and sends no subscription."""
    pub = sock("XPUB")
    peer = dial(pub)
    oldest(peer)
    assert pub.recv() == b"\x01"
    pub.send(b"anything")
    peer.expect(old_frame(b"anything"))


@pytest.mark.parametrize("revision", [0, 1], ids=["zmtp1", "zmtp2"])
def test_old_peer_is_heard(sock: Open, dial: Dial, revision: int) -> None:
    """V-4, V-5."""
    pull = sock("PULL")
    peer = dial(pull)
    old(peer, revision, "PULL", "PUSH")
    make = frame if revision else old_frame
    for body in BODIES:
        peer.send(make(body))
        assert pull.recv() == body


@pytest.mark.parametrize("revision", [0, 1], ids=["zmtp1", "zmtp2"])
def test_old_peer_hears_us(sock: Open, dial: Dial, revision: int) -> None:
    push = sock("PUSH")
    peer = dial(push)
    old(peer, revision, "PUSH", "PULL")
    make = frame if revision else old_frame
    for body in BODIES:
        push.send(body)
        peer.expect(make(body))


@pytest.mark.parametrize("revision", [0, 1], ids=["zmtp1", "zmtp2"])
def test_old_subscriber_sends_messages(sock: Open, dial: Dial, revision: int) -> None:
    """Section 4.2: an octet 1 or 0, then the topic."""
    xpub = sock("XPUB")
    peer = dial(xpub)
    old(peer, revision, "XPUB", "SUB")
    make = frame if revision else old_frame
    peer.send(make(b"\x01ab"))
    assert xpub.recv() == b"\x01ab"
    xpub.send(b"abc")
    peer.expect(make(b"abc"))
    peer.send(make(b"\x00ab"))
    assert xpub.recv() == b"\x00ab"


@pytest.mark.parametrize("revision", [0, 1], ids=["zmtp1", "zmtp2"])
def test_we_subscribe_by_message(sock: Open, dial: Dial, revision: int) -> None:
    """Section 4.2."""
    sub = sock("SUB", subscribe=b"ab")
    peer = dial(sub)
    old(peer, revision, "SUB", "PUB")
    make = frame if revision else old_frame
    peer.expect(make(b"\x01ab"))
    sub.setsockopt(zmq.UNSUBSCRIBE, b"ab")
    peer.expect(make(b"\x00ab"))


def test_frame_of_length_0_ends_the_connection(sock: Open, dial: Dial) -> None:
    """RFC 13: the length counts the flags."""
    peer = dial(sock("PULL"))
    oldest(peer)
    peer.send(b"\x00\x00")
    peer.expect_end()


def test_old_peer_makes_no_handshake_event(sock: Open, dial: Dial, watch: StartWatch) -> None:
    """Section 5.1: HANDSHAKE_SUCCEEDED is for ZMTP 3."""
    pull = sock("PULL")
    events = watch(pull)
    peer = dial(pull)
    oldest(peer)
    peer.send(old_frame(b"hello"))
    assert pull.recv() == b"hello"
    peer.close()
    assert "HANDSHAKE_SUCCEEDED" not in events.names_until("DISCONNECTED")


def test_old_peer_is_not_refused_for_its_type(sock: Open, dial: Dial) -> None:
    """SOCK-2: the check is for ZMTP 3."""
    pull = sock("PULL")
    peer = dial(pull)
    old(peer, 1, "PULL", "PUB")
    peer.send(frame(b"hello"))
    assert pull.recv() == b"hello"


def test_old_peer_is_never_pinged(sock: Open, dial: Dial) -> None:
    """HB-4."""
    push = sock("PUSH", heartbeat_ivl=5)
    peer = dial(push)
    old(peer, 1, "PUSH", "PULL")
    peer.expect_nothing()
    push.send(b"hello")
    peer.expect(frame(b"hello"))


def test_old_req_is_answered(sock: Open, dial: Dial) -> None:
    rep = sock("REP")
    peer = dial(rep)
    old(peer, 1, "REP", "REQ")
    peer.send(frame(b"", more=True), frame(b"question"))
    assert rep.recv() == b"question"
    rep.send(b"answer")
    peer.expect(frame(b"", more=True) + frame(b"answer"))


def test_phantom_subscription_is_for_unversioned_peers_only(sock: Open, dial: Dial) -> None:
    """V-7."""
    xpub = sock("XPUB")
    peer = dial(xpub)
    old(peer, 0, "XPUB", "SUB")
    peer.send(old_frame(b"\x01topic"))
    assert xpub.recv() == b"\x01topic"


@pytest.mark.parametrize("first", [old_frame(b""), SIGNATURE + b"\0\x08", SIGNATURE + b"\1\x08"], ids=len)
@pytest.mark.parametrize(
    "options",
    [
        {"plain_server": 1},
        {"plain_username": b"ann"},
        {"curve_server": 1, "curve_secretkey": b"k" * 32},
        {"zap_domain": b"global"},
    ],
    ids=str,
)
def test_old_peer_is_refused_where_peers_are_authenticated(
    sock: Open, dial: Dial, options: dict[str, object], first: bytes
) -> None:
    """V-6: it has no handshake in which it could say who it is."""
    peer = dial(sock("PULL", **options))
    peer.send(first)
    assert peer.read_to_end()[:10] in (SIGNATURE, b"")
