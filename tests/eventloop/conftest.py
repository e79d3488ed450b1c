"""Streams that are closed after the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import zerowire as zmq

pytest.importorskip("tornado")

from zerowire.eventloop.zmqstream import ZMQStream

Pair = Callable[..., tuple[ZMQStream, zmq.Socket]]


@pytest.fixture
def open_stream(context: zmq.Context) -> Iterator[Callable[..., ZMQStream]]:
    """Return `open_stream(type, **options)`, whose stream is closed after the test."""
    streams = []

    def start(kind: int, **options: Any) -> ZMQStream:
        socket = context.socket(kind)
        for name, value in options.items():
            setattr(socket, name, value)
        streams.append(ZMQStream(socket))
        return streams[-1]

    yield start
    for stream in streams:
        stream.close(0)


@pytest.fixture
def pair(context: zmq.Context, open_stream: Callable[..., ZMQStream]) -> Iterator[Pair]:
    """Return `pair(type, peer, endpoint)`: a stream, and a socket that is connected with it."""
    sockets = []

    def start(
        kind: int = zmq.PAIR, peer: int = zmq.PAIR, endpoint: str = "inproc://pair", **options: Any
    ) -> tuple[ZMQStream, zmq.Socket]:
        stream = open_stream(kind, **options)
        socket = context.socket(peer)
        sockets.append(socket)
        for name, value in {"rcvtimeo": 10_000, "sndtimeo": 10_000, **options}.items():
            setattr(socket, name, value)
        stream.bind(endpoint)
        socket.connect(stream.socket.last_endpoint)
        assert socket.wait_for_peers(timeout=10_000)
        return stream, socket

    yield start
    for socket in sockets:
        socket.close(0)
