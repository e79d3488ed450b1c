"""What the draft types have in common; and those that are otherwise as DEALER, PUSH, PULL and PAIR."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from zerowire.constants import Errno, SocketOption, SocketType
from zerowire.error import ZMQError
from zerowire.message import Frame, label
from zerowire.options import Settings
from zerowire.patterns.registry import PATTERNS, make_pattern
from zerowire.routing.pipe import Pipe

Connect = Callable[..., Pipe]
LONE = [kind for kind in PATTERNS if PATTERNS[kind].lone_frames]
SENDERS = [SocketType.CLIENT, SocketType.SCATTER, SocketType.CHANNEL]
RECEIVERS = [SocketType.CLIENT, SocketType.GATHER, SocketType.CHANNEL, SocketType.SERVER, SocketType.PEER]


def test_which_types_have_messages_of_one_frame() -> None:
    """Section 1.1, column 'multipart'."""
    assert {kind.name for kind in LONE} == {
        "SERVER",
        "CLIENT",
        "RADIO",
        "DISH",
        "GATHER",
        "SCATTER",
        "PEER",
        "CHANNEL",
    }


@pytest.mark.parametrize("kind", [kind for kind in LONE if PATTERNS[kind].sends])
def test_several_frames_are_refused(kind: SocketType, connect: Connect) -> None:
    """SOCK-3."""
    pattern = make_pattern(kind, Settings(), 1)
    connect(pattern)
    with pytest.raises(
        ZMQError, match=f"a {kind.name} socket sends messages of one frame, not of 2"
    ) as caught:
        pattern.sender()([b"x", b"y"])
    assert caught.value.errno == Errno.EINVAL


@pytest.mark.parametrize("kind", RECEIVERS)
def test_several_frames_that_come_are_discarded(kind: SocketType, connect: Connect) -> None:
    """SOCK-3."""
    pattern = make_pattern(kind, Settings(), 1)
    peer = connect(pattern)
    peer.push([b"x", b"y"])
    assert not pattern.can_receive()
    assert pattern.receiver()() is None
    assert pattern.dropped == 1
    peer.push([b"x", b"y"])
    peer.push(b"z")
    message = pattern.receiver()()
    assert not isinstance(message, list)
    assert message is not None
    assert bytes(message) == b"z"
    assert pattern.last_pipe is peer.inbound.writer


@pytest.mark.parametrize("kind", SENDERS)
def test_group_and_routing_id_stay_here(kind: SocketType, connect: Connect) -> None:
    """SRV-1: what was received from a SERVER can be passed on."""
    pattern = make_pattern(kind, Settings(), 1)
    peer = connect(pattern)
    assert pattern.sender()(label(b"x", routing_id=5, group="g"))
    assert peer.pop() == b"x"


@pytest.mark.parametrize("kind", SENDERS)
def test_mute_without_a_peer(kind: SocketType) -> None:
    pattern = make_pattern(kind, Settings(), 1)
    assert not pattern.can_send()
    assert not pattern.send(b"x")


def test_scatter_takes_turns(connect: Connect) -> None:
    scatter = make_pattern(SocketType.SCATTER, Settings(), 1)
    peers = [connect(scatter), connect(scatter)]
    for body in (b"1", b"2", b"3"):
        scatter.send(body)
    assert [peer.pop() for peer in peers] == [b"1", b"2"]
    assert peers[0].pop() == b"3"


def test_channel_has_one_peer(connect: Connect) -> None:
    channel = make_pattern(SocketType.CHANNEL, Settings(), 1)
    first, second = connect(channel), connect(channel)
    assert second.inbound.ended
    channel.send(b"x")
    assert first.pop() == b"x"
    first.push(b"y")
    assert channel.receive() == b"y"


def test_client_greets_and_hears_of_a_hiccup(connect: Connect) -> None:
    """CLIENT-1."""
    client = make_pattern(SocketType.CLIENT, Settings(), 1)
    client.set_option(SocketOption.HELLO_MSG, b"hello")
    client.set_option(SocketOption.HICCUP_MSG, b"hiccup")
    assert not client.set_option(SocketOption.PROBE_ROUTER, True)
    server = connect(client, connecting=True)
    assert server.pop() == b"hello"
    client.on_lost(server.inbound.writer)
    assert client.receive() == b"hiccup"


def test_frames_without_a_copy_are_sent_as_they_are(connect: Connect) -> None:
    scatter = make_pattern(SocketType.SCATTER, Settings(), 1)
    peer = connect(scatter)
    frame = Frame(bytearray(b"x"), copy=False)
    scatter.send(frame)
    assert peer.pop() is frame
