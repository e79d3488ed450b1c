"""Streams with peers that are pyzmq's, in a thread."""

from __future__ import annotations

import asyncio

import pytest

import zerowire as zmq
from tests.eventloop.loop import in_loop, until
from zerowire.eventloop import future
from zerowire.eventloop.zmqstream import ZMQStream

pyzmq = pytest.importorskip("zmq", reason="the peer is pyzmq")

COUNT = 1000


@in_loop
async def test_stream_answers_pyzmq(context: zmq.Context) -> None:
    """As the shell of Jupyter's kernel does."""
    stream = ZMQStream(context.socket(zmq.ROUTER))
    port = stream.bind_to_random_port("tcp://127.0.0.1")

    def answer(stream: ZMQStream, message: list[zmq.Frame]) -> None:
        name, empty, body = message
        stream.send_multipart([name, empty, b"re: " + body.bytes], copy=False)

    def ask() -> list[bytes]:
        with pyzmq.Context() as peers, peers.socket(pyzmq.REQ) as req:
            req.rcvtimeo = 10_000
            req.connect(f"tcp://127.0.0.1:{port}")
            answers = []
            for number in range(COUNT):
                req.send(b"%d" % number)
                answers.append(req.recv())
            return answers

    stream.on_recv_stream(answer, copy=False)
    assert await asyncio.to_thread(ask) == [b"re: %d" % number for number in range(COUNT)]
    stream.close()


@in_loop
async def test_stream_sends_more_than_pyzmq_has_room_for(context: zmq.Context) -> None:
    stream = ZMQStream(context.socket(zmq.PUSH))
    stream.setsockopt(zmq.SNDHWM, 10)
    port = stream.bind_to_random_port("tcp://127.0.0.1")

    def receive() -> list[int]:
        with pyzmq.Context() as peers, peers.socket(pyzmq.PULL) as pull:
            pull.rcvhwm, pull.rcvtimeo = 10, 10_000
            pull.connect(f"tcp://127.0.0.1:{port}")
            return [len(pull.recv()) for _ in range(COUNT)]

    for number in range(COUNT):
        stream.send(bytes(10_000 + number))
    receiving = asyncio.create_task(asyncio.to_thread(receive))
    assert await receiving == [10_000 + number for number in range(COUNT)]
    await until(lambda: not stream.sending())
    stream.close()


@in_loop
async def test_stream_hears_what_pyzmq_publishes(context: zmq.Context) -> None:
    with pyzmq.Context() as peers, peers.socket(pyzmq.XPUB) as xpub:
        port = xpub.bind_to_random_port("tcp://127.0.0.1")
        socket = context.socket(zmq.SUB)
        socket.subscribe("a")
        stream = ZMQStream(socket)
        stream.connect(f"tcp://127.0.0.1:{port}")
        heard: list[list[bytes]] = []
        stream.on_recv(heard.append)
        assert await asyncio.to_thread(xpub.recv) == b"\1a"
        xpub.send_multipart([b"b", b"not asked for"])
        xpub.send_multipart([b"a", b"news"])
        await until(lambda: heard)
        stream.close()
    assert heard == [[b"a", b"news"]]


@in_loop
async def test_futures_come_from_pyzmq() -> None:
    with future.Context() as context, context.socket(zmq.DEALER) as dealer:
        port = dealer.bind_to_random_port("tcp://127.0.0.1")

        def echo() -> None:
            with pyzmq.Context() as peers, peers.socket(pyzmq.DEALER) as peer:
                peer.rcvtimeo = 10_000
                peer.connect(f"tcp://127.0.0.1:{port}")
                for _ in range(COUNT):
                    peer.send_multipart(peer.recv_multipart())

        echoing = asyncio.create_task(asyncio.to_thread(echo))
        for number in range(COUNT):
            await dealer.send_multipart([b"%d" % number, b""])
        received = [await dealer.recv_multipart() for _ in range(COUNT)]
        await echoing
    assert received == [[b"%d" % number, b""] for number in range(COUNT)]
