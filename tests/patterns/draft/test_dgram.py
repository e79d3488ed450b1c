from __future__ import annotations

from collections.abc import Callable

import pytest

from zerowire.constants import Errno, SocketType
from zerowire.error import ZMQError
from zerowire.message import Frame, Message
from zerowire.options import Settings
from zerowire.patterns.registry import make_pattern
from zerowire.routing.pipe import Pipe

Connect = Callable[..., Pipe]


def test_datagrams_pass_as_they_are(connect: Connect) -> None:
    """DGRAM-1."""
    dgram = make_pattern(SocketType.DGRAM, Settings(), 1)
    udp = connect(dgram)
    assert dgram.send([b"127.0.0.1:5555", b"x"])
    assert udp.pop() == [b"127.0.0.1:5555", b"x"]
    udp.push([b"127.0.0.1:6666", b"y"])
    assert dgram.receive() == [b"127.0.0.1:6666", b"y"]


@pytest.mark.parametrize("address", [b"127.0.0.1:5555\0", Frame(b"127.0.0.1:5555")])
def test_address_may_be_as_libzmq_delivers_it(connect: Connect, address: bytes | Frame) -> None:
    dgram = make_pattern(SocketType.DGRAM, Settings(), 1)
    udp = connect(dgram)
    assert dgram.send([address, b"x"])
    assert udp.pop() == [b"127.0.0.1:5555", b"x"]


@pytest.mark.parametrize("message", [b"x", [b"a", b"b", b"c"]])
def test_message_without_an_address_is_refused(connect: Connect, message: Message) -> None:
    """DGRAM-1."""
    dgram = make_pattern(SocketType.DGRAM, Settings(), 1)
    connect(dgram)
    with pytest.raises(ZMQError, match="two frames") as caught:
        dgram.send(message)
    assert caught.value.errno == Errno.EINVAL


def test_unbound_socket_is_mute(connect: Connect) -> None:
    """DGRAM-1: EAGAIN, where libzmq reports whatever was wrong last."""
    dgram = make_pattern(SocketType.DGRAM, Settings(), 1)
    assert not dgram.can_send()
    assert not dgram.send([b"127.0.0.1:5555", b"x"])


@pytest.mark.parametrize(
    "address",
    [
        b"",
        b"nowhere",
        b"localhost:5555",
        b"127.0.0.1",
        b"127.0.0.1:0",
        b"127.0.0.1:65536",
        b"::1:5",
        b"[127.0.0.1]:5",
        b"127.0.0.1:" + b"1" * 5000,
        b"127.0.0.1:0000080",
    ],
)
def test_address_that_is_none_is_refused(connect: Connect, address: bytes) -> None:
    """DGRAM-1: libzmq drops the message."""
    dgram = make_pattern(SocketType.DGRAM, Settings(), 1)
    connect(dgram)
    with pytest.raises(ZMQError, match="is no address of a datagram") as caught:
        dgram.send([address, b"data"])
    assert caught.value.errno == Errno.EINVAL


@pytest.mark.parametrize("address", [b"127.0.0.1:1", b"[::1]:65535", b"[fe80::1%eth0]:5555"])
def test_address_is_numeric(connect: Connect, address: bytes) -> None:
    """DGRAM-1"""
    dgram = make_pattern(SocketType.DGRAM, Settings(), 1)
    udp = connect(dgram)
    assert dgram.send([address, b"data"])
    assert udp.pop() == [address, b"data"]
