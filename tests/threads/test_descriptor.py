"""FD is level-triggered: select() on it tells whether a message waits."""

from __future__ import annotations

import random
import select
from typing import Any

import pytest

import zerowire as zmq

STEPS = 150


def is_readable(socket: Any) -> bool:
    return bool(select.select([socket.fileno()], [], [], 0)[0])


def has_room(socket: Any, payload: bytes) -> bool:
    """Send, if that needs no waiting."""
    try:
        socket.send(payload, zmq.NOBLOCK)
    except zmq.Again:
        return False
    return True


class Walk:
    """A random sequence of calls on a socket and its peer, with a count of what must be waiting."""

    ACTIONS = (
        "peer_sends",
        "peer_sends_many",
        "receive",
        "receive_all",
        "send",
        "events",
        "poll",
        "look_twice",
    )

    def __init__(self, socket: Any, peer: Any, rng: random.Random, wait_until: Any) -> None:
        self.socket = socket
        self.peer = peer
        self.rng = rng
        self.wait_until = wait_until
        self.waiting = 0

    def run(self) -> None:
        for _ in range(STEPS):
            getattr(self, self.rng.choice(self.ACTIONS))()
            self.compare()

    def compare(self) -> None:
        """The descriptor comes to tell the truth, without any call on the socket."""
        self.wait_until(lambda: is_readable(self.socket) == bool(self.waiting))
        if self.waiting:
            assert is_readable(self.socket)  # looking does not use it up

    def peer_sends(self) -> None:
        frames = self.rng.randrange(1, 4)
        self.peer.send_multipart([b"x"] * frames)
        self.waiting += 1

    def peer_sends_many(self) -> None:
        for _ in range(self.rng.randrange(5, 40)):
            self.peer_sends()

    def receive(self) -> None:
        if self.waiting:
            assert self.socket.recv_multipart()
            self.waiting -= 1
        else:
            with pytest.raises(zmq.Again):
                self.socket.recv(zmq.NOBLOCK)

    def receive_all(self) -> None:
        while self.waiting:
            self.receive()

    def send(self) -> None:
        self.socket.send(b"y")
        assert self.peer.recv() == b"y"

    def events(self) -> None:
        self.wait_until(lambda: bool(self.socket.get(zmq.EVENTS) & zmq.POLLIN) == bool(self.waiting))

    def poll(self) -> None:
        assert bool(self.socket.poll(10_000 if self.waiting else 0)) == bool(self.waiting)

    def look_twice(self) -> None:
        assert self.socket.get(zmq.EVENTS) & zmq.POLLOUT
        assert self.socket.get(zmq.EVENTS) & zmq.POLLOUT


@pytest.mark.parametrize("seed", range(4))
def test_the_descriptor_is_readable_exactly_while_a_message_waits(
    joined: Any, seed: int, wait_until: Any
) -> None:
    """After any interleaving of send, recv, EVENTS and poll."""
    socket, peer = joined(zmq.PAIR, zmq.PAIR)
    peer.send(b"hello")
    assert socket.recv() == b"hello"
    walk = Walk(socket, peer, random.Random(seed), wait_until)
    walk.compare()
    walk.run()


def test_the_descriptor_stays_readable_when_the_octets_were_read_already(
    joined: Any, wait_until: Any
) -> None:
    """What was read ahead for an idle socket counts."""
    socket, peer = joined(zmq.PULL, zmq.PUSH)
    fd = socket.fileno()
    for number in range(3):
        peer.send(b"%d" % number)
    wait_until(lambda: socket.stats().queued_in == 3)
    for number in range(3):
        assert select.select([fd], [], [], 10)[0] == [fd]
        assert socket.recv(zmq.NOBLOCK) == b"%d" % number
    wait_until(lambda: not is_readable(socket))


def test_the_descriptor_may_be_asked_for_when_a_message_is_there_already(
    joined: Any, wait_until: Any
) -> None:
    """The first look at it is as good as any other."""
    socket, peer = joined(zmq.PULL, zmq.PUSH)
    peer.send(b"early")
    wait_until(lambda: socket.stats().queued_in == 1)
    assert is_readable(socket)
    assert socket.recv() == b"early"


def test_the_descriptor_tells_a_sender_when_there_is_room_again(joined: Any) -> None:
    """After a send that would have had to wait."""
    pull, push = joined(zmq.PULL, zmq.PUSH)
    fd = push.fileno()
    push.wait_for_peers()
    payload, sent = bytes(65536), 0
    while has_room(push, payload):
        sent += 1
    assert sent
    for _ in range(sent):
        assert pull.recv() == payload
    assert select.select([fd], [], [], 10)[0] == [fd]
    push.send(payload, zmq.NOBLOCK)
    assert pull.recv() == payload


def test_a_loop_that_watches_only_the_descriptor_gets_every_message(joined: Any, crew: Any) -> None:
    """One recv for each time it is readable, with no look at EVENTS."""
    socket, peer = joined(zmq.DEALER, zmq.DEALER)
    fd = socket.fileno()

    def feed() -> None:
        for number in range(2000):
            peer.send(b"%d" % number)

    crew.start(feed)
    due = 0
    while due < 2000:
        assert select.select([fd], [], [], 10)[0], f"nothing came after message {due}"
        try:
            assert socket.recv(zmq.NOBLOCK) == b"%d" % due
        except zmq.Again:
            continue  # octets, but not a whole message yet
        due += 1
