"""What happens to a socket's links, as an asynchronous iterator (features 7.3, monitor)."""

from __future__ import annotations

import asyncio

import pytest

import zerowire
import zerowire as zmq
from tests.asyncio.conftest import Run
from zerowire.asyncio import Context, Socket


def test_events_are_awaited(run: Run) -> None:
    async def main() -> None:
        wanted = zmq.Event.ACCEPTED | zmq.Event.HANDSHAKE_SUCCEEDED
        async with Context() as context:
            with context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
                events = pull.events(wanted)
                port = pull.bind_to_random_port("tcp://127.0.0.1")
                push.connect(f"tcp://127.0.0.1:{port}")
                kinds = [(await anext(events)).event for _ in range(2)]
                assert kinds == [zmq.Event.ACCEPTED, zmq.Event.HANDSHAKE_SUCCEEDED]
                events.close()

    run(main)


@pytest.mark.parametrize("how", ["socket", "stream", "context", "timeout"])
def test_events_end(run: Run, how: str) -> None:
    async def main() -> None:
        context = Context()
        socket = context.socket(zmq.PULL)
        events = socket.events(timeout=1 if how == "timeout" else None)

        async def follow() -> int:
            return len([event async for event in events])

        following = asyncio.create_task(follow())
        await asyncio.sleep(0)
        if how == "socket":
            socket.close()
        elif how == "stream":
            events.close()
        elif how == "context":
            assert not context.term(0)
        assert await following == 0
        events.close()
        with pytest.raises(StopAsyncIteration):
            await anext(events)
        socket.close()
        context.destroy()

    run(main)


def test_events_of_a_blocking_socket_are_awaited_through_a_handle(run: Run) -> None:
    async def main() -> None:
        with zerowire.Context() as context, context.socket(zmq.PULL) as pull:
            async with Socket(pull).events(zmq.Event.LISTENING) as events:
                port = pull.bind_to_random_port("tcp://127.0.0.1")
                assert (await anext(events)).endpoint == f"tcp://127.0.0.1:{port}"

    run(main)


def test_events_are_not_for_a_loop_that_waits() -> None:
    with Context() as context, context.socket(zmq.PULL) as pull:
        stream = pull.events()
        with pytest.raises(TypeError, match="not iterable"):
            iter(stream)  # type: ignore[call-overload]
        stream.close()


def test_events_are_a_value_too() -> None:
    with Context() as context, context.socket(zmq.PULL) as pull:
        assert pull.events == 0
        assert pull.get(zmq.EVENTS) == pull.EVENTS == 0


def test_monitor_socket_is_awaited(run: Run) -> None:
    """async socket returns an async monitor socket: features 7.3."""

    async def main() -> None:
        async with Context() as context, context.socket(zmq.PULL) as pull:
            monitor = pull.get_monitor_socket()
            assert isinstance(monitor, Socket)
            pull.bind_to_random_port("tcp://127.0.0.1")
            assert len(await monitor.recv_multipart()) == 2
            pull.disable_monitor()

    run(main)
