from __future__ import annotations

from collections.abc import Callable

import pytest

from zerowire.constants import Errno, SocketOption, SocketType
from zerowire.error import ZMQError
from zerowire.message import Frame, label
from zerowire.options import Settings
from zerowire.patterns.base import Pattern
from zerowire.patterns.draft.peer import Peer
from zerowire.patterns.draft.server import Server
from zerowire.patterns.registry import make_pattern
from zerowire.routing.pipe import Pipe

Connect = Callable[..., Pipe]
NUMBERED = pytest.mark.parametrize("kind", [SocketType.SERVER, SocketType.PEER])


def make(kind: SocketType, seed: int = 7) -> Server:
    pattern = make_pattern(kind, Settings(), seed)
    assert isinstance(pattern, Server)
    return pattern


def received(pattern: Pattern) -> tuple[bytes, int]:
    frame = pattern.receive()
    assert isinstance(frame, Frame)
    return bytes(frame), frame.routing_id


@NUMBERED
def test_answers_go_to_whom_the_question_came_from(kind: SocketType, connect: Connect) -> None:
    """SRV-1."""
    server = make(kind)
    first, second = connect(server), connect(server)
    second.push(b"question")
    assert server.can_receive()
    body, routing_id = received(server)
    assert body == b"question"
    assert server.last_pipe is second.inbound.writer
    assert server.check_send(label(b"answer", routing_id=routing_id))
    assert server.send(label(b"answer", routing_id=routing_id))
    assert (first.pop(), second.pop()) == (None, b"answer")


@NUMBERED
def test_frame_that_has_come_can_be_sent_back(kind: SocketType, connect: Connect) -> None:
    server = make(kind)
    peer = connect(server)
    peer.push(Frame(bytearray(b"x"), copy=False))
    frame = server.receive()
    assert isinstance(frame, Frame)
    assert server.send(frame)
    back = peer.pop()
    assert isinstance(back, Frame)
    assert (bytes(back), back.routing_id) == (b"x", 0)


def test_routing_ids_begin_at_the_seed_and_are_never_0(connect: Connect) -> None:
    """SRV-1."""
    server = make(SocketType.SERVER, 2**32 - 1)
    ids = [connect(server).inbound.writer.state for _ in range(3)]
    assert ids == [2**32 - 1, 1, 2]


def test_routing_id_in_use_is_not_given_again(connect: Connect) -> None:
    server = make(SocketType.SERVER, 1)
    connect(server)
    server._counter = 1
    assert connect(server).inbound.writer.state == 2


@NUMBERED
def test_unknown_peer_cannot_be_reached(kind: SocketType, connect: Connect) -> None:
    """SRV-1."""
    server = make(kind)
    gone = connect(server)
    server.detach(gone.inbound.writer)
    assert server.can_send()  # SOCK-6
    for message, why in (
        (label(b"x", routing_id=7), "no peer has the routing id 7"),
        (b"x", "has to be told which peer"),
        (Frame(b"x"), "routing_id=frame.routing_id"),
    ):
        for send in (server.send, server.check_send):
            with pytest.raises(ZMQError, match=why) as caught:
                send(message)
            assert caught.value.errno == Errno.EHOSTUNREACH


def test_peer_that_has_left_cannot_be_reached(connect: Connect) -> None:
    server = make(SocketType.SERVER)
    peer = connect(server)
    peer.inbound.refused = True
    with pytest.raises(ZMQError, match="no peer has the routing id 7"):
        server.send(label(b"x", routing_id=7))


def test_server_waits_for_a_peer_without_room(connect: Connect) -> None:
    """SRV-1."""
    server = make(SocketType.SERVER)
    connect(server, hwm=1)
    assert server.send(label(b"x", routing_id=7))
    assert not server.send(label(b"x", routing_id=7))
    assert not server.check_send(label(b"x", routing_id=7))


def test_what_a_peer_sent_before_it_left_can_be_received(connect: Connect) -> None:
    server = make(SocketType.SERVER)
    peer = connect(server)
    peer.push(b"x")
    server.detach(peer.inbound.writer)
    assert received(server) == (b"x", 7)


def test_greeting_is_the_first_thing_a_peer_hears(connect: Connect) -> None:
    """HELLO_MSG."""
    server = make(SocketType.SERVER)
    server.set_option(SocketOption.HELLO_MSG, b"hello")
    peer = connect(server)
    server.on_reconnected(peer.inbound.writer)
    assert (peer.pop(), peer.pop()) == (b"hello", None)


@pytest.mark.parametrize(
    ("kind", "connecting", "notice"),
    [
        (SocketType.SERVER, False, b"gone"),
        (SocketType.SERVER, True, None),
        (SocketType.PEER, False, b"gone"),
        (SocketType.PEER, True, b"hiccup"),
    ],
)
def test_notice_when_a_peer_is_lost(
    connect: Connect, kind: SocketType, connecting: bool, notice: bytes | None
) -> None:
    """CLIENT-1, DISCONNECT_MSG, HICCUP_MSG."""
    server = make(kind)
    server.set_option(SocketOption.DISCONNECT_MSG, b"gone")
    server.set_option(SocketOption.HICCUP_MSG, b"hiccup")
    near = connect(server, connecting=connecting).inbound.writer
    server.on_lost(near)
    if notice is None:
        assert server.receive() is None
    else:
        assert received(server) == (notice, 7)


def test_peer_knows_whom_it_connected_to_last(connect: Connect) -> None:
    """PEER-1."""
    peer = make(SocketType.PEER)
    assert isinstance(peer, Peer)
    connect(peer)
    connected = connect(peer, connecting=True).inbound.writer
    connect(peer)
    assert peer.connected_id == connected.state == 8
