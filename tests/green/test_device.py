"""Devices among greenlets."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest

import zerowire.green as zmq

Spawn = Callable[..., Any]
Until = Callable[[Callable[[], object]], None]
Open = Callable[[int, str], zmq.Socket]


@pytest.fixture
def sockets(context: zmq.Context) -> Iterator[Callable[[int], zmq.Socket]]:
    """Return `sockets(type)`, which opens a socket until the test ends; it keeps one message each way."""
    opened: list[zmq.Socket] = []

    def start(kind: int) -> zmq.Socket:
        socket = context.socket(kind)
        socket.hwm = 1
        socket.rcvtimeo = socket.sndtimeo = 10_000
        opened.append(socket)
        return socket

    yield start
    for socket in opened:
        socket.close(0)


@pytest.fixture
def bind(sockets: Callable[[int], zmq.Socket]) -> Open:
    def opened(kind: int, endpoint: str) -> zmq.Socket:
        socket = sockets(kind)
        socket.bind(endpoint)
        return socket

    return opened


@pytest.fixture
def connect(sockets: Callable[[int], zmq.Socket]) -> Open:
    def opened(kind: int, endpoint: str) -> zmq.Socket:
        socket = sockets(kind)
        socket.connect(endpoint)
        return socket

    return opened


def test_device_joins_a_socket_with_itself(bind: Open, connect: Open, spawn: Spawn) -> None:
    """features.md 7.7: -1 for the second socket; what is asked is the answer."""
    rep = bind(zmq.REP, "inproc://rep")
    req = connect(zmq.REQ, "inproc://rep")
    running = spawn(zmq.device, zmq.QUEUE, rep, -1)
    for text in (b"hi", b"ho"):
        req.send(text)
        assert req.recv() == text
    assert not running.ready()


def test_device_moves_messages_both_ways(bind: Open, connect: Open, spawn: Spawn) -> None:
    spawn(zmq.device, zmq.QUEUE, bind(zmq.ROUTER, "inproc://front"), bind(zmq.DEALER, "inproc://back"))
    req, rep = connect(zmq.REQ, "inproc://front"), connect(zmq.REP, "inproc://back")
    for _ in range(3):
        req.send_multipart([b"question", b""])
        assert rep.recv_multipart() == [b"question", b""]
        rep.send(b"answer")
        assert req.recv() == b"answer"


def test_device_under_load_lets_others_run(bind: Open, connect: Open, spawn: Spawn) -> None:
    """Senders, device and receiver share one thread, and a queue of one message."""
    spawn(zmq.device, zmq.STREAMER, bind(zmq.PULL, "inproc://front"), bind(zmq.PUSH, "inproc://back"))
    push, pull = connect(zmq.PUSH, "inproc://front"), connect(zmq.PULL, "inproc://back")

    def send() -> None:
        for number in range(500):
            push.send(b"%d" % number)

    spawn(send)
    assert [pull.recv() for _ in range(500)] == [b"%d" % number for number in range(500)]


def test_device_takes_no_message_that_it_has_no_room_for(
    bind: Open, connect: Open, spawn: Spawn, take_turns: Callable[[], None]
) -> None:
    """So a device that is killed loses none."""
    front, back = bind(zmq.PULL, "inproc://front"), bind(zmq.PUSH, "inproc://back")
    push = connect(zmq.PUSH, "inproc://front")
    running = spawn(zmq.device, zmq.STREAMER, front, back)
    push.send(b"message")
    take_turns()
    running.kill()
    assert front.recv(zmq.DONTWAIT) == b"message"


def test_device_gives_back_what_it_holds(bind: Open, connect: Open, spawn: Spawn, until: Until) -> None:
    """It is killed while its capture socket has no room."""
    front, back = bind(zmq.PULL, "inproc://front"), bind(zmq.PUSH, "inproc://back")
    capture = bind(zmq.PUSH, "inproc://capture")
    push, pull = connect(zmq.PUSH, "inproc://front"), connect(zmq.PULL, "inproc://back")
    running = spawn(zmq.proxy, front, back, capture)
    push.send(b"message")
    until(lambda: capture._core.watchers)
    running.kill()
    assert front.recv(zmq.DONTWAIT) == b"message"
    with pytest.raises(zmq.Again):
        pull.recv(zmq.DONTWAIT)


def test_capture_gets_a_copy_unless_its_time_is_over(bind: Open, connect: Open, spawn: Spawn) -> None:
    front, back = bind(zmq.PULL, "inproc://front"), bind(zmq.PUSH, "inproc://back")
    capture = bind(zmq.PUSH, "inproc://capture")
    capture.sndtimeo = 1
    push, pull = connect(zmq.PUSH, "inproc://front"), connect(zmq.PULL, "inproc://back")
    spawn(zmq.proxy, front, back, capture)
    push.send(b"dropped there")
    assert pull.recv() == b"dropped there"
    copies = connect(zmq.PULL, "inproc://capture")
    push.send_multipart([b"seen", b"twice"])
    assert pull.recv_multipart() == [b"seen", b"twice"]
    assert copies.recv_multipart() == [b"seen", b"twice"]


def test_device_ends_with_its_context(spawn: Spawn) -> None:
    context = zmq.Context()

    def run() -> None:
        with context.socket(zmq.PULL) as front, context.socket(zmq.PUSH) as back:
            zmq.device(zmq.STREAMER, front, back)

    def end() -> str:
        try:
            run()
        except zmq.ContextTerminated:
            return "terminated"
        return "returned"

    running = spawn(end)
    with gevent.Timeout(10):
        context.term()
    assert running.get(timeout=10) == "terminated"


def test_proxy_obeys_its_control_socket(
    bind: Open, connect: Open, spawn: Spawn, take_turns: Callable[[], None]
) -> None:
    front, back = bind(zmq.PULL, "inproc://front"), bind(zmq.PUSH, "inproc://back")
    control = bind(zmq.REP, "inproc://control")
    push, pull = connect(zmq.PUSH, "inproc://front"), connect(zmq.PULL, "inproc://back")
    commands = connect(zmq.REQ, "inproc://control")
    running = spawn(zmq.proxy_steerable, front, back, None, control)

    def command(word: bytes) -> list[bytes]:
        commands.send(word)
        return commands.recv_multipart()

    push.send(b"12345")
    assert pull.recv() == b"12345"
    command(b"PAUSE")
    push.send(b"678")
    take_turns()
    with pytest.raises(zmq.Again):
        pull.recv(zmq.DONTWAIT)
    command(b"RESUME")
    assert pull.recv() == b"678"
    numbers = [struct.unpack("=Q", frame)[0] for frame in command(b"STATISTICS")]
    assert numbers == [2, 8, 0, 0, 0, 0, 2, 8]
    command(b"TERMINATE")
    assert running.get(timeout=10) == 0


def test_proxy_without_control_is_a_proxy(bind: Open, connect: Open, spawn: Spawn) -> None:
    spawn(zmq.proxy_steerable, bind(zmq.PULL, "inproc://front"), bind(zmq.PUSH, "inproc://back"))
    push, pull = connect(zmq.PUSH, "inproc://front"), connect(zmq.PULL, "inproc://back")
    push.send(b"message")
    assert pull.recv() == b"message"
