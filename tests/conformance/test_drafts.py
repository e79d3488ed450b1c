"""Draft socket types on the wire, opposite peers that are made of octets."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conformance.raw import RawPeer, command, frame
from tests.interop.library import Socket, wait_until, zmq

pytestmark = pytest.mark.skipif(not zmq.DRAFT_API, reason="the library was built without draft types")

Greeted = Callable[..., tuple[Socket, RawPeer]]


@pytest.mark.parametrize("minor", [0, 1])
def test_dish_joins_and_leaves_by_commands(greeted: Greeted, minor: int) -> None:
    """RADIO-2."""
    dish, peer = greeted("DISH", "RADIO", minor)
    dish.join("news")
    peer.expect(b"\x04\x09\x04JOINnews")
    dish.leave(b"news")
    peer.expect(b"\x04\x0a\x05LEAVEnews")


def test_dish_receives_a_group_and_a_body(greeted: Greeted) -> None:
    """RADIO-2."""
    dish, peer = greeted("DISH", "RADIO")
    dish.join("news")
    peer.send(frame(b"old", more=True), frame(b"no"), frame(b"news", more=True), frame(b"yes"))
    got = dish.recv(copy=False)
    assert (got.bytes, got.group) == (b"yes", "news")


@pytest.mark.parametrize(
    "octets",
    [frame(b"news"), frame(b"news", more=True) + frame(b"x", more=True) + frame(b"y")],
    ids=["no body", "two bodies"],
)
def test_dish_ends_a_link_that_brings_no_group_or_several_bodies(greeted: Greeted, octets: bytes) -> None:
    """RADIO-2."""
    dish, peer = greeted("DISH", "RADIO")
    dish.join("news")
    peer.expect(b"\x04\x09\x04JOINnews")
    peer.send(octets)
    peer.expect_end()


def test_radio_sends_to_whom_a_command_has_joined(greeted: Greeted) -> None:
    """RADIO-2."""
    radio, peer = greeted("RADIO", "DISH")
    peer.send(command(b"JOIN", b"news"))
    peer.send(command(b"JOIN", b"sport"), command(b"LEAVE", b"sport"), command(b"PING", b"\0\0"))
    peer.expect(command(b"PONG"))
    radio.send(b"no", group="sport")
    radio.send(b"yes", group="news")
    peer.expect(frame(b"news", more=True) + frame(b"yes"))


@pytest.mark.parametrize(
    ("kind", "peer_kind"), [("CLIENT", "SERVER"), ("GATHER", "SCATTER"), ("CHANNEL", "CHANNEL")]
)
def test_message_of_several_frames_is_discarded(greeted: Greeted, kind: str, peer_kind: str) -> None:
    """SOCK-3."""
    sock, peer = greeted(kind, peer_kind)
    peer.send(frame(b"a", more=True), frame(b"b"), frame(b"c"))
    assert sock.recv() == b"c"
    assert not sock.get(zmq.RCVMORE)


def test_server_answers_the_peer_that_asked(greeted: Greeted, dial: Callable[[Socket], RawPeer]) -> None:
    """SRV-1: on the wire there is nothing but the frame."""
    server, first = greeted("SERVER", "CLIENT")
    second = dial(server)
    second.shake_hands("CLIENT")
    second.send(frame(b"question"))
    asked = server.recv(copy=False)
    assert asked.routing_id != 0
    server.send(b"answer", routing_id=asked.routing_id)
    second.expect(frame(b"answer"))
    first.expect_nothing()


@pytest.mark.parametrize(("kind", "peer_kind"), [("SERVER", "CLIENT"), ("PEER", "PEER")])
def test_hello_and_disconnect_messages(greeted: Greeted, kind: str, peer_kind: str) -> None:
    """HELLO_MSG, DISCONNECT_MSG."""
    server, peer = greeted(kind, peer_kind, hello_msg=b"hello", disconnect_msg=b"gone")
    peer.expect(frame(b"hello"))
    peer.send(frame(b"x"))
    came = server.recv(copy=False)
    peer.close()
    gone = server.recv(copy=False)
    assert (came.bytes, gone.bytes) == (b"x", b"gone")
    assert came.routing_id == gone.routing_id


def test_peer_that_is_disconnected_sees_the_end(greeted: Greeted) -> None:
    server, peer = greeted("SERVER", "CLIENT")
    peer.send(frame(b"x"))
    routing_id = server.recv(copy=False).routing_id
    server.send(b"bye", routing_id=routing_id)
    server.disconnect_peer(routing_id)
    peer.expect(frame(b"bye"))
    peer.expect_end()
    with pytest.raises(zmq.ZMQError, match=f"no peer has the routing id {routing_id}"):
        server.disconnect_peer(routing_id)
    wait_until(lambda: not server.peers())
