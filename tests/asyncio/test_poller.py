"""Poller for asyncio (features 7.8)."""

from __future__ import annotations

import asyncio
import socket as net
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

import zerowire
import zerowire as zmq
from tests.asyncio.conftest import Run, pair, until
from zerowire.asyncio import Context, Poller


@pytest.fixture
def ends() -> Iterator[tuple[net.socket, net.socket]]:
    """Two connected sockets of the system."""
    here, there = net.socketpair()
    with here, there:
        yield here, there


def has_descriptors() -> bool:
    """Whether the loop watches descriptors."""
    return type(asyncio.get_running_loop()).__name__ != "WithoutDescriptors"


def test_poller_tells_which_sockets_are_ready(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push), pair(zmq.PULL, zmq.PUSH) as (other, _):
            poller = Poller()
            poller.register(pull, zmq.POLLIN)
            poller.register(other, zmq.POLLIN)
            immediate = poller.poll(0)
            assert immediate.done()
            assert await immediate == []
            assert await poller.poll(1) == []
            future = poller.poll()
            assert not future.done()
            await push.send(b"x")
            assert await future == [(pull, zmq.POLLIN)]
            assert await poller.poll() == [(pull, zmq.POLLIN)]  # as long as it is there
            poller.register(push, zmq.POLLOUT)
            assert await poller.poll(1000) == [(pull, zmq.POLLIN), (push, zmq.POLLOUT)]

    run(main)


def test_blocking_socket_can_be_polled(run: Run) -> None:
    async def main() -> None:
        with (
            zerowire.Context() as context,
            context.socket(zmq.PULL) as pull,
            context.socket(zmq.PUSH) as push,
        ):
            pull.bind("inproc://blocking")
            push.connect("inproc://blocking")
            poller = Poller()
            poller.register(pull, zmq.POLLIN)
            future = poller.poll(10_000)
            await asyncio.sleep(0)
            push.send(b"x")
            assert await future == [(pull, zmq.POLLIN)]
            assert pull.recv() == b"x"

    run(main)


def test_descriptor_can_be_polled(run: Run, ends: tuple[net.socket, net.socket]) -> None:
    """mixes zmq, sync zmq, raw fds: features 7.8."""

    async def main() -> None:
        if not has_descriptors():
            return
        here, there = ends
        async with pair(zmq.PULL, zmq.PUSH) as (pull, _):
            poller = Poller()
            poller.register(pull, zmq.POLLIN)
            poller.register(here, zmq.POLLIN)
            future = poller.poll(10_000)
            await asyncio.sleep(0)
            there.send(b"x")
            assert await future == [(here.fileno(), zmq.POLLIN)]
            poller.register(here.fileno(), zmq.POLLIN | zmq.POLLOUT)
            assert (here.fileno(), zmq.POLLIN | zmq.POLLOUT) in await poller.poll(10_000)

    run(main)


def test_descriptor_that_takes_no_more_is_waited_for(run: Run, ends: tuple[net.socket, net.socket]) -> None:
    async def main() -> None:
        if not has_descriptors():
            return
        here, there = ends
        here.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                here.send(bytes(65536))
        poller = Poller()
        poller.register(here, zmq.POLLOUT)
        future = poller.poll(10_000)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not future.done()
        there.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                there.recv(65536)
        assert await future == [(here.fileno(), zmq.POLLOUT)]

    run(main)


def test_who_else_watches_a_descriptor_is_not_disturbed(
    run: Run, ends: tuple[net.socket, net.socket]
) -> None:
    async def main() -> None:
        if not has_descriptors():
            return
        here, there = ends
        loop = asyncio.get_running_loop()
        told: list[Any] = []
        loop.add_reader(here, told.append, "readable")
        poller = Poller()
        poller.register(here, zmq.POLLIN)
        assert await poller.poll(1) == []
        there.send(b"x")
        await until(lambda: told)
        loop.remove_reader(here)

    run(main)


def test_poll_ends_with_the_socket(run: Run) -> None:
    async def main() -> None:
        async with Context() as context:
            socket = context.socket(zmq.PULL)
            poller = Poller()
            poller.register(socket, zmq.POLLIN)
            future = poller.poll()
            await asyncio.sleep(0)
            socket.close()
            with pytest.raises(asyncio.CancelledError):
                await future
            with pytest.raises(zmq.ZMQError) as caught:
                await poller.poll()
            assert caught.value.errno == zmq.ENOTSOCK

    run(main)


def test_poll_goes_on_when_somebody_else_was_faster(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            poller = Poller()
            poller.register(pull, zmq.POLLIN)
            future = poller.poll(10_000)
            await asyncio.sleep(0)
            receiving = pull.recv()
            await push.send(b"1")
            assert await receiving == b"1"
            await push.send(b"2")
            assert await future == [(pull, zmq.POLLIN)]
            assert await pull.recv() == b"2"

    run(main)


def test_poll_can_be_cancelled(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, _):
            poller = Poller()
            poller.register(pull, zmq.POLLIN)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(poller.poll(), 0.01)
            assert pull._waiters.lookers == []

    run(main)


def test_what_cannot_be_polled_is_told_when_awaited(run: Run) -> None:
    async def main() -> None:
        poller = Poller()
        poller.register("nonsense", zmq.POLLIN)
        with pytest.raises(TypeError, match="nonsense"):
            await poller.poll(1)

    run(main)


def test_empty_poller_waits_as_long_as_it_shall(run: Run) -> None:
    async def main() -> None:
        assert await Poller().poll(1) == []

    run(main)
