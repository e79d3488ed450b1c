"""Frames that are for a peer or a group, awaited."""

from __future__ import annotations

import asyncio

import pytest

import zerowire as zmq
from tests.asyncio.conftest import Run, pair
from zerowire.asyncio import Socket


def test_server_answers_by_number_and_waits_for_room(run: Run) -> None:
    """SRV-1."""

    async def main() -> None:
        async with pair(zmq.SERVER, zmq.CLIENT, "inproc://drafts") as (server, client):
            server.sndhwm = client.rcvhwm = 1
            await client.send(b"question")
            asked = await server.recv(copy=False)
            sending = [
                asyncio.create_task(one)
                for one in (send_by(server, asked.routing_id), send_by(server, asked.routing_id))
            ]
            await server.send(asked)
            got = {await client.recv() for _ in range(3)}
            assert got == {b"question", b"answer"}
            await asyncio.gather(*sending)
            with pytest.raises(zmq.ZMQError, match="SNDMORE"):
                await client.send(b"x", zmq.SNDMORE)

    async def send_by(server: Socket, number: int) -> None:
        await server.send_multipart([b"answer"], routing_id=number)

    run(main)


def test_radio_sends_to_a_group(run: Run) -> None:
    """RADIO-1."""

    async def main() -> None:
        async with pair(zmq.RADIO, zmq.DISH) as (radio, dish):
            dish.join("news")
            assert await radio.wait_for_subscribers(topic="news")
            await radio.send(b"no", group="sport")
            await radio.send_string("yes", group="news")
            frame = await dish.recv(copy=False)
            assert (frame.bytes, frame.group) == (b"yes", "news")

    run(main)
