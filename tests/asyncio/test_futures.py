"""Futures of calls that wait, and what becomes of a message that nobody comes for."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

import zerowire as zmq
from tests.asyncio.conftest import Run, pair, until
from zerowire.asyncio import Context, Socket

WaitUntil = Callable[..., None]


async def receive(socket: Socket) -> bytes:
    """Receive in a task."""
    return await socket.recv()


async def receive_whole(socket: Socket) -> list[bytes]:
    """Receive all frames in a task."""
    return await socket.recv_multipart()


def send_now(socket: Socket, frames: list[bytes]) -> None:
    """Send without a turn of the loop, in which a task might receive already."""
    zmq.Socket(socket).send_multipart(frames)


async def deliver(socket: Socket, futures: int = 1) -> None:
    """Serve a socket until so many of those in line have what they wait for, before any task goes on."""
    waiters = socket._waiters
    left = len(waiters.receivers) - futures
    deadline = asyncio.get_running_loop().time() + 10
    while len(waiters.receivers) > left:
        assert asyncio.get_running_loop().time() < deadline
        waiters.serve()


def test_message_that_comes_as_its_task_is_cancelled_is_received_again(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            task = asyncio.create_task(receive(pull))
            await asyncio.sleep(0)
            send_now(push, [b"1"])
            send_now(push, [b"2"])
            await deliver(pull)
            assert task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await pull.recv() == b"1"
            assert await pull.recv() == b"2"

    run(main)


def test_messages_that_several_cancelled_tasks_had_come_in_order(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            tasks = [asyncio.create_task(receive_whole(pull)) for _ in range(4)]
            await asyncio.sleep(0)
            for number in range(5):
                send_now(push, [b"%d" % number, b"x"])
            await deliver(pull, 4)
            for task in (tasks[2], tasks[0], tasks[1], tasks[3]):
                task.cancel()
            await asyncio.wait(tasks)
            assert [(await pull.recv_multipart())[0] for _ in range(5)] == [b"0", b"1", b"2", b"3", b"4"]

    run(main)


def test_frame_that_comes_as_its_task_is_cancelled_stays_with_its_message(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            tasks = [asyncio.create_task(receive(pull)) for _ in range(2)]
            await asyncio.sleep(0)
            send_now(push, [b"a", b"b", b"c"])
            await deliver(pull, 2)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            assert await pull.recv() == b"a"
            assert await pull.recv_multipart() == [b"b", b"c"]

    run(main)


def test_frame_given_back_goes_to_who_waits_for_one(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            first, second = (asyncio.create_task(receive(pull)) for _ in range(2))
            await asyncio.sleep(0)
            send_now(push, [b"a", b"b"])
            await deliver(pull, 2)
            third = asyncio.create_task(receive(pull))
            first.cancel()
            assert await second == b"b"
            assert await third == b"a"

    run(main)


def test_message_given_back_knows_its_peer(run: Run) -> None:
    """Although others were received after it."""

    async def main() -> None:
        async with pair(zmq.ROUTER, zmq.DEALER) as (router, one), Context() as context:
            with context.socket(zmq.DEALER) as other:
                other.routing_id = b"other"
                other.connect(router.get_string(zmq.LAST_ENDPOINT))
                await router.wait_for_peers(2)
                tasks = [asyncio.create_task(receive_whole(router)) for _ in range(2)]
                await asyncio.sleep(0)
                await other.send(b"1")
                await deliver(router)
                await one.send(b"2")
                await deliver(router)
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)
                frame = (await router.recv_multipart(copy=False))[-1]
                assert (frame.bytes, frame["Identity"]) == (b"1", "other")
                frame = (await router.recv_multipart(copy=False))[-1]
                assert (frame.bytes, frame["Identity"]) == (b"2", "")

    run(main)


@pytest.mark.usefixtures("unhurried")
def test_message_of_a_future_that_is_dropped_is_received_again(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            future = pull.recv()
            await push.send(b"1")
            await push.send(b"2")
            await until(future.done)
            del future
            gc.collect()
            assert await pull.recv() == b"1"
            await until(lambda: pull.get(zmq.EVENTS) & zmq.POLLIN)
            done = pull.recv_multipart()
            assert done.done()
            del done
            assert await pull.recv() == b"2"

    run(main)


def test_message_that_somebody_waited_for_among_others_is_received_again(run: Run) -> None:
    """asyncio.wait() drops what is done when it is cancelled itself."""

    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push), pair(zmq.PULL, zmq.PUSH) as (other, _):
            await push.send(b"1")
            await push.send(b"2")
            await until(lambda: pull.get(zmq.EVENTS) & zmq.POLLIN)
            for _ in range(2):
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(asyncio.wait([pull.recv(), other.recv()]), 0.01)
            gc.collect()
            assert await pull.recv() == b"1"
            assert await pull.recv() == b"2"

    run(main)


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("asks_for_all", [False, True])
@pytest.mark.parametrize("comes_first", [False, True])
def test_gather_drops_what_its_receivers_had_if_it_asks_for_all_results(
    run: Run, comes_first: bool, asks_for_all: bool
) -> None:
    """docs/howto/asyncio.md tells of it, and what to do instead. Else a frame is received again."""

    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push), pair(zmq.PULL, zmq.PUSH) as (other, _):
            if comes_first:
                await push.send_multipart([b"1", b"2"])
                await until(lambda: pull.get(zmq.EVENTS) & zmq.POLLIN)
            both = asyncio.gather(pull.recv(), other.recv(), return_exceptions=asks_for_all)
            if not comes_first:
                await push.send_multipart([b"1", b"2"])
                await until(lambda: not pull._recv_futures)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(both, 0.01)
            del both
            await asyncio.sleep(0)  # the loop holds what it has called last
            gc.collect()
            assert await pull.recv() == (b"2" if asks_for_all else b"1")

    run(main)


def test_task_of_a_group_that_fails_keeps_what_it_had(run: Run) -> None:
    """The other half of what docs/howto/asyncio.md says of gather()."""

    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push), pair(zmq.PULL, zmq.PUSH) as (other, _):
            await push.send(b"1")
            tasks: list[asyncio.Task[bytes]] = []
            with suppress(ExceptionGroup):
                async with asyncio.TaskGroup() as group:
                    tasks += [group.create_task(receive(socket)) for socket in (pull, other)]
                    await until(tasks[0].done)
                    raise ConnectionError
            assert [task.result() for task in tasks if not task.cancelled()] == [b"1"]

    run(main)


def test_message_behind_a_shield_is_received_again(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.shield(pull.recv()), 0.01)
            await push.send(b"1")
            await push.send(b"2")
            await until(lambda: not pull._recv_futures)
            gc.collect()
            assert await pull.recv() == b"1"
            assert await pull.recv() == b"2"

    run(main)


def test_message_that_a_callback_has_taken_is_not_received_again(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            taken: list[bytes] = []
            for _ in range(2):  # once it has to wait, and once not
                pull.recv().add_done_callback(lambda future: taken.append(future.result()))
                await push.send(b"x")
                await until(lambda: taken == [b"x"])
                taken.clear()
                await push.send(b"y")
                await until(lambda: pull.get(zmq.EVENTS) & zmq.POLLIN)
                assert await pull.recv() == b"y"

    run(main)


def test_waiting_for_several_futures_takes_from_those_that_are_asked(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push), pair(zmq.PULL, zmq.PUSH) as (other, another):
            await push.send(b"1")
            done, pending = await asyncio.wait(
                [pull.recv(), other.recv()], return_when=asyncio.FIRST_COMPLETED
            )
            assert [future.result() for future in done] == [b"1"]
            await another.send(b"2")
            assert await asyncio.gather(*pending) == [b"2"]

    run(main)


def test_cancelled_call_leaves_the_line(run: Run) -> None:
    """cancel removes waiter: features 7.8."""

    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            first, second = pull.recv(), pull.recv_multipart()
            assert first.cancel()
            assert not first.cancel()
            assert first.cancelled()
            assert len(pull._recv_futures) == 1
            await push.send(b"x")
            assert await second == [b"x"]
            with pytest.raises(asyncio.CancelledError):
                await first

    run(main)


def test_cancelled_send_has_sent_nothing(run: Run) -> None:
    async def main() -> None:
        async with Context() as context, context.socket(zmq.PUSH) as push, context.socket(zmq.PULL) as pull:
            calls = [push.send(b"%d" % number) for number in range(3)]
            assert calls[0].cancel()
            assert calls[1].cancel()
            pull.bind("inproc://cancelled")
            push.connect("inproc://cancelled")
            await calls[2]
            assert await pull.recv() == b"2"
            assert not await pull.poll(0)

    run(main)


def test_conversion_runs_without_the_lock(run: Run) -> None:
    """It is the user's code, and may call the socket."""

    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):

            def look(frames: list[bytes]) -> Any:
                return pull.get(zmq.EVENTS), frames

            future = pull.recv_serialized(look)
            await push.send(b"x")
            assert await future == (0, [b"x"])

    run(main)


@pytest.mark.parametrize("error", [ValueError, StopIteration])
def test_error_of_a_conversion_is_the_callers(run: Run, error: type[Exception]) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):

            def fail(_: list[bytes]) -> None:
                raise error("what is this?")

            for _ in range(2):
                future = pull.recv_serialized(fail)
                await push.send(b"x")
                with pytest.raises(RuntimeError if error is StopIteration else error):
                    await future
                await push.send(b"y")
                await until(lambda: pull.get(zmq.EVENTS) & zmq.POLLIN)
                assert await pull.recv() == b"y"

    run(main)


def test_exception_can_be_received(run: Run) -> None:
    """As an object, like any other."""

    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            for _ in range(2):
                future = pull.recv_pyobj()
                await push.send_pyobj(ValueError("an answer"))
                assert str(await future) == "an answer"
                await asyncio.sleep(0)

    run(main)


def test_error_that_nobody_asks_for_is_told(run: Run) -> None:
    """As of any future: by the loop's exception handler."""

    async def main() -> None:
        told: list[str] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["message"]))
        async with pair(zmq.PULL, zmq.PUSH) as (pull, _):
            pull.rcvtimeo = 1
            future = pull.recv()
            await until(future.done)
            del future
            gc.collect()
        assert told == ["Receiving exception was never retrieved"]

    run(main)
