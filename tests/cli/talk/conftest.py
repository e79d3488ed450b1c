"""The other side: sockets of libzmq."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

PATIENCE_MS = 20_000

Peer = Callable[..., Any]


@pytest.fixture
def peer() -> Iterator[Peer]:
    """Return `peer("PULL", endpoint)`, a connected socket of libzmq; without an endpoint it is bound."""
    zmq = pytest.importorskip("zmq", reason="pyzmq is not installed: there is no libzmq to talk to")
    context = zmq.Context()
    peers = []  # which would complain if they were collected before the context ends

    def open_one(socket_type: str, endpoint: str | None = None) -> Any:
        socket = context.socket(getattr(zmq, socket_type))
        socket.linger, socket.rcvtimeo, socket.sndtimeo = 0, PATIENCE_MS, PATIENCE_MS
        if endpoint is None:
            socket.bind("tcp://127.0.0.1:*")
        else:
            socket.connect(endpoint)
        peers.append(socket)
        return socket

    yield open_one
    context.destroy(linger=0)
