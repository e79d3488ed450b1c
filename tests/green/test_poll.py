"""Waiting for many things at once, while other greenlets run."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import zerowire.green as zmq

PATIENCE = 10_000  # milliseconds
Spawn = Callable[..., Any]


@pytest.fixture
def pair(context: zmq.Context, request: pytest.FixtureRequest) -> Iterator[tuple[zmq.Socket, zmq.Socket]]:
    with context.socket(zmq.PAIR) as near, context.socket(zmq.PAIR) as far:
        near.hwm = far.hwm = 1
        near.bind(getattr(request, "param", "tcp://127.0.0.1:*"))
        far.connect(near.last_endpoint)
        assert near.wait_for_peers(timeout=PATIENCE)
        assert far.wait_for_peers(timeout=PATIENCE)
        yield near, far


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def test_socket_is_polled_while_others_run(pair: tuple[zmq.Socket, zmq.Socket], spawn: Spawn) -> None:
    near, far = pair
    polling = spawn(near.poll)
    assert not polling.ready()
    far.send(b"message")
    assert polling.get(timeout=10) == zmq.POLLIN
    assert near.poll(0, zmq.POLLIN | zmq.POLLOUT) == zmq.POLLIN | zmq.POLLOUT


def test_poll_ends_when_its_time_is_over(pair: tuple[zmq.Socket, zmq.Socket]) -> None:
    near, _ = pair
    assert near.poll(0) == 0
    assert near.poll(1) == 0
    near.close()
    with pytest.raises(zmq.ZMQError) as caught:
        near.poll(0)
    assert caught.value.errno == zmq.ENOTSUP


def test_poller_waits_for_sockets_and_descriptors(
    pair: tuple[zmq.Socket, zmq.Socket], pipe: tuple[int, int], spawn: Spawn
) -> None:
    """features.md 7.5: an object with a fileno() comes back as its descriptor."""
    near, far = pair
    here, there = socket.socketpair()
    with here, there:
        poller = zmq.Poller()
        for item in (near, pipe[0], here):
            poller.register(item, zmq.POLLIN)
        for speak, item in (
            (lambda: far.send(b"message"), near),
            (lambda: os.write(pipe[1], b"octet"), pipe[0]),
            (lambda: there.send(b"octet"), here.fileno()),
        ):
            polling = spawn(poller.poll)
            assert not polling.ready()
            speak()
            assert polling.get(timeout=10) == [(item, zmq.POLLIN)]
            poller.unregister(here if item == here.fileno() else item)
        assert poller.poll() == []


@pytest.mark.parametrize("pair", ["inproc://pair"], indirect=True)
def test_poller_waits_for_room(
    pair: tuple[zmq.Socket, zmq.Socket], spawn: Spawn, take_turns: Callable[[], None]
) -> None:
    """It does not come back for messages that nobody asked for."""
    near, far = pair
    near.send(b"unread")
    poller = zmq.Poller()
    poller.register(far, zmq.POLLOUT)
    count = 0
    while poller.poll(0):
        far.send(b"fill")
        count += 1
    polling = spawn(poller.poll)
    take_turns()
    assert not polling.ready()
    for _ in range(count):
        near.recv()
    assert polling.get(timeout=10) == [(far, zmq.POLLOUT)]


def test_descriptor_is_polled_for_room(pipe: tuple[int, int]) -> None:
    assert zmq.zmq_poll([(pipe[1], zmq.POLLOUT)], 0) == [(pipe[1], zmq.POLLOUT)]
    assert zmq.zmq_poll([(pipe[0], zmq.POLLIN)], 1) == []


def test_select_is_in_seconds(pair: tuple[zmq.Socket, zmq.Socket], spawn: Spawn) -> None:
    near, far = pair
    selecting = spawn(zmq.select, [near], [], [near], None)
    assert not selecting.ready()
    far.send(b"message")
    assert selecting.get(timeout=10) == ([near], [], [])
    assert zmq.select([far], [far], [], 0.001) == ([], [far], [])


def test_poll_refuses_what_cannot_be_waited_for() -> None:
    with pytest.raises(TypeError):
        zmq.zmq_poll([("text", zmq.POLLIN)])


def test_closed_socket_ends_a_poll(pair: tuple[zmq.Socket, zmq.Socket], spawn: Spawn) -> None:
    near, _ = pair
    polling = spawn(zmq.zmq_poll, [(near, zmq.POLLIN)], None)
    near.close()
    with pytest.raises(zmq.ZMQError) as caught:
        polling.get(timeout=10)
    assert caught.value.errno == errno.ENOTSOCK


def test_killed_poll_leaves_no_trace(pair: tuple[zmq.Socket, zmq.Socket], spawn: Spawn) -> None:
    near, far = pair
    spawn(near.poll).kill()
    assert near._core.watchers == 0
    far.send(b"message")
    assert near.recv() == b"message"
