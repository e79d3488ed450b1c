"""Frames, commands and their limits: RFC 23 and 37, section 4.2."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conformance.raw import RawListener, RawPeer, command, frame
from tests.interop.library import MOMENT, Open, Socket, ours, theirs
from tests.interop.monitor import Watch

Dial = Callable[[Socket], RawPeer]
Greeted = Callable[..., tuple[Socket, RawPeer]]
StartWatch = Callable[[Socket], Watch]


@pytest.mark.parametrize("size", [0, 1, 254, 255, 256, 65535, 65536, 200_000])
def test_frames_have_the_short_form_up_to_255_octets(greeted: Greeted, size: int) -> None:
    """FR-2."""
    push, peer = greeted("PUSH", "PULL")
    body = b"m" * size
    push.send(body)
    peer.expect((b"\x00" + bytes([size]) if size <= 255 else b"\x02" + size.to_bytes(8, "big")) + body)


def test_frames_of_a_message_have_the_flag_more(greeted: Greeted) -> None:
    push, peer = greeted("PUSH", "PULL")
    push.send_multipart([b"a", b"", b"m" * 256])
    peer.expect(b"\x01\x01a" + b"\x01\x00" + b"\x02" + (256).to_bytes(8, "big") + b"m" * 256)


def test_long_form_is_accepted_for_any_size(greeted: Greeted) -> None:
    """FR-2."""
    pull, peer = greeted("PULL", "PUSH")
    peer.send(b"\x03" + bytes(7) + b"\x01a", b"\x02" + bytes(8))
    assert pull.recv_multipart() == [b"a", b""]


def test_reserved_flags_are_ignored(greeted: Greeted) -> None:
    """Section 4.2: bits 3 to 7."""
    pull, peer = greeted("PULL", "PUSH")
    peer.send(b"\xf8\x01a", b"\xf9\x01b", b"\x80\x01c")
    assert pull.recv() == b"a"
    assert pull.recv_multipart() == [b"b", b"c"]


def test_messages_may_come_in_any_pieces(greeted: Greeted) -> None:
    pull, peer = greeted("PULL", "PUSH")
    for octet in frame(b"a", more=True) + frame(b"m" * 300):
        peer.send(bytes([octet]))
    assert pull.recv_multipart() == [b"a", b"m" * 300]


def test_unknown_commands_are_ignored(greeted: Greeted) -> None:
    """FR-3, FR-4: also such as have no whole name, between the frames of a message too."""
    pull, peer = greeted("PULL", "PUSH")
    peer.send(command(b"NONSENSE", b"x"), frame(b"\xff" + b"short", command=True), frame(b"a", more=True))
    peer.send(command(b"ERROR", b"\3500"), frame(b"b"))
    assert pull.recv_multipart() == [b"a", b"b"]


@ours
@pytest.mark.parametrize("name", [b"SUBSCRIBE", b"CANCEL", b"JOIN", b"LEAVE"])
def test_commands_for_other_socket_types_are_ignored(greeted: Greeted, name: bytes) -> None:
    """FR-4: libzmq delivers SUBSCRIBE and CANCEL to any socket as a message."""
    pull, peer = greeted("PULL", "PUSH")
    peer.send(command(name, b"x"), frame(b"message"))
    assert pull.recv() == b"message"


@pytest.mark.parametrize("limit", [100, 70_000])
def test_larger_frame_than_allowed_ends_the_connection(
    greeted: Greeted, watch: StartWatch, limit: int
) -> None:
    """FR-1: what came before it is delivered; the event is DISCONNECTED alone."""
    pull, peer = greeted("PULL", "PUSH", maxmsgsize=limit)
    events = watch(pull)
    peer.send(frame(b"m" * limit), frame(b"m" * (limit + 1)))
    assert pull.recv() == b"m" * limit
    peer.expect_end()
    assert events.names_until("DISCONNECTED")[-2:] in (
        ["DISCONNECTED"],
        ["HANDSHAKE_SUCCEEDED", "DISCONNECTED"],
    )
    assert not pull.poll(MOMENT)


def test_limit_holds_for_each_frame(greeted: Greeted) -> None:
    """FR-1: a message of many frames may be larger."""
    pull, peer = greeted("PULL", "PUSH", maxmsgsize=100)
    peer.send(frame(b"m" * 100, more=True) * 5, frame(b""))
    assert pull.recv_multipart() == [b"m" * 100] * 5 + [b""]


def test_header_alone_is_refused(greeted: Greeted) -> None:
    """FR-1: nobody waits for the body."""
    _, peer = greeted("PULL", "PUSH", maxmsgsize=100)
    peer.send(b"\x02" + (1 << 40).to_bytes(8, "big"))
    peer.expect_end()


@ours
def test_announced_size_costs_nothing(greeted: Greeted) -> None:
    """A header that announces a huge frame allocates nothing until octets arrive."""
    pull, peer = greeted("PULL", "PUSH")
    peer.send(b"\x02" + ((1 << 62) - 1).to_bytes(8, "big"), b"some octets")
    assert not pull.poll(MOMENT)
    peer.close()


@theirs
def test_limit_holds_for_the_handshake(sock: Open, dial: Dial) -> None:
    """FR-1: libzmq refuses a READY that is longer."""
    peer = dial(sock("PULL", maxmsgsize=10))
    peer.shake_hands("PUSH")
    peer.expect_end()


@ours
def test_limit_is_for_messages(greeted: Greeted) -> None:
    """FR-1: a small MAXMSGSIZE lets peers shake hands."""
    pull, peer = greeted("PULL", "PUSH", maxmsgsize=10)
    peer.send(frame(b"m" * 10), frame(b"m" * 11))
    assert pull.recv() == b"m" * 10
    peer.expect_end()


def test_request_has_an_empty_frame_in_front(greeted: Greeted) -> None:
    """REQ-1, RFC 28."""
    req, peer = greeted("REQ", "REP")
    req.send_multipart([b"hi", b"there"])
    peer.expect(b"\x01\x00" + b"\x01\x02hi" + b"\x00\x05there")
    peer.send(b"\x01\x00" + b"\x00\x05reply")
    assert req.recv() == b"reply"


def test_request_id_stands_before_the_empty_frame(greeted: Greeted) -> None:
    """REQ-1: with REQ_CORRELATE, four octets."""
    req, peer = greeted("REQ", "ROUTER", req_correlate=1)
    req.send(b"hi")
    flags, request_id = peer.read_frame()
    assert (flags, len(request_id)) == (1, 4)
    peer.expect(b"\x01\x00" + b"\x00\x02hi")
    peer.send(frame(request_id, more=True), b"\x01\x00" + b"\x00\x05reply")
    assert req.recv() == b"reply"


@pytest.mark.parametrize(
    "reply",
    [frame(b"bad"), frame(b"bad", more=True) + frame(b"worse"), frame(b"four", more=True) + frame(b"bad")],
    ids=["lone", "no delimiter", "id without delimiter"],
)
def test_reply_without_envelope_ends_the_connection(sock: Open, listener: RawListener, reply: bytes) -> None:
    """REQ-5: and it is not made again."""
    req = sock("REQ", reconnect_ivl=10)
    req.connect(listener.endpoint)
    with listener.accept(req) as peer:
        peer.shake_hands("REP")
        req.send(b"hi")
        peer.expect(b"\x01\x00\x00\x02hi")
        peer.send(reply)
        peer.expect_end()
        assert listener.accept_within(0.1) is None


def test_end_within_a_message_drops_it(greeted: Greeted, sock: Open, dial: Dial) -> None:
    """PIPE-6: only whole messages are seen."""
    pull, peer = greeted("PULL", "PUSH")
    peer.send(frame(b"whole"), frame(b"part", more=True), frame(b"m" * 100)[:50])
    peer.close()
    second = dial(pull)
    second.shake_hands("PUSH")
    assert pull.recv() == b"whole"
    second.send(frame(b"next"))
    assert pull.recv_multipart() == [b"next"]
