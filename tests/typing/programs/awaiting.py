"""Tasks that send and receive."""

from __future__ import annotations

import asyncio

import zerowire as zmq
import zerowire.asyncio as zmq_asyncio


async def publish(socket: zmq_asyncio.Socket, topic: bytes) -> None:
    for number in range(10):
        await socket.send_multipart([topic, b"%d" % number])
        await asyncio.sleep(0)


async def follow(socket: zmq_asyncio.Socket) -> int:
    total = 0
    socket.subscribe(b"a")
    topic, body = await socket.recv_multipart()
    total += len(topic) + len(body)
    single: bytes = await asyncio.wait_for(socket.recv(), 1)
    text: str = await socket.recv_string()
    if await socket.poll(10, zmq.POLLIN):
        total += len(single) + len(text)
    async for message in socket:
        frames: list[bytes] = message
        total += len(frames)
    return total


async def main() -> None:
    context = zmq_asyncio.Context()
    async with context.socket(zmq.PUB) as publisher, context.socket(zmq.SUB) as subscriber:
        port: int = publisher.bind_to_random_port("tcp://127.0.0.1")
        subscriber.connect(f"tcp://127.0.0.1:{port}")
        await asyncio.gather(publish(publisher, b"a"), follow(subscriber))


if __name__ == "__main__":
    asyncio.run(main())
