"""Receivers that give up just as messages come: python tests/asyncio/matrix.py [MESSAGES].

Every way to give up, in each event loop that is there, with messages of one frame and of
several. A process sends; each time to wait is about as long as the gap between two messages.
Ordinary tests run this in short; whoever runs it as a program runs it whole. It ends with 0
if nothing was lost, doubled or out of order.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import zerowire as zmq
from zerowire.asyncio import Context, Socket

MESSAGES = 10_000
GAP = 0.0005  # seconds
TIMES = (0.5, 0.8, 1.0, 1.0, 1.2, 1.7)  # gaps that receivers wait
END = b"end"
TOGETHER = 3  # tasks of a group
LIMIT = 120.0  # seconds for one run

Message = bytes | list[bytes]
Receive = Callable[[], Coroutine[Any, Any, Message]]
Attempt = Callable[[Receive, float], Coroutine[Any, Any, list[Message]]]


# -- ways to give up ---------------------------------------------------------------------------------


async def with_wait_for(receive: Receive, seconds: float) -> list[Message]:
    """Let asyncio.wait_for() give up."""
    with suppress(TimeoutError):
        return [await asyncio.wait_for(receive(), seconds)]
    return []


async def with_timeout(receive: Receive, seconds: float) -> list[Message]:
    """Let asyncio.timeout() give up."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return [await receive()]
    return []


async def with_cancel(receive: Receive, seconds: float) -> list[Message]:
    """Cancel the task that receives."""
    task = asyncio.create_task(receive())
    timer = asyncio.get_running_loop().call_later(seconds, task.cancel)
    try:
        return [await task]
    except asyncio.CancelledError:
        return []
    finally:
        timer.cancel()


async def with_group(receive: Receive, seconds: float) -> list[Message]:
    """Let the failure of one task end a group in which several receive."""
    tasks = []
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(receive()) for _ in range(TOGETHER)]
            group.create_task(fail_after(seconds))
    except* TimeoutError:
        pass
    return [task.result() for task in tasks if not task.cancelled()]


async def fail_after(seconds: float) -> None:
    """Fail."""
    await asyncio.sleep(seconds)
    raise TimeoutError


WAYS: dict[str, Attempt] = {
    "wait_for": with_wait_for,
    "timeout": with_timeout,
    "cancel": with_cancel,
    "TaskGroup": with_group,
}


# -- one run -----------------------------------------------------------------------------------------


def send(endpoint: str, count: int, frames: int) -> None:
    """Send numbers, one each GAP, and then END until somebody ends this process."""
    with zmq.Context() as context, context.socket(zmq.PUSH) as socket:
        socket.connect(endpoint)
        for number in range(count):
            time.sleep(GAP)
            socket.send_multipart([b"%d" % number] * frames)
        socket.send_multipart([END] * frames)
        sys.stdin.read()


@contextmanager
def sending(arguments: list[str]) -> Iterator[None]:
    """Have a process send(), until the end."""
    with subprocess.Popen([sys.executable, __file__, "send", *arguments], stdin=subprocess.PIPE) as process:
        try:
            yield
        finally:
            process.kill()


async def receive_all(socket: Socket, way: Attempt, frames: int) -> tuple[list[Message], int]:
    """Receive until END has come; return what came, and how often nothing did."""
    received: list[Message] = []
    vain = 0

    async def receive() -> Message:
        return await (socket.recv() if frames == 1 else socket.recv_multipart())

    end = END if frames == 1 else [END] * frames
    while end not in received:
        for share in TIMES:
            came = await way(receive, GAP * share)
            received += came
            vain += not came
            if end in came:
                break
    return received, vain


def run(way: str, frames: int, count: int, loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> int:
    """Have so many messages sent; return how often a receiver gave up.

    Raises:
        AssertionError: One was lost, doubled, or out of order.
    """

    async def main() -> tuple[list[Message], int]:
        async with Context() as context:
            with context.socket(zmq.PULL) as socket:
                port = socket.bind_to_random_port("tcp://127.0.0.1")
                arguments = [f"tcp://127.0.0.1:{port}", str(count), str(frames)]
                with sending(arguments):
                    async with asyncio.timeout(LIMIT):
                        return await receive_all(socket, WAYS[way], frames)

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        received, vain = runner.run(main())
    numbers = [b"%d" % number for number in range(count)] + [END]
    expected = numbers if frames == 1 else [[number] * frames for number in numbers]
    wrong = [pair for pair in zip(received, expected, strict=False) if pair[0] != pair[1]]
    assert received == expected, f"{len(received)} came of {len(expected)}, first wrong: {wrong[:1]}"
    return vain


def loops() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Return the event loops that are there."""
    there: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {"asyncio": asyncio.new_event_loop}
    with suppress(ImportError):
        import uvloop

        there["uvloop"] = uvloop.new_event_loop
    return there


def main(count: int) -> None:
    """Run everything, and tell."""
    print(f"Python {sys.version.split()[0]}, {'compiled' if zmq.build_info()['compiled'] else 'plain'}")
    for loop, factory in loops().items():
        for way in WAYS:
            for frames in (1, 3):
                vain = run(way, frames, count, factory)
                print(f"{loop:8} {way:10} {frames} frames: {count} in order, {vain} times none", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["send"]:
        send(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else MESSAGES)
