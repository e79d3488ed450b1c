"""Draft socket types with a peer that is neither ours nor libzmq: pyomq, ZeroMQ written in Rust."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.interop.library import DEADLINE, MOMENT, Open, bind, ours, wait_until

pyomq = pytest.importorskip("pyomq", reason="the peer is pyomq, which has the draft socket types")
pytestmark = [ours, pytest.mark.parametrize("binds", [True, False], ids=["we bind", "they bind"])]

Meet = Callable[[str, str, bool], tuple[Any, Any]]


@pytest.fixture(scope="module")
def their_context() -> Iterator[Any]:
    """A context of pyomq's; what it keeps for the whole process is there before tests look for leaks."""
    context = pyomq.Context()
    pull, push = context.socket(pyomq.PULL), context.socket(pyomq.PUSH)
    push.connect(f"tcp://127.0.0.1:{pull.bind_to_random_port('tcp://127.0.0.1')}")
    push.send(b"x")
    assert pull.recv() == b"x"
    push.close()
    pull.close()
    yield context
    context.term()


@pytest.fixture
def meet(sock: Open, their_context: Any) -> Iterator[Meet]:
    """Return `meet(our kind, their kind, binds)`, which connects a socket of each over tcp."""
    opened = []

    def connect(kind: str, their_kind: str, binds: bool) -> tuple[Any, Any]:
        us, them = sock(kind), their_context.socket(getattr(pyomq, their_kind))
        opened.append(them)
        for option in (pyomq.RCVTIMEO, pyomq.SNDTIMEO):
            them.setsockopt(option, int(DEADLINE * 1000))
        if binds:
            them.connect(bind(us))
        else:
            us.connect(f"tcp://127.0.0.1:{them.bind_to_random_port('tcp://127.0.0.1')}")
        assert us.wait_for_peers(timeout=DEADLINE * 1000)
        return us, them

    yield connect
    for them in opened:
        them.close()


def test_scatter_to_gather(meet: Meet, binds: bool) -> None:
    scatter, gather = meet("SCATTER", "GATHER", binds)
    for body in (b"x", bytes(100_000)):
        scatter.send(body)
        assert gather.recv() == body


def test_gather_from_scatter(meet: Meet, binds: bool) -> None:
    gather, scatter = meet("GATHER", "SCATTER", binds)
    for body in (b"x", bytes(100_000)):
        scatter.send(body)
        assert gather.recv() == body


def test_channels(meet: Meet, binds: bool) -> None:
    us, them = meet("CHANNEL", "CHANNEL", binds)
    us.send(b"ping")
    assert them.recv() == b"ping"
    them.send(b"pong")
    assert us.recv() == b"pong"


def test_server_and_their_client(meet: Meet, binds: bool) -> None:
    """SRV-1."""
    server, client = meet("SERVER", "CLIENT", binds)
    client.send(b"question")
    asked = server.recv(copy=False)
    server.send(b"answer", routing_id=asked.routing_id)
    assert client.recv() == b"answer"


def test_client_and_their_server(meet: Meet, binds: bool) -> None:
    """SRV-1: theirs sees questions in two frames, and answers no one in this version."""
    client, server = meet("CLIENT", "SERVER", binds)
    client.send(b"question")
    assert server.recv_multipart()[-1] == b"question"


def test_peers(meet: Meet, binds: bool) -> None:
    """PEER-1: theirs has the number in a frame of its own."""
    us, them = meet("PEER", "PEER", binds)
    them_of_us = list(us._core.pattern._pipes)
    us.send(b"ping", routing_id=them_of_us[0])
    number, body = them.recv_multipart()
    assert body == b"ping"
    them.send_multipart([number, b"pong"])
    answer = us.recv(copy=False)
    assert (answer.bytes, answer.routing_id) == (b"pong", them_of_us[0])


def test_radio_and_their_dish(meet: Meet, binds: bool) -> None:
    """RADIO-1, RADIO-2."""
    radio, dish = meet("RADIO", "DISH", binds)
    dish.join("news")
    assert radio.wait_for_subscribers(topic="news", timeout=DEADLINE * 1000)
    for group in ("new", "sport", "news"):
        radio.send(group.encode(), group=group)
    assert dish.recv_multipart() == [b"news", b"news"]
    dish.leave("news")
    wait_until(lambda: not radio.wait_for_subscribers(topic="news", timeout=0))


def test_dish_and_their_radio(meet: Meet, binds: bool) -> None:
    """RADIO-1, RADIO-2. Theirs does not tell who has joined, so it sends until something comes."""
    dish, radio = meet("DISH", "RADIO", binds)
    dish.join("news")

    def comes() -> bool:
        for group in (b"new", b"sport", b"news"):
            radio.send_multipart([group, group])
        return bool(dish.poll(MOMENT))

    wait_until(comes)
    got = dish.recv(copy=False)
    assert (got.bytes, got.group) == (b"news", "news")
