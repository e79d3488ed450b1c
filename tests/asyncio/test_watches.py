"""How an event loop learns that a socket has something to do."""

from __future__ import annotations

import asyncio
import os

import pytest

import zerowire as zmq
from tests.asyncio.conftest import WithoutDescriptors
from zerowire.asyncio.watches import BellWatch, DescriptorWatch, watch


@pytest.fixture
def loop() -> asyncio.AbstractEventLoop:
    """A loop that does not run."""
    return asyncio.new_event_loop()


def test_loop_watches_a_descriptor_if_it_can(loop: asyncio.AbstractEventLoop) -> None:
    other = WithoutDescriptors()
    with zmq.Context() as context, context.socket(zmq.PULL) as socket:
        one, two = watch(socket._core, loop, bool), watch(socket._core, other, bool)
        assert isinstance(one, DescriptorWatch)
        assert isinstance(two, BellWatch)
        one.close()
        two.close()
        one.close()
        two.close()
    loop.close()
    other.close()


def test_descriptor_is_not_that_of_the_socket(loop: asyncio.AbstractEventLoop) -> None:
    """Which may be closed, and its number given to another, while the loop still watches."""
    with zmq.Context() as context, context.socket(zmq.PULL) as socket:
        one = DescriptorWatch(socket._core, loop, bool)
        assert one._fd != socket._core.poller.fileno()
        loop.close()
        one.close()


def test_descriptor_is_closed_if_the_loop_does_not_take_it() -> None:
    loop = WithoutDescriptors()
    with zmq.Context() as context, context.socket(zmq.PULL) as socket:
        before = len(os.listdir("/dev/fd"))
        with pytest.raises(NotImplementedError):
            DescriptorWatch(socket._core, loop, bool)
        assert len(os.listdir("/dev/fd")) == before
    loop.close()


def test_loop_that_has_calls_to_make_is_not_idle(loop: asyncio.AbstractEventLoop) -> None:
    with zmq.Context() as context, context.socket(zmq.PULL) as socket:
        one = DescriptorWatch(socket._core, loop, bool)
        assert one.is_idle(0)
        loop.call_soon(bool)
        assert not one.is_idle(0)
        assert one.is_idle(1)
        assert not BellWatch(socket._core, loop, bool).is_idle(1)
        one.close()
    loop.close()


def test_who_stays_awake_sees_what_comes(loop: asyncio.AbstractEventLoop) -> None:
    with zmq.Context() as context, context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
        one = DescriptorWatch(pull._core, loop, bool)
        port = pull.bind_to_random_port("tcp://127.0.0.1")
        push.connect(f"tcp://127.0.0.1:{port}")
        push.send(b"x")
        assert pull.recv() == b"x"
        assert not one.stay_awake(1e-5)
        push.send(b"y")
        assert one.stay_awake(10)
        assert pull.recv() == b"y"
        one.close()
    loop.close()


def test_bell_of_a_loop_that_is_closed_is_not_heard(loop: asyncio.AbstractEventLoop) -> None:
    with zmq.Context() as context, context.socket(zmq.PULL) as socket:
        bell = BellWatch(socket._core, loop, bool)
        loop.close()
        with socket._core.lock:
            for ring in socket._core.bells:
                ring()
        bell.close()
        assert socket._core.bells == []
