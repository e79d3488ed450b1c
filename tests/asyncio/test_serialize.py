"""Sending and receiving objects in an event loop (features 7.8)."""

from __future__ import annotations

import json
from typing import Any

import pytest

import zerowire as zmq
from tests.asyncio.conftest import Run, pair
from zerowire.asyncio import Socket

KEY = b"sixteen octets!!"


async def send_all(socket: Socket) -> None:
    """Send one of each kind."""
    await socket.send_string("grüße")
    await socket.send_unicode("x", encoding="utf-16")
    await socket.send_json({"a": [1, None]})
    await socket.send_pyobj({"b": (2,)})
    await socket.send_pyobj({"c"}, key=KEY)
    await socket.send_serialized({"d": 3}, lambda value: [b"head", json.dumps(value).encode()])


def from_frames(frames: list[Any]) -> Any:
    """Undo what send_all() has made of the last object."""
    return [bytes(frames[0]), json.loads(bytes(frames[1]))]


@pytest.mark.parametrize("copy", [True, False])
def test_object_comes_as_it_was_sent(run: Run, copy: bool) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            waiting = [
                pull.recv_string(),
                pull.recv_unicode(encoding="utf-16"),
                pull.recv_json(parse_int=str),
                pull.recv_pyobj(),
                pull.recv_pyobj(key=KEY),
                pull.recv_serialized(from_frames, copy=copy),
            ]
            await send_all(push)
            expected = ["grüße", "x", {"a": ["1", None]}, {"b": (2,)}, {"c"}, [b"head", {"d": 3}]]
            assert [await future for future in waiting] == expected

    run(main)


def test_what_is_no_such_object_is_told_and_gone(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            for receive in (pull.recv_json, pull.recv_string, lambda: pull.recv_pyobj(key=KEY)):
                future = receive()
                await push.send(b"\xff")
                with pytest.raises(ValueError):
                    await future
            await push.send(b"x")
            assert await pull.recv() == b"x"

    run(main)


def test_key_that_is_none_is_told_at_once(run: Run) -> None:
    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, _):
            with pytest.raises(ValueError, match="the key has 5 octets"):
                pull.recv_pyobj(key=b"short")

    run(main)


def test_array_comes_as_it_was_sent(run: Run) -> None:
    numpy = pytest.importorskip("numpy")

    async def main() -> None:
        async with pair(zmq.PULL, zmq.PUSH) as (pull, push):
            sent = numpy.arange(6).reshape(2, 3)
            for copy in (True, False):
                future = pull.recv_array(copy=copy)
                await push.send_array(sent)
                assert (await future == sent).all()

    run(main)
