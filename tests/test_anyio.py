"""Sockets for AnyIO, with trio and with asyncio below it."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import weakref
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any, cast

import anyio
import pytest
import zmq as pyzmq
from anyio.lowlevel import checkpoint

import zerowire
import zerowire.anyio
from zerowire.anyio import Context, Socket
from zerowire.constants import Errno

TCP = "tcp://127.0.0.1"
MESSAGES = int(os.environ.get("ZEROWIRE_CANCEL_MESSAGES", "1000"))
"""How many messages the tests of cancellation send: 10,000 is the whole form."""
LIMIT = 40 + MESSAGES / 100  # seconds for one test
GAP = 0.0005  # seconds between two of them, and how long a receiver waits

Run = Callable[[Callable[[], Awaitable[object]]], None]


@pytest.fixture(params=["asyncio", "trio"])
def run(request: pytest.FixtureRequest) -> Run:
    """Return what runs an async function to its end, within a deadline."""

    def run_within_deadline(function: Callable[[], Awaitable[object]]) -> None:
        async def bounded() -> None:
            with anyio.fail_after(LIMIT):
                await function()

        anyio.run(bounded, backend=request.param)

    return run_within_deadline


def pair(context: Context, one: int, other: int) -> tuple[Socket, Socket]:
    """Return a bound socket, and one that is connected to it over tcp."""
    bound, connected = context.socket(one), context.socket(other)
    connected.connect(f"{TCP}:{bound.bind_to_random_port(TCP)}")
    return bound, connected


def test_message_comes_as_it_was_sent(run: Run) -> None:
    async def main() -> None:
        async with Context() as context:
            pull, push = pair(context, zerowire.PULL, zerowire.PUSH)
            await push.send(b"one")
            await push.send_multipart([b"two", b"parts"])
            assert await pull.recv() == b"one"
            assert await pull.recv_multipart() == [b"two", b"parts"]

    run(main)


def test_frame_comes_with_what_is_known_of_it(run: Run) -> None:
    async def main() -> None:
        async with Context() as context:
            pull, push = pair(context, zerowire.PULL, zerowire.PUSH)
            tracker = await push.send(b"x" * 100_000, copy=False, track=True)
            frame = cast(zerowire.Frame, await pull.recv(copy=False))
            assert frame.get("Socket-Type") == "PUSH"
            assert tracker is not None
            buffer = bytearray(3)
            await push.send(b"abcdef")
            assert await pull.recv_into(buffer) == 6
            assert buffer == b"abc"

    run(main)


def test_text_json_and_own_formats_are_converted(run: Run) -> None:
    async def main() -> None:
        async with Context() as context:
            pull, push = pair(context, zerowire.PULL, zerowire.PUSH)
            await push.send_string("grün")  # type: ignore[misc]  # what send() returns is awaited
            await push.send_json({"a": 1})  # type: ignore[misc]
            await push.send_serialized([1, 2], lambda numbers: [bytes(numbers)])  # type: ignore[misc]
            assert await pull.recv_string() == "grün"
            assert await pull.recv_json() == {"a": 1}
            assert await pull.recv_serialized(lambda frames: list(frames[0])) == [1, 2]

    run(main)


def test_arrays_and_signed_objects_are_converted(run: Run) -> None:
    numpy = pytest.importorskip("numpy")

    async def main() -> None:
        async with Context() as context:
            pull, push = pair(context, zerowire.PULL, zerowire.PUSH)
            sent = numpy.arange(6).reshape(2, 3)
            await push.send_array(sent)  # type: ignore[misc]
            assert (await pull.recv_array() == sent).all()
            await push.send_pyobj({"a": 1}, key=b"k" * 16)  # type: ignore[misc]
            assert await pull.recv_pyobj(key=b"k" * 16) == {"a": 1}

    run(main)


def test_tasks_ask_on_one_socket_at_once(run: Run) -> None:
    async def main() -> None:
        async with Context() as context:
            router, dealer = pair(context, zerowire.ROUTER, zerowire.DEALER)
            replies: dict[bytes, object] = {}

            async def serve() -> None:
                async for address, number, empty, body in router:
                    await router.send_multipart([address, number, empty, b"re " + body])

            async def ask(body: bytes) -> None:
                replies[body] = await dealer.request(body, timeout=5000)

            async with anyio.create_task_group() as group:
                group.start_soon(serve)
                async with anyio.create_task_group() as asking:
                    for number in range(20):
                        asking.start_soon(ask, b"%d" % number)
                group.cancel_scope.cancel()
            assert replies == {b"%d" % number: b"re %d" % number for number in range(20)}

    run(main)


def test_request_gives_up_after_its_tries(run: Run) -> None:
    async def main() -> None:
        async with Context() as context:
            router, req = pair(context, zerowire.ROUTER, zerowire.REQ)
            with pytest.raises(zerowire.NoReply) as caught:
                await req.request(b"?", timeout=20, retries=1)
            assert caught.value.tries == 2
            assert await router.poll(0)

    run(main)


def test_peer_of_libzmq_answers(run: Run) -> None:
    with pyzmq.Context() as theirs, theirs.socket(pyzmq.REP) as rep:
        port = rep.bind_to_random_port(TCP)
        server = threading.Thread(target=lambda: rep.send(b"to " + rep.recv()))
        server.start()

        async def main() -> None:
            async with Context() as context, context.socket(zerowire.REQ) as req:
                req.connect(f"{TCP}:{port}")
                await req.send(b"you")
                assert await req.recv() == b"to you"

        run(main)
        server.join()


def test_call_gives_up_when_its_time_is_over(run: Run) -> None:
    async def main() -> None:
        async with Context() as context:
            pull, push = context.socket(zerowire.PULL), context.socket(zerowire.PUSH)
            pull.rcvtimeo = push.sndtimeo = 5
            for call in (pull.recv, pull.recv_multipart):
                with pytest.raises(zerowire.Again):
                    await call()
            with pytest.raises(zerowire.Again):
                await push.send(b"to nobody")
            pull.rcvtimeo = -1
            with pytest.raises(zerowire.Again):
                await pull.recv(zerowire.NOBLOCK)

    run(main)


def test_sender_waits_for_room(run: Run) -> None:
    async def main() -> None:
        async with Context() as context:
            push = context.socket(zerowire.PUSH)
            pull = context.socket(zerowire.PULL)
            push.sndhwm = pull.rcvhwm = 1
            pull.bind("inproc://narrow")
            push.connect("inproc://narrow")
            sent: list[int] = []

            async def send_all() -> None:
                for number in range(10):
                    await push.send(b"%d" % number)
                    sent.append(number)

            async with anyio.create_task_group() as group:
                group.start_soon(send_all)
                await pull.poll()
                await anyio.wait_all_tasks_blocked()
                assert len(sent) < 10
                received = [await pull.recv() for _ in range(10)]
            assert received == [b"%d" % number for number in range(10)]

    run(main)


def test_poll_tells_what_a_socket_is_ready_for(run: Run) -> None:
    async def main() -> None:
        async with Context() as context:
            pull, push = pair(context, zerowire.PULL, zerowire.PUSH)
            assert await pull.poll(0) == 0
            assert await pull.poll(5) == 0
            assert await push.poll(None, zerowire.POLLOUT) == zerowire.POLLOUT
            await push.send(b"x")
            assert await pull.poll() == zerowire.POLLIN

    run(main)


def test_tasks_wait_for_peers_and_subscribers_together(run: Run) -> None:
    async def main() -> None:
        async with Context() as context:
            pub, sub = context.socket(zerowire.PUB), context.socket(zerowire.SUB)
            port = pub.bind_to_random_port(TCP)
            assert not await pub.wait_for_peers(1, 5)
            async with anyio.create_task_group() as group:
                group.start_soon(pub.wait_for_peers)
                group.start_soon(pub.wait_for_subscribers, 1, "news")
                await anyio.wait_all_tasks_blocked()
                sub.subscribe("new")
                sub.connect(f"{TCP}:{port}")
            await pub.send(b"news")
            assert await sub.recv() == b"news"

    run(main)


def test_other_tasks_run_while_one_has_much_to_receive(run: Run) -> None:
    async def main() -> None:
        async with Context() as context:
            pull, push = context.socket(zerowire.PULL), context.socket(zerowire.PUSH)
            pull.bind("inproc://flood")
            push.connect("inproc://flood")
            push.sndhwm = pull.rcvhwm = 0
            turns = 0

            async def count_turns() -> None:
                nonlocal turns
                while True:
                    turns += 1
                    await anyio.lowlevel.checkpoint()

            async with anyio.create_task_group() as group:
                group.start_soon(count_turns)
                for _ in range(20_000):
                    await push.send(b"x")
                for _ in range(20_000):
                    await pull.recv()
                group.cancel_scope.cancel()
            assert turns > 2

    run(main)


def test_closing_ends_the_calls_of_all_tasks(run: Run) -> None:
    async def main() -> None:
        async with Context() as context:
            pull = context.socket(zerowire.PULL)
            errors: list[int | None] = []

            async def receive() -> None:
                try:
                    await pull.recv()
                except zerowire.ZMQError as error:
                    errors.append(error.errno)

            async with anyio.create_task_group() as group:
                group.start_soon(receive)
                group.start_soon(receive)
                await anyio.wait_all_tasks_blocked()
                pull.close()
            assert errors == [Errno.ENOTSOCK] * 2

    run(main)


def test_loop_over_a_socket_ends_when_it_is_closed(run: Run) -> None:
    async def main() -> None:
        async with Context() as context:
            pull, push = pair(context, zerowire.PULL, zerowire.PUSH)
            await push.send(b"1")
            await push.send_multipart([b"2", b"3"])
            received = []
            async for message in pull:
                received.append(message)
                if len(received) == 2:
                    pull.close()
            assert received == [[b"1"], [b"2", b"3"]]

    run(main)


def test_end_of_the_context_ends_calls(run: Run) -> None:
    async def main() -> None:
        context = Context()
        pull = context.socket(zerowire.PULL)

        async def receive() -> None:
            with pytest.raises(zerowire.ContextTerminated):
                await pull.recv()
            pull.close()

        async with anyio.create_task_group() as group:
            group.start_soon(receive)
            await anyio.wait_all_tasks_blocked()
            ending = threading.Thread(target=context.term)
            ending.start()
        ending.join()

    run(main)


# -- cancellation ------------------------------------------------------------------------------------


async def move_on(receive: Callable[[], Awaitable[Any]], got: list[Any]) -> None:
    with anyio.move_on_after(GAP):
        got.append(await receive())


async def fail(receive: Callable[[], Awaitable[Any]], got: list[Any]) -> None:
    try:
        with anyio.fail_after(GAP):
            got.append(await receive())
    except TimeoutError:
        pass


async def cancel_group(receive: Callable[[], Awaitable[Any]], got: list[Any]) -> None:
    async def once() -> None:
        got.append(await receive())

    async with anyio.create_task_group() as group:
        group.start_soon(once)
        await anyio.sleep(GAP)
        group.cancel_scope.cancel()


@pytest.fixture
def sender(context: zerowire.Context) -> Iterator[str]:
    """Return where a thread sends MESSAGES messages of two frames, slowly."""
    push = context.socket(zerowire.PUSH)
    port = push.bind_to_random_port(TCP)
    pause = threading.Event()

    def send() -> None:
        for number in range(MESSAGES):
            push.send_multipart([b"%d" % number, b"rest"])
            pause.wait(GAP)

    thread = threading.Thread(target=send)
    thread.start()
    yield f"{TCP}:{port}"
    thread.join()
    push.close()


@pytest.mark.timeout(LIMIT + 40)
@pytest.mark.parametrize("how", [move_on, fail, cancel_group])
@pytest.mark.parametrize("whole", [True, False], ids=["messages", "frames"])
def test_cancelled_receipt_loses_and_doubles_nothing(
    run: Run, sender: str, how: Callable[[Any, list[Any]], Awaitable[None]], whole: bool
) -> None:
    async def main() -> None:
        async with Context() as context:
            pull = context.socket(zerowire.PULL)
            pull.connect(sender)
            got: list[Any] = []
            expected: list[Any] = [[b"%d" % number, b"rest"] for number in range(MESSAGES)]
            if not whole:
                expected = [frame for message in expected for frame in message]
            while len(got) < len(expected):
                await how(pull.recv_multipart if whole else pull.recv, got)
            assert got == expected

    run(main)


def test_task_that_is_cancelled_at_its_turn_has_lost_nothing() -> None:
    """As asyncio.Task.cancel() does it, of which AnyIO's scopes know nothing."""

    async def main() -> None:
        async with Context() as context:
            pull, push = context.socket(zerowire.PULL), context.socket(zerowire.PUSH)
            pull.bind("inproc://turns")
            push.connect("inproc://turns")
            for number in range(500):
                await push.send(b"%d" % number)
            got: list[int] = []

            async def receive() -> None:
                while True:
                    got.append(int(cast(bytes, await pull.recv())))

            while pull.events & zerowire.POLLIN:
                receiving = asyncio.create_task(receive())
                await asyncio.sleep(0)  # it goes on until it gives others their turn
                receiving.cancel()
                with suppress(asyncio.CancelledError):
                    await receiving
            assert got == list(range(500))

    asyncio.run(main())


def test_tasks_that_wait_for_something_else_sleep_while_messages_lie_there(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[int] = []
    wait_readable = anyio.wait_readable

    async def counted(fd: int) -> None:
        waits.append(fd)
        await wait_readable(fd)

    monkeypatch.setattr(anyio, "wait_readable", counted)

    async def main() -> None:
        async with Context() as context:
            near, far = context.socket(zerowire.PAIR), context.socket(zerowire.PAIR)
            for socket in (near, far):
                socket.set_hwm(1)
            near.bind("inproc://full")
            far.connect("inproc://full")
            await far.send(b"unread")
            with suppress(zerowire.Again):
                while True:
                    await near.send(b"x", zerowire.DONTWAIT)
            near.sndtimeo = 50
            with pytest.raises(zerowire.Again):
                await near.send(b"no room")
            assert not await near.wait_for_peers(2, timeout=50)
            assert not await near.poll(50, zerowire.POLLOUT)

    run(main)
    assert len(waits) < 20, "each wait was over at once, again and again"


def test_retries_are_counted_from_zero(run: Run) -> None:
    async def main() -> None:
        async with Context() as context, context.socket(zerowire.REQ) as req:
            with pytest.raises(ValueError, match="retries is -1"):
                await req.request(b"x", retries=-1)

    run(main)


def test_socket_that_is_collected_leaves_no_descriptor(run: Run) -> None:
    """Also one that was closed through another handle."""

    async def main() -> None:
        async with Context() as context:
            socket = context.socket(zerowire.PULL)
            assert not await socket.poll(1)
            zerowire.Socket(shadow=socket).close()
            [descriptor] = socket._descriptors
            reference = weakref.ref(socket)
            del socket
            while reference() is not None:  # the loop may still hold what the task has waited for
                await checkpoint()
                gc.collect()
            with pytest.raises(OSError, match="Bad file descriptor"):
                os.fstat(descriptor)

    run(main)


def test_thread_may_close_what_a_task_waits_in(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()
    wait_readable = anyio.wait_readable

    async def told(fd: int) -> None:
        begun.set()
        await wait_readable(fd)

    monkeypatch.setattr(anyio, "wait_readable", told)

    async def main() -> None:
        async with Context() as context:
            pull = context.socket(zerowire.PULL)

            def close() -> None:
                begun.wait()
                pull.close()

            thread = threading.Thread(target=close)
            thread.start()
            with pytest.raises(zerowire.ZMQError) as caught:
                await pull.recv()
            thread.join()
            assert caught.value.errno == Errno.ENOTSOCK

    run(main)
