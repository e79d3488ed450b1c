"""Draft socket types with libzmq, in a build that has them: that of the package zeromq for Node."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.interop.library import DEADLINE, MOMENT, Open, bind, ours, wait_until
from tests.interop.node import ENVIRONMENT, NODE, missing

PROGRAM = Path(__file__).with_name("draft_peer.js")
BINDS = pytest.mark.parametrize("binds", [True, False], ids=["we bind", "they bind"])
pytestmark = ours

Meet = Callable[[str, str, bool], Any]


class NodePeer:
    """A process with one socket of libzmq's; its methods are those of draft_peer.js."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [NODE, str(PROGRAM)],
            env=ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def call(self, method: str, *arguments: object) -> Any:
        """Have something done, and return what comes of it; None also if the process has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([method, *arguments]), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        result = json.loads(line) if line else None
        if isinstance(result, dict) and "error" in result:
            raise AssertionError(f"{method}: {result['error']}")
        return result

    def stop(self) -> None:
        """End the process."""
        self._process.communicate(timeout=DEADLINE)


@pytest.fixture(scope="module")
def node() -> Iterator[NodePeer]:
    if missing():
        pytest.skip(missing())
    peer = NodePeer()
    try:
        assert peer.call("ready")
        yield peer
    finally:
        peer.stop()


@pytest.fixture
def meet(sock: Open, node: NodePeer) -> Iterator[Meet]:
    """Return `meet(our kind, their kind, binds)`, which connects two over tcp and returns ours."""

    def connect(kind: str, their_kind: str, binds: bool) -> Any:
        us = sock(kind)
        node.call("open", their_kind)
        if binds:
            node.call("connect", bind(us))
        else:
            us.connect(node.call("bind", "tcp://127.0.0.1:*"))
        assert us.wait_for_peers(timeout=DEADLINE * 1000)
        return us

    yield connect
    node.call("close")


@BINDS
def test_server_and_their_client(meet: Meet, node: NodePeer, binds: bool) -> None:
    """SRV-1."""
    server = meet("SERVER", "Client", binds)
    node.call("send", "question")
    asked = server.recv(copy=False)
    server.send(b"answer", routing_id=asked.routing_id)
    server.send(asked)
    assert (asked.bytes, node.call("receive"), node.call("receive")) == (
        b"question",
        ["answer"],
        ["question"],
    )


@BINDS
def test_client_and_their_server(meet: Meet, node: NodePeer, binds: bool) -> None:
    """SRV-1."""
    client = meet("CLIENT", "Server", binds)
    client.send(b"question")
    question, asker = node.call("receive")
    node.call("send", "answer", {"routingId": asker["routingId"]})
    assert (question, client.recv()) == ("question", b"answer")


@BINDS
def test_scatter_and_gather(meet: Meet, node: NodePeer, binds: bool) -> None:
    scatter = meet("SCATTER", "Gather", binds)
    for body in ("x", "y" * 100_000):
        scatter.send(body.encode())
        assert node.call("receive") == [body]


@BINDS
def test_gather_and_scatter(meet: Meet, node: NodePeer, binds: bool) -> None:
    gather = meet("GATHER", "Scatter", binds)
    for body in ("x", "y" * 100_000):
        node.call("send", body)
        assert gather.recv() == body.encode()


@BINDS
def test_radio_and_their_dish(meet: Meet, node: NodePeer, binds: bool) -> None:
    """RADIO-1, RADIO-2. Theirs tells what it joins when somebody looks at it."""
    radio = meet("RADIO", "Dish", binds)
    node.call("join", "news")
    wait_until(lambda: node.call("look") or radio.wait_for_subscribers(topic="news", timeout=MOMENT))
    for group in ("new", "sport", "news"):
        radio.send(group.encode(), group=group)
    assert node.call("receive") == ["news", {"group": "news"}]
    node.call("leave", "news")
    wait_until(lambda: not node.call("look") and not radio.wait_for_subscribers(topic="news", timeout=0))


@BINDS
def test_dish_and_their_radio(meet: Meet, node: NodePeer, binds: bool) -> None:
    """RADIO-1, RADIO-2. Theirs does not tell who has joined, so it sends until something comes."""
    dish = meet("DISH", "Radio", binds)
    dish.join("news")

    def comes() -> bool:
        for group in ("new", "sport", "news"):
            node.call("send", group, {"group": group})
        return bool(dish.poll(MOMENT))

    wait_until(comes)
    got = dish.recv(copy=False)
    assert (got.bytes, got.group) == (b"news", "news")


# -- udp ----------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_dish_and_their_radio_over_udp(sock: Open, node: NodePeer) -> None:
    """RADIO-4, UDP-1."""
    dish = sock("DISH")
    dish.join("news")
    node.call("open", "Radio")
    node.call("connect", bind(dish, "udp://127.0.0.1:*"))
    for group in ("sport", "news"):
        node.call("send", group, {"group": group})
    got = dish.recv(copy=False)
    assert (got.bytes, got.group) == (b"news", "news")
    node.call("close")


def test_radio_and_their_dish_over_udp(sock: Open, node: NodePeer) -> None:
    """RADIO-4, UDP-1."""
    endpoint = f"udp://127.0.0.1:{free_port()}"
    node.call("open", "Dish")
    node.call("bind", endpoint)
    node.call("join", "news")
    radio = sock("RADIO")
    radio.connect(endpoint)
    for group in ("sport", "news"):
        radio.send(group.encode(), group=group)
    assert node.call("receive") == ["news", {"group": "news"}]
    node.call("close")


def test_datagrams_both_ways(sock: Open, node: NodePeer) -> None:
    """DGRAM-1: their address ends with a NUL, and ours may."""
    dgram = sock("DGRAM")
    here = bind(dgram, "udp://127.0.0.1:*").removeprefix("udp://")
    there = f"127.0.0.1:{free_port()}"
    node.call("open", "Datagram")
    node.call("bind", f"udp://{there}")
    dgram.send_multipart([there.encode() + b"\0", b"ping"])
    assert node.call("receive") == [f"{here}\0", "ping"]
    node.call("send", [here, "pong"])
    assert dgram.recv_multipart() == [there.encode(), b"pong"]
    node.call("close")
