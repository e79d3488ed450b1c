from __future__ import annotations

from collections.abc import Callable

import pytest

from zerowire.constants import Errno, SocketOption
from zerowire.error import ZMQError
from zerowire.message import Message
from zerowire.options import Settings
from zerowire.patterns.stream import Stream
from zerowire.routing.pipe import Pipe

Connect = Callable[..., Pipe]

FIRST = b"\x00\x00\x00\x00\x05"


@pytest.fixture
def stream() -> Stream:
    return Stream(Settings(), 5)


def near(peer: Pipe) -> Pipe:
    return peer.inbound.writer


def assert_fails(errno: Errno, call: Callable[[], object]) -> None:
    with pytest.raises(ZMQError) as caught:
        call()
    assert caught.value.errno == errno


def test_notices_surround_the_data(stream: Stream, connect: Connect) -> None:
    """STREAM-1, STREAM-2."""
    peer = connect(stream)
    peer.push(b"data")
    peer.close()
    assert stream.can_receive()
    assert [stream.receive() for _ in range(4)] == [[FIRST, b""], [FIRST, b"data"], [FIRST, b""], None]
    assert stream.last_pipe is near(peer)


def test_notices_can_be_switched_off(stream: Stream, connect: Connect) -> None:
    """STREAM-2."""
    stream.set_option(SocketOption.STREAM_NOTIFY, False)
    connect(stream).close()
    assert stream.receive() is None


def test_notices_follow_the_connection_of_a_connected_peer(stream: Stream, connect: Connect) -> None:
    peer = connect(stream, connecting=True)
    assert not stream.can_receive()
    stream.on_identified(near(peer))
    assert stream.receive() == [FIRST, b""]
    stream.on_lost(near(peer))
    assert stream.receive() == [FIRST, b""]
    stream.detach(near(peer))
    stream.detach(near(peer))
    assert stream.receive() is None


def test_data_goes_to_the_peer_that_is_named(stream: Stream, connect: Connect) -> None:
    one, two = connect(stream), connect(stream)
    assert stream.check_send(near(two).routing_id)
    assert stream.send([near(two).routing_id, b"data"])
    assert (one.pop(), two.pop()) == (None, b"data")


def test_connected_peer_can_be_named(stream: Stream, connect: Connect) -> None:
    """STREAM-1: CONNECT_ROUTING_ID."""
    peer = connect(stream, routing_id=b"a", assigned=True, connecting=True)
    stream.send([b"a", b"data"])
    assert peer.pop() == b"data"
    assert_fails(Errno.EINVAL, lambda: connect(stream, routing_id=b"a", assigned=True))


def test_last_assigned_id_can_be_asked_for(stream: Stream, connect: Connect) -> None:
    """STREAM-4."""
    assert stream.get_option(SocketOption.ROUTING_ID) == b""
    connect(stream)
    last = connect(stream, connecting=True)
    assert stream.get_option(SocketOption.ROUTING_ID) == near(last).routing_id


def test_empty_data_closes_the_connection(stream: Stream, connect: Connect) -> None:
    """STREAM-3."""
    peer = connect(stream)
    stream.send([FIRST, b"last"])
    stream.send([FIRST, b""])
    assert near(peer).is_closed
    assert (peer.pop(), peer.at_end) == (b"last", True)
    assert_fails(Errno.EHOSTUNREACH, lambda: stream.send([FIRST, b"x"]))


def test_unknown_peer_cannot_be_reached(stream: Stream) -> None:
    """STREAM-3."""
    assert_fails(Errno.EHOSTUNREACH, lambda: stream.send([b"nobody", b"x"]))
    assert_fails(Errno.EHOSTUNREACH, lambda: stream.check_send(b"nobody"))


def test_full_peer_makes_wait(stream: Stream, connect: Connect) -> None:
    """STREAM-3."""
    peer = connect(stream, hwm=1)
    assert stream.send([FIRST, b"1"])
    assert not stream.send([FIRST, b"2"])
    assert not stream.check_send(FIRST)
    assert stream.can_send()
    peer.pop()
    assert stream.send([FIRST, b"2"])


@pytest.mark.parametrize("message", [FIRST, [FIRST, b"x", b"y"]])
def test_message_has_two_frames(stream: Stream, connect: Connect, message: Message) -> None:
    connect(stream)
    assert stream.frames_a_message == 2
    assert_fails(Errno.EINVAL, lambda: stream.send(message))
