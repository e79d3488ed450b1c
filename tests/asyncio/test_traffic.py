"""What a handle for tasks takes from its socket, and gives to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import zerowire as zmq
from zerowire.asyncio.traffic import put, take, waiting
from zerowire.engine.returned import Receipt
from zerowire.message import first_frame

SNDMORE = int(zmq.SNDMORE)


@pytest.fixture
def cores() -> Iterator[tuple[Any, Any]]:
    """A PULL socket's core, and that of a PUSH socket which is connected to it."""
    with zmq.Context() as context, context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
        pull.bind("inproc://traffic")
        push.connect("inproc://traffic")
        assert push.wait_for_peers(timeout=10_000)
        for socket in (pull, push):
            with socket._core.lock:
                socket._core.enter()
                socket._core.serve()
        yield pull._core, push._core


def taken(core: Any, whole: bool) -> Receipt:
    """Take what is there."""
    with core.lock:
        core.enter()
        core.serve()
        receipt: Receipt | None = take(core, whole)
    assert receipt is not None
    return receipt


def test_nothing_is_taken_where_nothing_is(cores: tuple[Any, Any]) -> None:
    with cores[0].lock:
        assert take(cores[0], False) is None
        assert take(cores[0], True) is None


def test_message_is_taken_whole_or_by_frames(cores: tuple[Any, Any]) -> None:
    pull, push = cores
    with push.lock:
        for _ in range(3):
            assert put(push, [b"a", b"b", b"c"], 0)
    assert taken(pull, True).message == [b"a", b"b", b"c"]
    assert [taken(pull, False).message for _ in range(3)] == [b"a", b"b", b"c"]
    assert taken(pull, False).more
    assert taken(pull, True).message == [b"b", b"c"]  # what is left of it


def test_receipts_are_numbered_as_messages_are_taken(cores: tuple[Any, Any]) -> None:
    pull, push = cores
    with push.lock:
        assert all(put(push, [b"%d" % number], 0) for number in range(3))
    receipts = [taken(pull, False) for _ in range(3)]
    for receipt in (receipts[1], receipts[0], receipts[2]):
        receipt.give_back()
    assert [taken(pull, False).message for _ in range(3)] == [b"0", b"1", b"2"]


def test_frames_join_those_that_were_sent_before(cores: tuple[Any, Any]) -> None:
    pull, push = cores
    with push.lock:
        first: list[Any] = [b"a"]
        rest: list[Any] = [b"b", b"c"]
        assert put(push, first, SNDMORE)
        assert first == []
        assert first_frame(waiting(push, rest)) == b"a"
        assert put(push, rest, 0)
        assert waiting(push, [b"x", b"y"]) == [b"x", b"y"]
    assert taken(pull, True).message == [b"a", b"b", b"c"]


def test_message_without_room_is_left_as_it_was() -> None:
    with zmq.Context() as context, context.socket(zmq.PUSH) as push:
        core: Any = push._core
        for more in (0, SNDMORE):
            parts: list[Any] = [b"a", b"b"]
            with core.lock:
                assert not put(core, parts, more)
            assert parts == [b"a", b"b"]
            assert not core.sends_parts


def test_last_frame_without_room_waits_for_it(cores: tuple[Any, Any]) -> None:
    pull, push = cores
    with push.lock:
        assert put(push, [b"a"], SNDMORE)
        while push.try_send(b"x"):
            pass
        last: list[Any] = [b"b"]
        assert not put(push, last, 0)
        assert last == [b"b"]
    while True:
        with pull.lock:
            receipt = take(pull, True)
        if receipt is None:
            break
    with push.lock:
        push.enter()
        push.serve()
        assert put(push, last, 0)
    assert taken(pull, True).message == [b"a", b"b"]


def test_frames_for_a_peer_that_leaves_are_forgotten(wait_until: Callable[..., None]) -> None:
    with zmq.Context() as context, context.socket(zmq.ROUTER) as router:
        router.router_mandatory = True
        router.bind("inproc://leaves")
        with context.socket(zmq.DEALER) as dealer:
            dealer.routing_id = b"peer"
            dealer.connect("inproc://leaves")
            assert router.wait_for_peers(timeout=10_000)
            core: Any = router._core
            with core.lock:
                assert put(core, [b"peer"], SNDMORE)
        wait_until(lambda: not router.peers())
        with core.lock, pytest.raises(zmq.ZMQError) as caught:
            put(core, [b"x"], 0)
        assert caught.value.errno == zmq.EHOSTUNREACH
        assert not core.sends_parts
