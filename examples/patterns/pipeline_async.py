"""Remote calls from many tasks at once, with time-outs: asyncio, DEALER to ROUTER.

    python pipeline_async.py                                                        the story in short
    python pipeline_async.py service tcp://127.0.0.1:5691
    python pipeline_async.py client tcp://127.0.0.1:5691 "upper hello" "wait 0.5" "divide 1 0"

Each call has a number, which comes back with its reply. So one socket serves any number of tasks:
a call need not wait for those before it, and quick ones overtake slow ones. A call that takes too
long is given up, and the reply that comes too late is dropped. The service does all calls at
once, each in a task of its own, and a mistake in one is told to whoever made the call.
"""

import asyncio
import itertools
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Any

import zerowire as zmq
from zerowire.asyncio import Context, Socket


class Failed(Exception):
    """The service could not do what was asked."""


async def upper(word: str) -> str:
    return word.upper()


async def wait(seconds: str) -> str:
    await asyncio.sleep(float(seconds))
    return f"waited {seconds}"


async def divide(number: str, divisor: str) -> str:
    return str(int(number) // int(divisor))


METHODS: dict[str, Callable[..., Awaitable[str]]] = {"upper": upper, "wait": wait, "divide": divide}


async def service(endpoint: str) -> None:
    """Answer calls for ever, all at once."""
    with Context() as context, context.socket(zmq.ROUTER) as socket:
        socket.bind(endpoint)
        print("The service is ready")
        async with asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(answer(socket, await socket.recv_multipart()))


async def answer(socket: Socket, frames: list[bytes]) -> None:
    """Do what a call asks for, and send the result."""
    envelope, words = frames[:2], [frame.decode(errors="replace") for frame in frames[2:]]
    try:
        method, *arguments = words
        status, result = b"done", await METHODS[method](*arguments)
    except Exception as error:
        status, result = b"failed", f"{type(error).__name__}: {error}"
    await socket.send_multipart([*envelope, status, result.encode()])


class Client:
    """What tasks make calls with; any number of them at the same time."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self.numbers = itertools.count(1)
        self.calls: dict[bytes, asyncio.Future[str]] = {}

    async def call(self, *words: str) -> str:
        """Return the result of a call, or raise Failed. It is given up when the task is cancelled."""
        number = b"%d" % next(self.numbers)
        result = self.calls[number] = asyncio.Future()
        try:
            await self.socket.send_multipart([number, *(word.encode() for word in words)])
            return await result
        finally:
            del self.calls[number]

    async def receive(self) -> None:
        """Give each reply to the task that waits for it, for ever."""
        while True:
            number, status, text = await self.socket.recv_multipart()
            result = self.calls.get(number)
            if result is None or result.done():
                continue  # it comes too late
            if status == b"done":
                result.set_result(text.decode())
            else:
                result.set_exception(Failed(text.decode()))


@asynccontextmanager
async def connected(endpoint: str) -> AsyncIterator[Client]:
    """Provide a client, and receive its replies meanwhile."""
    with Context() as context, context.socket(zmq.DEALER) as socket:
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(endpoint)
        client = Client(socket)
        receiving = asyncio.create_task(client.receive())
        try:
            yield client
        finally:
            receiving.cancel()


async def told(name: str, call: Awaitable[str], seconds: float = 5.0) -> None:
    """Print how a call ends, and give it up after some seconds."""
    try:
        async with asyncio.timeout(seconds):
            print(f"{name}: {await call}")
    except Failed as error:
        print(f"{name}: {error}")
    except TimeoutError:
        print(f"{name}: no reply in time")


async def client(endpoint: str, *calls: str) -> None:
    """Make calls, all at once."""
    print(f"Making {len(calls)} calls")
    async with connected(endpoint) as client:
        await asyncio.gather(*(told(call, client.call(*call.split())) for call in calls))


async def demo() -> None:
    """Make a hundred calls at once; then some that overtake each other, fail, or are given up."""
    with TemporaryDirectory() as folder:
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(service(f"ipc://{folder}/service"))
            async with connected(f"ipc://{folder}/service") as client:
                results = await asyncio.gather(*(client.call("wait", "0.3") for _ in range(100)))
                print(f"A hundred calls at once are all answered: {' '.join(set(results))}")
                await asyncio.gather(
                    told("slow", client.call("wait", "0.4")),
                    told("quick", client.call("upper", "hello")),
                )
                await told("wrong", client.call("divide", "1", "0"))
                await told("too slow", client.call("wait", "0.2"), seconds=0.1)
                await told("after that", client.call("wait", "0.3"))
            serving.cancel()


ROLES: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {
    "service": service,
    "client": client,
    "demo": demo,
}


if __name__ == "__main__":
    name, *words = sys.argv[1:] or ["demo"]
    if name not in ROLES:
        sys.exit(__doc__)
    try:
        asyncio.run(ROLES[name](*words))
    except KeyboardInterrupt:
        print("Stopped")
