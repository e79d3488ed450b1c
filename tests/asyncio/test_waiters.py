"""Who waits for a socket in an event loop, and how the loop serves it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

import zerowire
import zerowire as zmq
from tests.asyncio.conftest import Run, pair
from zerowire.asyncio import Context, Socket
from zerowire.engine.socket import OTHER, RECEIVE

WaitUntil = Callable[..., None]


def in_a_thread(action: Callable[[], object]) -> asyncio.Future[object]:
    """Do something in another thread."""
    return asyncio.ensure_future(asyncio.to_thread(action))


def waiting_calls(socket: Socket) -> list[asyncio.Future[Any]]:
    """Wait in a PAIR socket without a peer, in every way."""
    return [socket.recv(), socket.send(b"x"), socket.poll(), socket.wait_for_peers()]


def test_blocking_peer_in_a_thread_wakes_the_loop(run: Run) -> None:
    async def main() -> None:
        async with Context() as context:
            with context.socket(zmq.PAIR) as here, zerowire.Context(context).socket(zmq.PAIR) as there:
                here.bind("inproc://thread")
                there.connect("inproc://thread")

                def echo() -> None:
                    for _ in range(100):
                        there.send(there.recv())

                echoing = in_a_thread(echo)
                for number in range(100):
                    await here.send(b"%d" % number)
                    assert await here.recv() == b"%d" % number
                await echoing

    run(main)


def test_message_that_another_thread_has_received_is_not_awaited_in_vain(run: Run) -> None:
    """Whoever comes first has it; the others go on waiting."""

    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            blocking = zerowire.Socket(pull)
            blocking.rcvtimeo = 10_000
            received: list[asyncio.Future[Any]] = [pull.recv(), in_a_thread(blocking.recv)]
            await push.send(b"1")
            await push.send(b"2")
            assert sorted(await asyncio.gather(*received)) == [b"1", b"2"]

    run(main)


def test_socket_closed_elsewhere_ends_every_wait(run: Run) -> None:
    async def main() -> None:
        async with Context() as context:
            with context.socket(zmq.PAIR) as socket:
                waiting = waiting_calls(socket)
                other = zerowire.Socket(socket)
                await in_a_thread(other.close)
                for future in waiting:
                    with pytest.raises(zmq.ZMQError) as caught:
                        await future
                    assert caught.value.errno == zmq.ENOTSOCK
                with pytest.raises(zmq.ZMQError) as caught:
                    await socket.recv()
                assert caught.value.errno == zmq.ENOTSOCK

    run(main)


def test_end_of_the_context_ends_every_wait(run: Run) -> None:
    async def main() -> None:
        context = Context()
        with context.socket(zmq.PAIR) as socket:
            waiting = waiting_calls(socket)
            ending = in_a_thread(context.term)
            for future in waiting:
                with pytest.raises(zmq.ContextTerminated):
                    await future
            with pytest.raises(zmq.ContextTerminated):
                await socket.recv()
        assert await ending

    run(main)


def test_closing_cancels_those_who_wait(run: Run) -> None:
    """close cancels waiters: features 7.8."""

    async def main() -> None:
        async with Context() as context:
            socket = context.socket(zmq.PAIR)
            waiting = waiting_calls(socket)
            socket.close()
            assert all(future.cancelled() for future in waiting)

    run(main)


def test_socket_can_be_closed_by_another_thread(run: Run) -> None:
    async def main() -> None:
        async with Context() as context:
            socket = context.socket(zmq.PAIR)
            future = socket.recv()
            await in_a_thread(socket.close)
            with pytest.raises(zmq.ZMQError) as caught:
                await future
            assert caught.value.errno == zmq.ENOTSOCK

    run(main)


def test_socket_follows_its_program_from_loop_to_loop(run: Run) -> None:
    """several loops supported: features 7.8."""
    with Context() as context, context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
        pull.bind("inproc://loops")
        push.connect("inproc://loops")
        left: list[asyncio.Future[bytes]] = []

        async def main() -> None:
            future = pull.recv()
            await push.send(b"x")
            assert await future == b"x"
            left.append(pull.recv())

        for _ in range(3):
            run(main)
        assert [future.done() for future in left[:2]] == [True, True]


def test_loops_of_two_threads_share_a_socket_by_a_handle_each() -> None:
    received: list[bytes] = []

    with Context() as context, context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
        pull.bind("inproc://shared")
        push.connect("inproc://shared")

        async def receive(socket: Socket) -> None:
            for _ in range(50):
                received.append(await socket.recv())  # noqa: PERF401

        threads = [threading.Thread(target=asyncio.run, args=(receive(Socket(pull)),)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for number in range(100):
            push.send(b"%d" % number)
        for thread in threads:
            thread.join(20)
    assert sorted(received) == sorted(b"%d" % number for number in range(100))


def test_handle_that_tasks_of_another_loop_wait_with_says_so(wait_until: WaitUntil) -> None:
    with Context() as context, context.socket(zmq.PULL) as pull:

        async def wait() -> None:
            await pull.recv()

        waiting = threading.Thread(target=asyncio.run, args=(wait(),))
        waiting.start()
        wait_until(lambda: pull._recv_futures)

        async def interfere() -> None:
            with pytest.raises(RuntimeError, match="a handle for each"):
                pull.recv()

        asyncio.run(interfere())
        with context.socket(zmq.PUSH) as push:
            pull.bind("inproc://taken")
            push.connect("inproc://taken")
            push.send(b"x")
            waiting.join(20)

        async def take_over() -> None:
            assert not await pull.poll(1)

        asyncio.run(take_over())


def test_caller_without_a_loop_is_warned() -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        with Context() as context, context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
            pull.bind("inproc://early")
            push.connect("inproc://early")
            with pytest.warns(RuntimeWarning, match="no loop runs here"):
                future = pull.recv()
            push.send(b"x")
            assert loop.run_until_complete(future) == b"x"
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def test_answer_that_comes_at_once_takes_no_trip_through_the_loop() -> None:
    """Who waits for it stays awake for a moment, if waits were short and the loop is idle."""

    async def main() -> None:
        async with Context() as context:
            with context.socket(zmq.REQ) as req, zerowire.Context(context).socket(zmq.REP) as rep:
                port = rep.bind_to_random_port("tcp://127.0.0.1")
                req.connect(f"tcp://127.0.0.1:{port}")

                def echo() -> None:
                    while (question := rep.recv()) != b"end":
                        rep.send(question)
                    rep.send(b"")

                echoing = in_a_thread(echo)
                async with asyncio.timeout(20):
                    while True:
                        await req.send(b"question")
                        req._core.vigil.is_promising = True
                        answer = req.recv()
                        if answer.done():
                            break
                        await answer
                assert await answer == b"question"
                await req.send(b"end")
                await req.recv()
                await echoing

    asyncio.run(main())


def test_what_has_happened_before_a_task_waits_ends_the_wait(run: Run) -> None:
    """It may happen at any moment: the caretaker serves the socket as well."""

    async def main() -> None:
        async with Context() as context:
            with context.socket(zmq.PAIR) as socket:
                assert await socket._waiters.look_out((OTHER,), lambda: True, -1)

                def fail() -> bool:
                    raise zmq.ZMQError(zmq.EFSM)

                with pytest.raises(zmq.ZMQError):
                    await socket._waiters.look_out((OTHER,), fail, -1)
                assert not await socket._waiters.look_out((OTHER,), lambda: False, 1)

    run(main)


def test_dropped_socket_gives_back_what_its_loop_had(run: Run) -> None:
    async def main() -> None:
        async with Context() as context:
            socket = context.socket(zmq.PULL)
            socket.recv().cancel()
            with pytest.warns(ResourceWarning):
                del socket

    run(main)


def test_caretaker_leaves_a_socket_to_those_it_has_told(wait_until: WaitUntil) -> None:
    """Else it would find the waker set again and again while the loop is busy."""
    with zerowire.Context() as context, context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
        pull.bind("inproc://told")
        push.connect("inproc://told")
        core = pull._core
        with core.lock:
            core.begin_watch(RECEIVE)
        wait_until(lambda: not core.leased)
        push.send(b"x")
        wait_until(lambda: core.leased)
        with core.lock:
            core.end_watch(RECEIVE)


# -- what happens seldom -----------------------------------------------------------------------------


def serve_until(socket: Socket, condition: Callable[[], object]) -> None:
    """Serve a socket without giving the loop its turn."""
    deadline = asyncio.get_running_loop().time() + 10
    while not condition():
        assert asyncio.get_running_loop().time() < deadline
        socket._waiters.serve()


@pytest.mark.usefixtures("hurried")
def test_frames_that_are_here_come_although_the_loop_is_to_have_its_turn(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            await push.send_multipart([b"a", b"b", b"c"])
            assert [await pull.recv() for _ in range(3)] == [b"a", b"b", b"c"]

    run(main)


def test_receivers_in_line_wait_for_their_turn(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.REP, zmq.REQ) as (rep, req):
            first, second = rep.recv(), rep.recv()
            await req.send(b"1")
            assert await first == b"1"
            assert not second.done()
            await rep.send(b"")
            await req.recv()
            await req.send(b"2")
            assert await second == b"2"

    run(main)


def test_error_of_one_receiver_is_not_that_of_the_next(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            first, second = pull.recv(), pull.recv()
            core, take = pull._core, pull._core.take

            def fail() -> None:
                core.take = take
                raise zmq.ZMQError(zmq.ENOTSUP)

            core.take = fail
            pull._waiters.serve()
            with pytest.raises(zmq.ZMQError):
                await first
            await push.send(b"x")
            assert await second == b"x"

    run(main)


def test_socket_that_is_closed_just_before_a_wait_ends_it(run: Run) -> None:
    async def main() -> None:
        async with Context() as context:
            for linger in (0, -1):
                socket = context.socket(zmq.PUSH)
                socket.connect("tcp://127.0.0.1:9")
                socket.send(b"x")
                with socket._core.lock:
                    socket._core.close(linger)
                future = socket._waiters.receive(False, None, True)
                with pytest.raises(zmq.ZMQError) as caught:
                    await future
                assert caught.value.errno == zmq.ENOTSOCK
                with socket._core.lock:
                    socket._core.abandon()
                socket.close()

    run(main)


def test_handle_is_taken_over_from_a_loop_that_does_not_need_it(wait_until: WaitUntil) -> None:
    with Context() as context, context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
        pull.bind("inproc://over")
        push.connect("inproc://over")
        received: list[bytes] = []
        loop = asyncio.new_event_loop()

        async def receive() -> None:
            received.append(await pull.recv())

        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        done = asyncio.run_coroutine_threadsafe(receive(), loop)
        wait_until(lambda: pull._recv_futures)
        push.send(b"1")
        done.result(10)

        async def take_over() -> None:
            future = pull.recv()
            await push.send(b"2")
            received.append(await future)

        asyncio.run(take_over())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
        assert received == [b"1", b"2"]


@pytest.mark.usefixtures("unhurried")
def test_interrupt_gives_back_what_was_not_handed_out(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            await push.wait_for_peers()

            def interrupt(_: object) -> None:
                raise KeyboardInterrupt

            futures: list[asyncio.Future[Any]] = [pull.recv_serialized(interrupt), pull.recv(), pull.recv()]
            assert all(push.send(b"%d" % number).done() for number in range(3))
            with pytest.raises(KeyboardInterrupt):
                serve_until(pull, lambda: False)
            for future in futures:
                future.cancel()
            assert [await pull.recv() for _ in range(3)] == [b"0", b"1", b"2"]

    run(main)


def test_message_for_a_receiver_that_a_conversion_has_cancelled_is_received_again(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            first = pull.recv_serialized(lambda _: second.cancel())
            second = pull.recv()
            await push.send(b"1")
            await push.send(b"2")
            assert await first
            assert second.cancelled()
            assert await pull.recv() == b"2"

    run(main)
