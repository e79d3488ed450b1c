"""What Again says: why nothing was received, or sent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import zerowire as zmq

PATIENCE = 10_000  # milliseconds


@pytest.fixture
def peers(context: zmq.Context) -> Iterator[tuple[zmq.Socket, zmq.Socket]]:
    """A PUSH and a PULL that are connected, with a high-water mark of one message each."""
    with context.socket(zmq.PUSH) as push, context.socket(zmq.PULL) as pull:
        push.sndhwm = pull.rcvhwm = 1
        pull.rcvtimeo = push.sndtimeo = 10
        pull.bind("inproc://reasons")
        push.connect("inproc://reasons")
        assert pull.wait_for_peers(timeout=PATIENCE)
        yield push, pull


def why_nothing_came(socket: zmq.Socket) -> str:
    with pytest.raises(zmq.Again) as caught:
        socket.recv()
    assert caught.value.errno == zmq.EAGAIN
    assert caught.value.__cause__ is None
    return str(caught.value)


def why_nothing_went(socket: zmq.Socket, flags: int = 0) -> str:
    with pytest.raises(zmq.Again) as caught:
        socket.send(b"x", flags)
    assert caught.value.errno == zmq.EAGAIN
    return str(caught.value)


def test_a_receiver_whose_peers_are_silent_is_told_of_the_time(peers: tuple[zmq.Socket, zmq.Socket]) -> None:
    told = why_nothing_came(peers[1])
    assert told == "nothing has come in 10 ms (RCVTIMEO): no peer has sent anything; raise it to wait longer"


def test_a_receiver_without_a_peer_is_told_to_have_one(context: zmq.Context) -> None:
    with context.socket(zmq.PULL) as pull:
        pull.rcvtimeo = 10
        assert "no peer; bind() or connect() first" in why_nothing_came(pull)


def test_a_receiver_whose_peer_is_not_there_is_told_where(context: zmq.Context) -> None:
    with context.socket(zmq.PULL) as pull:
        pull.rcvtimeo = 10
        pull.connect("inproc://nobody")
        assert "nobody is at inproc://nobody yet; start the peer" in why_nothing_came(pull)


def test_a_dish_without_a_group_is_told_to_join_one(context: zmq.Context) -> None:
    with context.socket(zmq.DISH) as dish:
        dish.rcvtimeo = 10
        assert "has joined no group; join()" in why_nothing_came(dish)
        dish.join("news")
        assert "no peer; bind() or connect() first" in why_nothing_came(dish)


def test_a_subscriber_to_nothing_is_told_to_subscribe(context: zmq.Context) -> None:
    with context.socket(zmq.SUB) as sub:
        sub.rcvtimeo = 10
        assert "subscribed to nothing; subscribe('') is to everything" in why_nothing_came(sub)
        sub.subscribe("")
        assert "no peer" in why_nothing_came(sub)


def test_a_receiver_that_does_not_wait_is_told_so(peers: tuple[zmq.Socket, zmq.Socket]) -> None:
    with pytest.raises(zmq.Again, match=r"not to wait: poll\(\) first"):
        peers[1].recv(zmq.NOBLOCK)


def test_a_sender_at_the_high_water_mark_is_told_of_it(peers: tuple[zmq.Socket, zmq.Socket]) -> None:
    push, _ = peers
    push.send(b"fits")
    push.send(b"fits as well")  # INP-8: both ends' marks add up
    assert why_nothing_went(push).startswith(
        "the message was not sent in 10 ms (SNDTIMEO): the high-water mark"
    )
    told = why_nothing_went(push, zmq.NOBLOCK)
    assert told.startswith("no message can be sent now: the high-water mark (SNDHWM is 1) is reached; see")
    with pytest.raises(zmq.Again, match="high-water mark"):
        push.send(b"the first of two", zmq.SNDMORE)


def test_a_sender_without_a_peer_is_told_to_have_one(context: zmq.Context) -> None:
    with context.socket(zmq.PUSH) as push:
        push.sndtimeo = 10
        assert "no peer; bind() or connect() first" in why_nothing_went(push)
        assert "no peer; bind() or connect() first" in why_nothing_went(push, zmq.NOBLOCK)


def test_a_sender_whose_peer_is_not_there_is_told_where(context: zmq.Context) -> None:
    with context.socket(zmq.PUSH) as push:
        push.sndhwm = 1
        push.connect("inproc://nobody")
        push.send(b"fits")
        assert "is reached, and nobody is at inproc://nobody yet" in why_nothing_went(push, zmq.NOBLOCK)
