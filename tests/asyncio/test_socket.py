"""Socket for asyncio (features 7.8)."""

from __future__ import annotations

import asyncio
import copy

import pytest

import zerowire
import zerowire as zmq
from tests.asyncio.conftest import Run, pair, until
from zerowire.asyncio import Context, Socket


def test_socket_is_a_socket(run: Run) -> None:
    with Context() as context, context.socket(zmq.PUSH) as socket:
        assert isinstance(socket, Socket)
        assert isinstance(socket, zerowire.Socket)
        assert socket.type == zmq.PUSH
        assert socket.context is context


@pytest.mark.parametrize("how", ["Socket", "from_socket", "shadow", "number"])
def test_blocking_socket_is_shared(run: Run, how: str) -> None:
    """from_socket, Socket(sync_socket) shadows: features 7.8."""

    async def main() -> None:
        with (
            zerowire.Context() as context,
            context.socket(zmq.PULL) as blocking,
            context.socket(zmq.PUSH) as push,
        ):
            blocking.bind("inproc://share")
            push.connect("inproc://share")
            makers = {
                "Socket": lambda: Socket(blocking),
                "from_socket": lambda: Socket.from_socket(blocking),
                "shadow": lambda: Socket.shadow(blocking),
                "number": lambda: Socket(shadow=blocking.underlying),
            }
            socket = makers[how]()
            assert socket.underlying == blocking.underlying
            future = socket.recv()
            push.send(b"x")
            assert await future == b"x"
            socket.close()
            assert blocking.closed

    run(main)


def test_copy_is_another_handle() -> None:
    with Context() as context, context.socket(zmq.PULL) as socket:
        other = copy.copy(socket)
        assert isinstance(other, Socket)
        assert other._waiters is not socket._waiters


def test_io_loop_is_deprecated() -> None:
    with Context() as context, pytest.warns(DeprecationWarning, match="io_loop"):
        context.socket(zmq.PULL, io_loop=object()).close()


def test_option_is_an_attribute(run: Run) -> None:
    with Context() as context, context.socket(zmq.PULL) as socket:
        socket.linger = 5
        assert socket.LINGER == socket.get(zmq.LINGER) == 5
        with pytest.raises(AttributeError):
            socket.nonsense = 1


# -- poll --------------------------------------------------------------------------------------------


def test_poll_tells_what_the_socket_is_ready_for(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PAIR, zmq.PAIR) as (here, there):
            future = here.poll(0)
            assert future.done()
            assert await future == 0
            assert await here.poll(1) == 0
            future = here.poll()
            assert not future.done()
            await there.send(b"x")
            assert await future == zmq.POLLIN
            both = zmq.POLLIN | zmq.POLLOUT
            assert await here.poll(flags=both) == both
            assert await here.poll(flags=zmq.POLLOUT) == zmq.POLLOUT
            assert await here.recv() == b"x"
            assert await here.poll(0, both) == zmq.POLLOUT

    run(main)


def test_poll_waits_for_room(run: Run) -> None:
    async def main() -> None:
        async with Context() as context, context.socket(zmq.PUSH) as push, context.socket(zmq.PULL) as pull:
            future = push.poll(flags=zmq.POLLOUT)
            await asyncio.sleep(0)
            assert not future.done()
            port = pull.bind_to_random_port("tcp://127.0.0.1")
            push.connect(f"tcp://127.0.0.1:{port}")
            assert await future == zmq.POLLOUT

    run(main)


def test_poll_of_a_closed_socket_fails_at_once() -> None:
    with Context() as context:
        socket = context.socket(zmq.PULL)
        socket.close()
        with pytest.raises(zmq.ZMQError) as caught:
            socket.poll()
        assert caught.value.errno == zmq.ENOTSUP


def test_poll_of_a_context_that_has_ended_fails(run: Run) -> None:
    async def main() -> None:
        context = Context()
        with context.socket(zmq.PULL) as socket:
            assert not context.term(0)
            with pytest.raises(zmq.ContextTerminated):
                await socket.poll(0)
        assert context.term()

    run(main)


def test_poll_can_be_cancelled(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PAIR, zmq.PAIR) as (here, there):
            task = asyncio.create_task(wait_for_message(here))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            assert here._waiters.lookers == []
            await there.send(b"x")
            assert await here.recv() == b"x"

    run(main)


async def wait_for_message(socket: Socket) -> int:
    """Poll in a task."""
    return await socket.poll()


# -- peers -------------------------------------------------------------------------------------------


def test_peers_and_subscribers_are_awaited(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PUB, zmq.SUB) as (pub, sub):
            assert not await pub.wait_for_subscribers(1, timeout=0)
            assert not await pub.wait_for_subscribers(1, timeout=1)
            several = asyncio.gather(pub.wait_for_peers(), pub.wait_for_subscribers(1, "news"))
            sub.subscribe("news")
            assert all(await several)
            assert await pub.wait_for_subscribers(1, "news")
            await pub.send(b"news")
            assert await sub.recv() == b"news"
            with pytest.raises(zmq.ZMQError) as caught:
                await sub.wait_for_subscribers()
            assert caught.value.errno == zmq.ENOTSUP

    run(main)


def test_two_handles_of_a_socket_wait_for_peers(run: Run) -> None:
    async def main() -> None:
        async with Context() as context, context.socket(zmq.PAIR) as here, context.socket(zmq.PAIR) as there:
            one, two = here.wait_for_peers(), Socket(here).wait_for_peers()
            assert one.cancel()
            port = here.bind_to_random_port("tcp://127.0.0.1")
            there.connect(f"tcp://127.0.0.1:{port}")
            assert await two

    run(main)


# -- the end, and all messages until then ------------------------------------------------------------


def test_socket_is_closed_at_the_end_of_its_block(run: Run) -> None:
    async def main() -> None:
        async with Context() as context:
            async with context.socket(zmq.PULL) as socket:
                assert not socket.closed
            assert socket.closed
            socket.close()

    run(main)


def test_iteration_yields_messages_until_the_socket_is_closed(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            received = []

            async def follow() -> None:
                async for message in pull:
                    received.append(message)  # noqa: PERF401

            following = asyncio.create_task(follow())
            await push.send(b"1")
            await push.send_multipart([b"2", b"3"])
            await until(lambda: len(received) == 2)
            pull.close()
            await following
            assert received == [[b"1"], [b"2", b"3"]]
            async for _ in pull:
                pytest.fail("there is nothing to receive any more")

    run(main)


def test_iteration_can_be_cancelled(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):

            async def follow() -> None:
                async for _ in pull:
                    pass

            following = asyncio.create_task(follow())
            await asyncio.sleep(0)
            following.cancel()
            with pytest.raises(asyncio.CancelledError):
                await following
            await push.send(b"x")
            assert await pull.recv() == b"x"

    run(main)


def test_iteration_passes_other_errors_on(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, _):
            pull.rcvtimeo = 1
            with pytest.raises(zmq.Again):
                async for _ in pull:
                    pass

    run(main)


def test_context_closes_its_sockets(run: Run) -> None:
    async def main() -> None:
        context = Context()
        socket = context.socket(zmq.PULL)
        future = socket.recv()
        context.destroy(linger=0)
        assert future.cancelled()
        assert socket.closed

    run(main)
