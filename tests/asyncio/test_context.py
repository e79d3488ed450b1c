"""Context for asyncio (features 7.8)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

import zerowire
import zerowire as zmq
from tests.asyncio.conftest import Run
from zerowire.asyncio import Context, Socket


def test_context_makes_sockets_for_tasks() -> None:
    with Context() as context:
        assert isinstance(context, zerowire.Context)
        with context.socket(zmq.PUSH) as socket:
            assert type(socket) is Socket

        class Mine(Socket):
            pass

        with context.socket(zmq.PUSH, Mine) as mine:
            assert type(mine) is Mine
        with context.socket(zmq.PUSH, socket_class=zerowire.Socket) as blocking:
            assert not isinstance(blocking, Socket)


@pytest.mark.parametrize("first", [Context, zerowire.Context])
def test_shared_context_is_not_that_of_the_blocking_class(first: type[Any]) -> None:
    """separate _instance: features 7.8."""
    with first.instance(), Context.instance() as mine, zerowire.Context.instance() as other:
        assert type(mine) is Context
        assert type(other) is zerowire.Context
        assert mine.underlying != other.underlying


def test_two_kinds_of_sockets_share_a_context(run: Run) -> None:
    async def main() -> None:
        with zerowire.Context() as context, context.socket(zmq.PUSH) as push:
            push.bind("inproc://both")
            async with Context(context) as mine, mine.socket(zmq.PULL) as pull:
                pull.connect("inproc://both")
                push.send(b"x")
                assert await pull.recv() == b"x"
                push.close()

    run(main)


def test_end_of_the_block_leaves_the_loop_its_turn(run: Run) -> None:
    """While LINGER lets what is unsent go out."""

    async def main() -> None:
        pull_context = Context()
        pull = pull_context.socket(zmq.PULL)
        port = pull.bind_to_random_port("tcp://127.0.0.1")
        received: list[bytes] = []

        async def receive() -> None:
            while len(received) < 3000:
                received.append(await pull.recv())

        async with Context() as context:
            with context.socket(zmq.PUSH) as push:
                push.sndhwm = 0
                push.connect(f"tcp://127.0.0.1:{port}")
                for _ in range(3000):
                    await push.send(bytes(10_000))
            receiving = asyncio.create_task(receive())
        await receiving
        pull_context.destroy()

    run(main)


def test_end_of_the_block_can_be_cancelled(run: Run, wait_until: Callable[..., None]) -> None:
    """No thread that the loop would wait for stays behind; what is unsent still goes out."""
    with zmq.Context() as other, other.socket(zmq.PULL) as pull:
        port = pull.bind_to_random_port("tcp://127.0.0.1")
        pull.unbind(pull.last_endpoint)

        async def main() -> None:
            async with asyncio.timeout(0.05):
                async with Context() as context:
                    with context.socket(zmq.PUSH) as push:
                        push.linger = -1
                        push.connect(f"tcp://127.0.0.1:{port}")
                        await push.send(b"late")

        with pytest.raises(TimeoutError):
            run(main)
        pull.bind(f"tcp://127.0.0.1:{port}")
        assert pull.poll(10_000)
        assert pull.recv() == b"late"
    wait_until(lambda: not any(thread.name.endswith("-end") for thread in threading.enumerate()))


def test_open_socket_is_told_of_at_the_end(run: Run) -> None:
    async def main() -> None:
        context = Context()
        with pytest.warns(ResourceWarning, match="Unclosed socket"):
            async with context:
                socket = context.socket(zmq.PULL)
        assert socket.closed
        assert context.closed

    run(main)
