"""Asking a peer and awaiting its answer, in one call: Socket.request()."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import zerowire as zmq
from tests.asyncio.conftest import Run, pair, until
from zerowire.asyncio import Context, Socket


async def answer(socket: Socket, count: int, kind: int) -> None:
    """Answer so many requests."""
    for _ in range(count):
        if kind == zmq.REP:
            await socket.send_multipart([part.upper() for part in await socket.recv_multipart()])
        else:
            *envelope, body = await socket.recv_multipart()
            await socket.send_multipart([*envelope, body.upper()])


@pytest.mark.parametrize("kind", [zmq.REQ, zmq.DEALER])
def test_reply_is_awaited(run: Run, kind: int) -> None:
    async def main() -> None:
        async with pair(zmq.REP, kind) as (rep, asker):
            answering = asyncio.create_task(answer(rep, 2, zmq.REP))
            assert await asker.request(b"one") == b"ONE"
            assert await asker.request([b"two", b"parts"], timeout=10_000) == [b"TWO", b"PARTS"]
            await answering

    run(main)


@pytest.mark.parametrize("kind", [zmq.REQ, zmq.DEALER])
def test_many_tasks_ask_at_once(run: Run, kind: int) -> None:
    async def main() -> None:
        async with pair(zmq.ROUTER, kind) as (router, asker):
            answering = asyncio.create_task(answer(router, 50, zmq.ROUTER))
            asked = [asyncio.create_task(asker.request(b"r%d" % number)) for number in range(50)]
            assert [await each for each in asked] == [b"R%d" % number for number in range(50)]
            await answering
            assert not asker._waiters.lookers

    run(main)


def test_request_is_repeated_and_given_up(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.ROUTER, zmq.DEALER) as (router, dealer):
            with pytest.raises(zmq.Again, match="3 tries"):
                await dealer.request(b"hello?", timeout=5, retries=2)
            assert len([await router.recv_multipart() for _ in range(3)]) == 3

    run(main)


def test_request_that_is_cancelled_leaves_the_socket_to_others(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.ROUTER, zmq.REQ) as (router, req):
            first, second = (asyncio.create_task(ask(req, text)) for text in (b"first", b"second"))
            await until(lambda: router.get(zmq.EVENTS) & zmq.POLLIN)
            first.cancel()
            await asyncio.wait([first])
            assert first.cancelled()
            while True:
                *envelope, body = await router.recv_multipart()
                await router.send_multipart([*envelope, body.upper()])
                if body == b"second":
                    break
            assert await second == b"SECOND"

    run(main)


async def ask(socket: Socket, text: bytes) -> Any:
    """Ask in a task."""
    return await socket.request(text)


def test_socket_that_is_closed_ends_requests(run: Run) -> None:
    async def main() -> None:
        async with Context() as context:
            dealer = context.socket(zmq.DEALER)
            asking = [asyncio.create_task(ask(dealer, b"x")) for _ in range(2)]
            await asyncio.sleep(0)
            dealer.close()
            results = await asyncio.gather(*asking, return_exceptions=True)
            assert all(isinstance(result, zmq.ZMQError | asyncio.CancelledError) for result in results)

    run(main)


def test_what_is_no_request_is_told(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            with pytest.raises(zmq.ZMQError) as caught:
                await push.request(b"x")
            assert caught.value.errno == zmq.ENOTSUP
            with pytest.raises(ValueError, match="retries is -1"):
                await pull.request(b"x", retries=-1)
            with pytest.raises(TypeError):
                await pull.request("text")

    run(main)
