"""Streams under gevent. features.md 7.8."""

from __future__ import annotations

import asyncio
import importlib
import sys

import pytest

import zerowire.green as zmq

pytest.importorskip("tornado")

from tornado.ioloop import IOLoop

from zerowire.eventloop import zmqstream
from zerowire.green import eventloop
from zerowire.green.eventloop.zmqstream import ZMQStream


def test_stream_takes_sockets_for_greenlets(context: zmq.Context) -> None:
    """Its functions get messages."""
    received: list[list[bytes]] = []

    async def scene() -> None:
        stream = ZMQStream(context.socket(zmq.PULL))
        stream.bind("inproc://stream")
        with context.socket(zmq.PUSH) as push:
            push.connect("inproc://stream")
            done: asyncio.Future[list[bytes]] = asyncio.get_running_loop().create_future()
            stream.on_recv(done.set_result)
            push.send(b"message")
            received.append(await asyncio.wait_for(done, 10))
        stream.close()

    asyncio.run(scene())
    assert received == [[b"message"]]
    assert issubclass(ZMQStream, zmqstream.ZMQStream)


def test_loop_is_that_of_tornado() -> None:
    assert eventloop.IOLoop is IOLoop
    for name in ("zerowire.eventloop.ioloop", "zerowire.green.eventloop.ioloop"):
        sys.modules.pop(name, None)
    with pytest.warns(DeprecationWarning, match=r"zerowire\.eventloop\.ioloop"):
        ioloop = importlib.import_module("zerowire.green.eventloop.ioloop")
    assert ioloop.IOLoop is ioloop.ZMQIOLoop is IOLoop
    with pytest.warns(DeprecationWarning, match=r"install\(\)"):
        ioloop.install()
