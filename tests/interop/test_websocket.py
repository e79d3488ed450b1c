"""WebSockets with jszmq, which browsers use; it shares no code with us or with libzmq (features 4.9)."""

from __future__ import annotations

import json
import socket as net
import subprocess
from collections.abc import Callable, Iterator
from typing import IO, Any

import pytest

from tests.interop import node
from tests.interop.library import Open, bind, ours, zmq

Start = Callable[..., IO[str]]

pytestmark = [
    ours,
    pytest.mark.skipif(not node.has_module("jszmq"), reason="Node has no jszmq: scripts/node_zeromq .venv"),
]
SIZES = [0, 1, 124, 125, 65534, 65535, 300000]


@pytest.fixture
def start() -> Iterator[Start]:
    """Return `start([verb, kind, endpoint], ...)`: sockets of jszmq, ready, and what they print."""
    processes = []

    def run(*sockets: list[str]) -> IO[str]:
        command = [node.NODE, str(node.HERE / "websocket_node.js"), json.dumps(sockets)]
        process = subprocess.Popen(command, env=node.ENVIRONMENT, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == '["ready"]\n'
        return process.stdout

    yield run
    for process in processes:
        process.kill()
        process.communicate()


def free_endpoint() -> str:
    with net.create_server(("127.0.0.1", 0)) as server:
        return f"ws://127.0.0.1:{server.getsockname()[1]}/there"


def echoed(socket: Any, *address: bytes) -> list[int]:
    """Return the sizes of messages that come back."""
    sizes = []
    for size in SIZES:
        socket.send_multipart([*address, b"x" * size, b""])
        *_, body, _end = socket.recv_multipart()
        sizes.append(len(body))
    return sizes


def test_they_connect(sock: Open, start: Start) -> None:
    """ZWS-2, ZWS-3: without a mechanism, the one that they offer."""
    router, pub, rep = sock("ROUTER"), sock("PUB"), sock("REP")
    ends = [bind(each, "ws://127.0.0.1:*/there") for each in (router, pub, rep)]
    printed = start(
        *(["connect", kind, end] for kind, end in zip(("dealer", "sub", "req"), ends, strict=True))
    )
    assert rep.recv() == b"question"
    rep.send(b"answer")
    assert printed.readline() == '["answer"]\n'
    assert pub.wait_for_subscribers(1, "t", timeout=10000)
    pub.send_multipart([b"t", b"news"])
    assert printed.readline() == '["t","news"]\n'
    assert router.wait_for_peers(timeout=10000)
    [peer] = router.stats().peers
    assert echoed(router, peer.routing_id) == SIZES


def test_they_bind(sock: Open, start: Start) -> None:
    """Their server agrees to ZWS2.0/NULL, which comes first, and then speaks without a mechanism."""
    ends = [free_endpoint() for _ in range(3)]
    start(*(["bind", kind, end] for kind, end in zip(("dealer", "pub", "rep"), ends, strict=True)))
    dealer, sub, req = sock("DEALER"), sock("SUB", subscribe=b"t"), sock("REQ")
    for each, end in zip((dealer, sub, req), ends, strict=True):
        each.connect(end)
    req.send(b"question")
    assert req.recv() == b"question"
    assert sub.recv_multipart() == [b"t", b"news"]
    assert echoed(dealer) == SIZES
    assert zmq.has("WS")
