"""The greeting, octet by octet: RFC 23 and 37, with the stages that libzmq has for older peers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conformance.raw import SIGNATURE, RawListener, RawPeer, greeting, ready
from tests.interop.library import Open, Socket, ours
from tests.interop.monitor import Watch

Dial = Callable[[Socket], RawPeer]
StartWatch = Callable[[Socket], Watch]
REST = b"\x01" + b"NULL".ljust(20, b"\0") + bytes(32)
MECHANISM_MISMATCH = 0x11000002


def test_greeting_comes_in_stages(sock: Open, dial: Dial) -> None:
    """V-3, V-4: signature at once; revision after the signature; the rest after the revision."""
    peer = dial(sock("PULL"))
    peer.expect(SIGNATURE)
    peer.expect_nothing()
    peer.send(SIGNATURE)
    peer.expect(b"\x03")
    peer.expect_nothing()
    peer.send(b"\x03")
    peer.expect(REST)
    peer.expect_nothing()


def test_connecting_side_speaks_first_too(sock: Open, listener: RawListener) -> None:
    """RFC 23: each peer sends its greeting without waiting for the other."""
    socket = sock("PUSH")
    socket.connect(listener.endpoint)
    with listener.accept() as peer:
        peer.expect(SIGNATURE)
        peer.send(SIGNATURE)
        peer.expect(b"\x03")


def test_greeting_may_come_octet_by_octet(sock: Open, dial: Dial) -> None:
    socket = sock("PULL")
    peer = dial(socket)
    for octet in greeting():
        peer.send(bytes([octet]))
    peer.read(64)
    peer.read_frame()
    for octet in ready("PUSH") + b"\0\5hello":
        peer.send(bytes([octet]))
    assert socket.recv() == b"hello"


@ours
def test_all_may_come_at_once(sock: Open, dial: Dial) -> None:
    """Messages may follow READY at once; libzmq wants its own READY to be out before."""
    socket = sock("PULL")
    dial(socket).send(greeting(), ready("PUSH"), b"\0\5hello", b"\1\1a\0\1b")
    assert socket.recv() == b"hello"
    assert socket.recv_multipart() == [b"a", b"b"]


@pytest.mark.parametrize("kind", ["PULL", "ROUTER"])
def test_signature_holds_the_length_of_the_routing_id(sock: Open, dial: Dial, kind: str) -> None:
    """A peer of ZMTP 1.0 reads the signature as the header of an identity frame."""
    dial(sock(kind, routing_id=b"abc")).expect(b"\xff" + bytes(7) + b"\x04\x7f")


@pytest.mark.parametrize("revision", [2, 4, 7, 255])
def test_unknown_revision_is_greeted_like_ours(sock: Open, dial: Dial, revision: int) -> None:
    """V-5: it is taken for ZMTP 3.1."""
    socket = sock("PULL")
    peer = dial(socket)
    peer.send(greeting(9, major=revision))
    peer.expect(SIGNATURE + b"\x03" + REST)
    peer.read_frame()
    peer.send(ready("PUSH"), b"\0\5hello")
    assert socket.recv() == b"hello"


def test_only_two_octets_of_the_signature_count(sock: Open, dial: Dial) -> None:
    """RFC 23: a peer shall not look at the padding."""
    socket = sock("PULL")
    peer = dial(socket)
    peer.send(b"\xff12345678\x7f", greeting()[10:])
    peer.read(64)
    peer.read_frame()
    peer.send(ready("PUSH"), b"\0\5hello")
    assert socket.recv() == b"hello"


def test_filler_and_as_server_are_ignored(sock: Open, dial: Dial) -> None:
    """RFC 23: as-server has no meaning for NULL."""
    socket = sock("PULL")
    peer = dial(socket)
    peer.send(greeting(as_server=1)[:33], b"\xaa" * 31)
    peer.read(64)
    peer.read_frame()
    peer.send(ready("PUSH"), b"\0\5hello")
    assert socket.recv() == b"hello"


@pytest.mark.parametrize("mechanism", [b"PLAIN", b"CURVE", b"null", b"NULLX", b""])
def test_other_mechanism_ends_the_connection(
    sock: Open, dial: Dial, watch: StartWatch, mechanism: bytes
) -> None:
    """RFC 23: peers with different mechanisms close."""
    socket = sock("PULL")
    events = watch(socket)
    peer = dial(socket)
    peer.send(greeting(mechanism=mechanism))
    peer.read_to_end()
    seen = events.until("DISCONNECTED")
    assert [each.name for each in seen[-2:]] == ["HANDSHAKE_FAILED_PROTOCOL", "DISCONNECTED"]
    assert seen[-2].value == MECHANISM_MISMATCH


def test_peer_that_never_greets_is_dropped(sock: Open, dial: Dial, watch: StartWatch) -> None:
    """REC-7: HANDSHAKE_IVL."""
    socket = sock("PULL", handshake_ivl=50)
    events = watch(socket)
    peer = dial(socket)
    peer.send(SIGNATURE)
    assert peer.read_to_end() == SIGNATURE + b"\x03"
    assert "HANDSHAKE_FAILED_NO_DETAIL" in events.names_until("DISCONNECTED")


def test_peer_that_sends_no_ready_is_dropped(sock: Open, dial: Dial, watch: StartWatch) -> None:
    """REC-7: the handshake of the mechanism counts as well."""
    socket = sock("PULL", handshake_ivl=50)
    events = watch(socket)
    peer = dial(socket)
    peer.send(greeting())
    peer.read_to_end()
    assert "HANDSHAKE_FAILED_NO_DETAIL" in events.names_until("DISCONNECTED")
