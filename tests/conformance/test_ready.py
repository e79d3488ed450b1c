"""The handshake of the mechanism NULL: RFC 23 and 37."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conformance.raw import RawPeer, command, frame, greeting, properties, ready
from tests.interop.library import Open, Socket, ours, theirs, zmq
from tests.interop.monitor import Watch
from tests.interop.test_pairs import TALKS

Dial = Callable[[Socket], RawPeer]
StartWatch = Callable[[Socket], Watch]
KINDS = ["PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH", "XPUB", "XSUB"]
FRIENDS = {frozenset(pair) for pair in TALKS}


@pytest.mark.parametrize("kind", KINDS)
def test_ready_names_the_socket_type(sock: Open, dial: Dial, kind: str) -> None:
    """NULL-1, NULL-4: READY comes unasked; REQ, DEALER and ROUTER add their Identity, also an empty one."""
    peer = dial(sock(kind))
    peer.send(greeting())
    peer.read(64)
    expected = properties(Socket_Type=kind.encode())
    if kind in ("REQ", "DEALER", "ROUTER"):
        expected += properties(Identity=b"")
    peer.expect(command(b"READY", expected))


def test_ready_tells_the_routing_id(sock: Open, dial: Dial) -> None:
    peer = dial(sock("DEALER", routing_id=b"my name"))
    peer.send(greeting())
    peer.read(64)
    peer.expect(ready("DEALER", Identity=b"my name"))


def test_ready_carries_metadata(sock: Open, dial: Dial) -> None:
    """NULL-4: in the order of the names."""
    socket = sock("PULL")
    for text in (b"X-b:2", b"X-a:1"):
        socket.setsockopt(zmq.METADATA if hasattr(zmq, "METADATA") else 95, text)
    peer = dial(socket)
    peer.send(greeting())
    peer.read(64)
    peer.expect(ready("PULL", X_a=b"1", X_b=b"2"))


@pytest.mark.parametrize("peer_kind", KINDS)
@pytest.mark.parametrize("kind", KINDS)
def test_socket_types_that_may_not_talk_are_parted(sock: Open, dial: Dial, kind: str, peer_kind: str) -> None:
    """SOCK-2, RFC 23: a peer whose Socket-Type does not fit is disconnected."""
    peer = dial(sock(kind))
    peer.shake_hands(peer_kind)
    if frozenset((kind, peer_kind)) in FRIENDS:
        peer.send(command(b"PING", b"\0\0still there?"))
        peer.expect(command(b"PONG", b"still there?"))
    else:
        peer.expect_end()


@theirs
def test_mismatch_of_types_makes_no_event_of_its_own(sock: Open, dial: Dial, watch: StartWatch) -> None:
    """SOCK-2: DISCONNECTED is all that libzmq says."""
    socket = sock("REP")
    events = watch(socket)
    dial(socket).shake_hands("SUB")
    assert events.names_until("DISCONNECTED")[-2:] == ["ACCEPTED", "DISCONNECTED"]


@ours
def test_mismatch_of_types_is_an_event(sock: Open, dial: Dial, watch: StartWatch) -> None:
    """SOCK-2: ZeroWire says why, as libzmq does with CURVE."""
    socket = sock("REP")
    events = watch(socket)
    dial(socket).shake_hands("SUB")
    seen = events.until("DISCONNECTED")
    assert (seen[-2].name, seen[-2].value) == ("HANDSHAKE_FAILED_PROTOCOL", 0x10000018)


def test_peer_without_a_socket_type_is_accepted(sock: Open, dial: Dial) -> None:
    """SOCK-2."""
    socket = sock("PULL")
    peer = dial(socket)
    peer.greet()
    peer.send(command(b"READY"), b"\0\5hello")
    assert socket.recv() == b"hello"


@theirs
def test_names_in_capitals_only_are_known(sock: Open, dial: Dial) -> None:
    """NULL-3: libzmq lets `socket-type` pass unchecked."""
    socket = sock("PULL")
    peer = dial(socket)
    peer.greet()
    peer.send(command(b"READY", b"\x0bsocket-type\0\0\0\3SUB"), b"\0\5hello")
    assert socket.recv() == b"hello"


@ours
def test_names_are_compared_without_their_case(sock: Open, dial: Dial) -> None:
    """RFC 23: names of properties are case-insensitive."""
    peer = dial(sock("PULL"))
    peer.greet()
    peer.send(command(b"READY", b"\x0bsocket-type\0\0\0\3SUB"))
    peer.expect_end()


@pytest.mark.parametrize(
    "metadata",
    [
        b"\x0b",
        b"\x0bSocket-Type\0\0\0\x04PUS",
        b"\x0bSocket-Type\0\0",
        properties(Socket_Type=b"PUSH") + b"\0",
    ],
    ids=["name cut", "value cut", "length cut", "octet left"],
)
def test_broken_metadata_ends_the_connection(sock: Open, dial: Dial, metadata: bytes) -> None:
    """NULL-3."""
    peer = dial(sock("PULL"))
    peer.greet()
    peer.send(command(b"READY", metadata))
    peer.expect_end()


def test_message_before_ready_ends_the_connection(sock: Open, dial: Dial) -> None:
    """RFC 23: the first frame is a command."""
    peer = dial(sock("PULL"))
    peer.greet()
    peer.send(frame(b"too early"))
    peer.expect_end()


def test_other_command_before_ready_ends_the_connection(sock: Open, dial: Dial, watch: StartWatch) -> None:
    socket = sock("PULL")
    events = watch(socket)
    dial(socket).send(greeting(), command(b"HELLO", b"x"))
    seen = events.until("DISCONNECTED")
    assert seen[-2].name == "HANDSHAKE_FAILED_PROTOCOL"


@pytest.mark.parametrize("status", [300, 400, 500])
def test_error_with_a_status_is_an_event(sock: Open, dial: Dial, watch: StartWatch, status: int) -> None:
    """NULL-7."""
    socket = sock("PULL")
    events = watch(socket)
    peer = dial(socket)
    peer.greet()
    peer.send(command(b"ERROR", b"\3%d" % status))
    peer.expect_end()
    seen = events.until("DISCONNECTED")
    assert (seen[-2].name, seen[-2].value) == ("HANDSHAKE_FAILED_AUTH", status)


def test_metadata_of_the_peer_is_on_its_messages(sock: Open, dial: Dial) -> None:
    """Section 4.8."""
    socket = sock("PULL")
    peer = dial(socket)
    peer.shake_hands("PUSH", Identity=b"me", X_colour=b"blue")
    peer.send(b"\0\5hello")
    received = socket.recv(copy=False)
    assert received.get("Socket-Type") == "PUSH"
    assert received.get("X-colour") == "blue"
    assert received.get("Peer-Address") == "127.0.0.1"
    assert received.get("Identity") == "me"


def test_identity_of_the_peer_is_its_routing_id(sock: Open, dial: Dial) -> None:
    """NULL-5."""
    socket = sock("ROUTER")
    peer = dial(socket)
    peer.shake_hands("DEALER", Identity=b"me")
    peer.send(b"\0\5hello")
    assert socket.recv_multipart() == [b"me", b"hello"]
