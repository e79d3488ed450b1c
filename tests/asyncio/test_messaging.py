"""Sending and receiving in an event loop (features 7.8)."""

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


async def has_come(socket: Socket, count: int = 1) -> None:
    """Wait until so many messages can be received without waiting."""
    await until(
        lambda: socket.get(zmq.EVENTS) & zmq.POLLIN and (count == 1 or socket.stats().queued_in >= count)
    )


def test_message_is_awaited(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            assert await push.send(b"one") is None
            assert await pull.recv() == b"one"
            await push.send_multipart([b"two", b"parts"])
            assert await pull.recv_multipart() == [b"two", b"parts"]

    run(main)


@pytest.mark.parametrize("endpoint", ["inproc://tasks", "tcp://127.0.0.1:*"])
def test_tasks_of_one_loop_talk(run: Run, endpoint: str) -> None:
    async def main() -> None:
        async with pair(zmq.REP, zmq.REQ, endpoint) as (rep, req):

            async def serve() -> None:
                for _ in range(3):
                    await rep.send(b"re: " + await rep.recv())

            server = asyncio.create_task(serve())
            for number in (b"1", b"2", b"3"):
                await req.send(number)
                assert await req.recv() == b"re: " + number
            await server

    run(main)


@pytest.mark.usefixtures("unhurried")
def test_call_that_need_not_wait_comes_back_done(run: Run) -> None:
    """A future that is done, or what passes for one: features 7.8, semantics."""

    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            await push.wait_for_peers()
            sent = push.send(b"x")
            assert asyncio.isfuture(sent)
            assert sent.done()
            await has_come(pull)
            received = pull.recv()
            assert asyncio.isfuture(received)
            assert received.done()
            assert received.result() == await received == b"x"

    run(main)


def test_call_that_has_to_wait_comes_back_as_a_future(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            future = pull.recv()
            assert isinstance(future, asyncio.Future)
            assert not future.done()
            await push.send(b"x")
            assert await future == b"x"
            assert await future == b"x"  # as often as one likes

    run(main)


def test_receivers_are_served_in_the_order_in_which_they_came(run: Run) -> None:
    """FIFO per direction: features 7.8."""

    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            futures = [pull.recv() for _ in range(5)]
            for number in range(6):
                await push.send(b"%d" % number)
            assert await asyncio.gather(*futures) == [b"0", b"1", b"2", b"3", b"4"]
            assert await pull.recv() == b"5"

    run(main)


def test_receiver_does_not_overtake_those_in_line(run: Run, wait_until: WaitUntil) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            first = pull.recv()
            await push.send(b"1")
            await push.send(b"2")
            core = pull._core
            wait_until(
                lambda: core.poller.wait(0) or core.pattern.can_receive()
            )  # the loop knows nothing yet
            second = pull.recv()
            assert (await second, await first) == (b"2", b"1")

    run(main)


def test_frames_of_a_message_go_to_receivers_in_line(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            first, second, whole = pull.recv(), pull.recv(), pull.recv_multipart()
            await push.send_multipart([b"a", b"b", b"c", b"d"])
            assert await second == b"b"
            assert first.done()
            assert await first == b"a"
            assert await whole == [b"c", b"d"]
            assert not pull.rcvmore

    run(main)


def test_frame_knows_its_message(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            for _ in range(2):  # once it has to wait
                first = pull.recv(copy=False)
                await push.send_multipart([b"a", b"b"])
                frame = await first
                assert (frame.bytes, frame.more, frame["Socket-Type"]) == (b"a", True, "PUSH")
                assert pull.rcvmore
                frame = await pull.recv(copy=False)
                assert (frame.bytes, frame.more, frame["Socket-Type"]) == (b"b", False, "PUSH")
                await push.send_multipart([b"a", b"b"])
                assert [(f.bytes, f.more) for f in await pull.recv_multipart(copy=False)] == [
                    (b"a", True),
                    (b"b", False),
                ]

    run(main)


def test_frame_is_received_into_a_buffer(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            buffer = bytearray(4)
            future = pull.recv_into(buffer)
            await push.send(b"too long")
            assert await future == 8
            assert buffer == b"too "
            await push.send(b"xy")
            assert await pull.recv_into(buffer, nbytes=1) == 2
            assert buffer == b"xoo "
            with pytest.raises(ValueError, match="nbytes is 5"):
                await pull.recv_into(buffer, nbytes=5)
            with pytest.raises(BufferError):
                await pull.recv_into(b"read-only")

    run(main)


# -- not waiting -------------------------------------------------------------------------------------


def test_noblock_fails_when_it_is_awaited(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            for call in (pull.recv, pull.recv_multipart, pull.recv_json):
                future = call(zmq.NOBLOCK)
                assert future.done()
                with pytest.raises(zmq.Again):
                    await future
            await push.send(b"x")
            await has_come(pull)
            assert await pull.recv(zmq.NOBLOCK) == b"x"
        async with Context() as context, context.socket(zmq.PUSH) as lonely:
            with pytest.raises(zmq.Again):
                await lonely.send(b"x", zmq.NOBLOCK)
            with pytest.raises(zmq.Again):
                await lonely.send_multipart([b"x", b"y"], zmq.NOBLOCK)

    run(main)


def test_sender_without_waiting_does_not_overtake_those_in_line(run: Run) -> None:
    async def main() -> None:
        async with Context() as context, context.socket(zmq.PUSH) as push, context.socket(zmq.PULL) as pull:
            first = push.send(b"1")
            port = pull.bind_to_random_port("tcp://127.0.0.1")
            push.connect(f"tcp://127.0.0.1:{port}")
            with pytest.raises(zmq.Again):
                await push.send(b"2", zmq.NOBLOCK)
            await first
            assert await pull.recv() == b"1"

    run(main)


def test_try_recv_needs_no_await(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            assert pull.try_recv() is None
            assert pull.try_recv_multipart() is None
            await push.send(b"x")
            await push.send_multipart([b"y", b"z"])
            await has_come(pull, 2)
            assert pull.try_recv() == b"x"
            assert pull.try_recv_multipart() == [b"y", b"z"]

    run(main)


def test_calls_that_need_not_wait_need_no_loop() -> None:
    with Context() as context, context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
        pull.bind("inproc://no loop")
        push.connect("inproc://no loop")
        assert push.send(b"x").result() is None
        assert pull.recv().result() == b"x"
        with pytest.raises(zmq.Again):
            pull.recv(zmq.NOBLOCK)


def test_time_is_limited_by_options(run: Run) -> None:
    """RCVTIMEO/SNDTIMEO -> Again in the Future: features 7.8."""

    async def main() -> None:
        async with Context() as context, context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
            pull.bind("inproc://late")
            for timeout in (0, 1):
                pull.rcvtimeo = push.sndtimeo = timeout
                with pytest.raises(zmq.Again):
                    await pull.recv()
                with pytest.raises(zmq.Again):
                    await push.send(b"x")
            assert not pull._recv_futures
            assert not push._send_futures
            pull.rcvtimeo = 1
            early = pull.recv()
            pull.rcvtimeo = 10_000
            late = pull.recv()
            with pytest.raises(zmq.Again):
                await early
            push.connect("inproc://late")
            await push.send(b"y")
            assert await late == b"y"

    run(main)


# -- errors ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("unhurried")
def test_error_of_the_socket_type_is_raised_when_awaited(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            for future in (pull.send(b"x"), pull.send_multipart([b"x"]), push.recv(), push.recv_multipart()):
                assert future.done()
                with pytest.raises(zmq.ZMQError) as caught:
                    await future
                assert caught.value.errno == zmq.ENOTSUP
        async with pair(zmq.REP, zmq.REQ) as (rep, _):
            with pytest.raises(zmq.ZMQError) as caught:
                await rep.send(b"what?")
            assert caught.value.errno == zmq.EFSM

    run(main)


@pytest.mark.usefixtures("hurried")
def test_calls_come_to_the_same_if_the_loop_has_its_turn_first(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            await push.wait_for_peers()
            for _ in range(3):
                assert await push.send(b"x") is None
                assert await pull.recv() == b"x"
                await push.send_multipart([b"y", b"z"])
                assert await pull.poll() == zmq.POLLIN
                assert await pull.recv_multipart() == [b"y", b"z"]
            calls: list[asyncio.Future[Any]] = [pull.send(b"x"), push.recv()]
            for future in calls:
                with pytest.raises(zmq.ZMQError) as caught:
                    await future
                assert caught.value.errno == zmq.ENOTSUP

    run(main)


def test_what_cannot_be_sent_is_told_at_once(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (_, push):
            with pytest.raises(TypeError, match="str cannot be sent"):
                push.send("text")
            with pytest.raises(TypeError, match="Frame 1"):
                push.send_multipart([b"x", 1])
            with pytest.raises(IndexError):
                push.send_multipart([])

    run(main)


def test_receiver_out_of_turn_waits_for_its_turn(run: Run) -> None:
    """Tasks that share a REP take turns, as they do in pyzmq; NOBLOCK tells them apart from no request."""

    async def main() -> None:
        async with pair(zmq.REP, zmq.REQ) as (rep, req):

            async def work() -> None:
                request = await rep.recv()
                await asyncio.sleep(0)
                await rep.send(request)

            await req.send(b"1")
            await has_come(rep)
            workers = [asyncio.create_task(work()) for _ in range(2)]
            assert await req.recv() == b"1"
            await req.send(b"2")
            assert await req.recv() == b"2"
            await asyncio.gather(*workers)
            with pytest.raises(zmq.ZMQError) as caught:
                await req.recv(zmq.NOBLOCK)
            assert caught.value.errno == zmq.EFSM

    run(main)


def test_router_tells_a_sender_in_line_that_its_peer_has_left(run: Run) -> None:
    async def main() -> None:
        async with Context() as context, context.socket(zmq.ROUTER) as router:
            router.router_mandatory = True
            router.sndhwm = 1
            port = router.bind_to_random_port("tcp://127.0.0.1")
            with pytest.raises(zmq.ZMQError) as caught:
                await router.send_multipart([b"nobody", b"x"])
            assert caught.value.errno == zmq.EHOSTUNREACH
            with context.socket(zmq.DEALER) as dealer:
                dealer.rcvhwm = 1
                dealer.routing_id = b"peer"
                dealer.linger = 0
                dealer.connect(f"tcp://127.0.0.1:{port}")
                await router.wait_for_peers()
                waiting = await fill(router, [b"peer", bytes(1 << 20)])
            with pytest.raises(zmq.ZMQError) as caught:
                await waiting
            assert caught.value.errno == zmq.EHOSTUNREACH

    run(main)


async def fill(socket: Socket, message: list[bytes]) -> asyncio.Future[Any]:
    """Send until there is no room; return the call that waits."""
    while True:
        future = socket.send_multipart(message)
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(future), 0.05)
            continue
        return future


# -- sending -----------------------------------------------------------------------------------------


def test_sender_waits_for_room_and_is_served_in_order(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH, "inproc://room") as (pull, push):
            numbers = [b"%d" % number for number in range(2010)]  # more than both marks
            sent = [push.send(number) for number in numbers]
            assert not sent[-1].done()
            assert [await pull.recv() for _ in numbers] == numbers
            await asyncio.gather(*sent)

    run(main)


def test_frames_are_sent_one_by_one(run: Run) -> None:
    async def main() -> None:
        async with Context() as context, context.socket(zmq.PUSH) as push, context.socket(zmq.PULL) as pull:
            calls = [
                push.send(b"a", zmq.SNDMORE),
                push.send_multipart([b"b", b"c"], zmq.SNDMORE),
                push.send(b"d"),
            ]
            assert not any(call.done() for call in calls)
            port = pull.bind_to_random_port("tcp://127.0.0.1")
            push.connect(f"tcp://127.0.0.1:{port}")
            await asyncio.gather(*calls)
            assert await pull.recv_multipart() == [b"a", b"b", b"c", b"d"]
            await push.send(b"e", zmq.SNDMORE)
            await push.send(b"f")
            assert await pull.recv_multipart() == [b"e", b"f"]

    run(main)


def test_frame_that_nobody_may_have_ends_its_message(run: Run) -> None:
    async def main() -> None:
        async with Context() as context, context.socket(zmq.ROUTER) as router:
            router.router_mandatory = True
            with pytest.raises(zmq.ZMQError) as caught:
                await router.send(b"nobody", zmq.SNDMORE)
            assert caught.value.errno == zmq.EHOSTUNREACH
            assert not router._core.sends_parts

    run(main)


def test_tracker_is_awaited(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            tracker = await push.send(bytes(100_000), copy=False, track=True)
            assert tracker is not None
            assert len(await pull.recv()) == 100_000
            await until(lambda: tracker.done)
            assert await push.send(b"x", copy=False) is None

    run(main)


def test_burst_is_written_when_its_task_goes_to_wait(run: Run) -> None:
    """Without another call on the socket, and without waiting for the caretaker."""

    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (_, push):
            await push.wait_for_peers()
            await asyncio.gather(*[push.send(b"x") for _ in range(100)])
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert push._core.dirty == []

    run(main)


def test_task_that_never_waits_leaves_others_their_turn(run: Run) -> None:
    """A task that waits for nothing would keep the loop for itself."""

    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH, "inproc://flood") as (pull, push):
            turns = 0
            is_over = False

            async def count() -> None:
                nonlocal turns
                while not is_over:
                    turns += 1
                    await asyncio.sleep(0)

            counter = asyncio.create_task(count())
            async with asyncio.timeout(15):
                while turns < 10:
                    await push.send(b"x")
                    await pull.recv()
            is_over = True
            await counter

    run(main)


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("frames", [1, 2])
def test_what_is_received_again_comes_with_what_is_known_of_its_own_peer(
    run: Run, frames: int, whole: bool
) -> None:
    """Through a blocking handle, too, and although another peer's message was taken last."""

    async def main() -> None:
        async with Context() as context:
            with context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as one:
                port = pull.bind_to_random_port("tcp://127.0.0.1")
                one.set(zmq.METADATA, b"X-Who:one")
                one.connect(f"tcp://127.0.0.1:{port}")
                await one.send_multipart([b"1"] * frames)
                await has_come(pull)
                first = pull.recv_multipart()
                with context.socket(zmq.PUSH) as two:
                    two.set(zmq.METADATA, b"X-Who:two")
                    two.connect(f"tcp://127.0.0.1:{port}")
                    await two.send(b"2")
                    assert await pull.recv() == b"2"
                assert first.done()
                del first
                gc.collect()
                blocking = zmq.Socket.shadow(pull)
                again = blocking.recv_multipart(zmq.NOBLOCK, copy=False) if whole else receive_each(blocking)
                assert [(frame.bytes, frame["X-Who"]) for frame in again] == [(b"1", "one")] * frames

    def receive_each(blocking: zmq.Socket) -> list[zmq.Frame]:
        return [blocking.recv(zmq.NOBLOCK, copy=False) for _ in range(frames)]

    run(main)


@pytest.mark.parametrize(
    ("one", "other"), [(zmq.SERVER, zmq.CLIENT), (zmq.PULL, zmq.PUSH)], ids=["server", "pull"]
)
def test_frame_tells_whom_it_came_from(run: Run, one: int, other: int) -> None:
    async def main() -> None:
        async with pair(one, other) as (receiver, sender):
            await sender.send(b"question")
            frame = await receiver.recv(copy=False)
            assert frame.get("Peer-Address") == "127.0.0.1"

    run(main)
