"""One direction of a proxy: what it takes, what it leaves, and what it gives back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import zerowire as zmq
from zerowire.api.lane import BURST, Lane
from zerowire.api.proxy import core_of, wait
from zerowire.message import Message

PATIENCE = 10_000  # milliseconds
WaitUntil = Callable[..., None]
Open = Callable[..., zmq.Socket]


@pytest.fixture
def opened(context: zmq.Context) -> Iterator[Open]:
    """Return what opens a socket, which is closed in the end."""
    sockets = []

    def open_socket(socket_type: int, **options: Any) -> zmq.Socket:
        socket = context.socket(socket_type)
        sockets.append(socket)
        socket.linger = 0
        socket.rcvtimeo = socket.sndtimeo = PATIENCE
        for name, value in options.items():
            setattr(socket, name, value)
        return socket

    yield open_socket
    for socket in sockets:
        socket.close()


@pytest.fixture
def bound(opened: Open) -> Open:
    """Return what opens a socket and binds it to a name of its own."""

    def bound(socket_type: int, **options: Any) -> zmq.Socket:
        socket = opened(socket_type, **options)
        socket.bind(f"inproc://{id(socket):x}")
        return socket

    return bound


@pytest.fixture
def peer(opened: Open) -> Open:
    """Return what opens a socket and connects it to another."""

    def peer(of: zmq.Socket, socket_type: int, **options: Any) -> zmq.Socket:
        socket = opened(socket_type, **options)
        socket.connect(of.last_endpoint)
        return socket

    return peer


def lane(source: zmq.Socket, target: zmq.Socket, tap: Callable[[Message], Message] | None = None) -> Lane:
    return Lane(core_of(source), core_of(target), tap)


def received(socket: zmq.Socket) -> list[bytes]:
    """Return the messages that are there."""
    found = []
    while socket.poll(0):
        found.append(socket.recv())
    return found


def numbers(*bounds: int) -> list[bytes]:
    return [b"%d" % number for number in range(*bounds)]


def test_lane_takes_no_more_than_its_target_has_room_for(bound: Open, peer: Open) -> None:
    """PX-1: the high-water mark of the way out holds what comes in."""
    front, back = bound(zmq.PULL), bound(zmq.PUSH, sndhwm=2)
    client, worker = peer(front, zmq.PUSH), peer(back, zmq.PULL, rcvhwm=1)
    for number in numbers(10):
        client.send(number)
    way = lane(front, back)
    assert not way.run()
    assert front.stats().queued_in == 7
    assert way.frames == 3
    assert received(worker) == numbers(3)
    assert not way.run()
    assert received(worker) == numbers(3, 6)


def test_lane_uses_the_room_of_all_peers_together(bound: Open, peer: Open) -> None:
    front, back = bound(zmq.PULL), bound(zmq.PUSH, sndhwm=2)
    client = peer(front, zmq.PUSH)
    workers = [peer(back, zmq.PULL, rcvhwm=hwm) for hwm in (1, 4)]
    for number in numbers(20):
        client.send(number)
    lane(front, back).run()
    assert [len(received(worker)) for worker in workers] == [3, 6]
    assert front.stats().queued_in == 11


def test_publisher_is_given_no_more_than_each_subscriber_can_take(bound: Open, peer: Open) -> None:
    """A batch is no reason to drop what would go one by one."""
    front, back = bound(zmq.PULL), bound(zmq.PUB, sndhwm=2)
    client = peer(front, zmq.PUSH)
    reader = peer(back, zmq.SUB, rcvhwm=1, subscribe=b"")
    assert back.wait_for_subscribers(timeout=PATIENCE)
    for number in numbers(3):
        client.send(number)
    lane(front, back).run()
    assert received(reader) == numbers(3)


def test_lane_stops_after_a_burst(bound: Open, peer: Open) -> None:
    """PX-1: the other direction has its turn."""
    front, back = bound(zmq.PULL, rcvhwm=0), bound(zmq.PUSH, sndhwm=0)
    client, worker = peer(front, zmq.PUSH, sndhwm=0), peer(back, zmq.PULL, rcvhwm=0)
    for number in numbers(BURST + 5):
        client.send(number)
    way = lane(front, back)
    assert way.run()
    assert received(worker) == numbers(BURST)
    assert not way.run()
    assert received(worker) == numbers(BURST, BURST + 5)


def test_lane_without_a_source_or_a_target_moves_nothing(bound: Open) -> None:
    """P-N4: PULL never sends, PUSH never receives."""
    way = lane(bound(zmq.PUSH), bound(zmq.PULL))
    assert not way.run()
    assert way.needs() == (way.target, zmq.POLLOUT)


def test_lane_counts_frames_and_octets(bound: Open, peer: Open) -> None:
    front, back = bound(zmq.PULL), bound(zmq.PUSH)
    client = peer(front, zmq.PUSH)
    peer(back, zmq.PULL)
    client.send(b"abc")
    client.send_multipart([b"de", b"", b"f"])
    client.send(zmq.Frame(b"gh"), copy=False)
    way = lane(front, back)
    way.run()
    assert (way.frames, way.octets) == (5, 8)


def test_what_was_not_sent_goes_back_in_its_order(bound: Open, peer: Open) -> None:
    """An exception in the midst of a batch costs nothing."""
    front, back = bound(zmq.PULL), bound(zmq.PUSH)
    client, worker = peer(front, zmq.PUSH), peer(back, zmq.PULL)

    def tap(message: Message) -> Message:
        if message == b"3":
            raise KeyboardInterrupt
        return message

    for number in numbers(6):
        client.send(number)
    with pytest.raises(KeyboardInterrupt):
        lane(front, back, tap).run()
    assert received(worker) == numbers(3)
    client.send(b"6")
    assert received(front) == numbers(3, 7)


def test_what_a_closed_target_did_not_take_goes_back(bound: Open, peer: Open) -> None:
    front, back = bound(zmq.PULL), bound(zmq.PUSH)
    client = peer(front, zmq.PUSH)
    peer(back, zmq.PULL)

    def tap(message: Message) -> Message:
        back.close()
        return message

    client.send_multipart([b"a", b"b"])
    client.send(b"c")
    with pytest.raises(zmq.ZMQError) as caught:
        lane(front, back, tap).run()
    assert caught.value.errno == zmq.ENOTSOCK
    assert front.recv_multipart() == [b"a", b"b"]
    assert front.recv() == b"c"


def test_each_batch_is_written_at_once(opened: Open, bound: Open, peer: Open) -> None:
    """What a lane leaves unwritten would wait for the caretaker."""
    front, back = bound(zmq.PULL), opened(zmq.PUSH)
    port = back.bind_to_random_port("tcp://127.0.0.1")
    client, worker = peer(front, zmq.PUSH), opened(zmq.PULL)
    worker.connect(f"tcp://127.0.0.1:{port}")
    assert back.wait_for_peers(timeout=PATIENCE)
    way = lane(front, back)
    for number in numbers(50):
        client.send(number)
        way.run()
        assert way.frames == int(number) + 1
        assert not core_of(back).dirty
    assert [worker.recv() for _ in range(50)] == numbers(50)


def test_message_that_nobody_can_get_is_lost_alone(bound: Open, peer: Open) -> None:
    """A ROUTER with ROUTER_MANDATORY objects to one message: the next proxy goes on behind it."""
    front, back = bound(zmq.PULL), bound(zmq.ROUTER, router_mandatory=True)
    client, worker = peer(front, zmq.PUSH), peer(back, zmq.DEALER, routing_id=b"me")
    worker.send(b"here I am")
    assert back.recv_multipart() == [b"me", b"here I am"]
    for address, body in ((b"me", b"a"), (b"nobody", b"b"), (b"me", b"c")):
        client.send_multipart([address, body])
    way = lane(front, back)
    with pytest.raises(zmq.ZMQError) as caught:
        way.run()
    assert caught.value.errno == zmq.EHOSTUNREACH
    way.run()
    assert received(worker) == [b"a", b"c"]


def test_batch_waits_for_the_room_that_one_peer_lacks(bound: Open, peer: Open, wait_until: WaitUntil) -> None:
    """ROUTER_MANDATORY: there is room at another peer, but messages keep their order and none is lost."""
    front, back = bound(zmq.PULL), bound(zmq.ROUTER, router_mandatory=True, sndhwm=1)
    client = peer(front, zmq.PUSH)
    slow, quick = (peer(back, zmq.DEALER, routing_id=name, rcvhwm=1) for name in (b"slow", b"quick"))
    for worker in (slow, quick):
        worker.send(b"here I am")
        back.recv_multipart()
    for number in numbers(4):
        client.send_multipart([b"slow", number])
    client.send_multipart([b"quick", b"last"])
    moving = threading.Thread(target=lane(front, back).run)
    moving.start()
    wait_until(lambda: core_of(back).waiters)
    assert [slow.recv() for _ in range(4)] == numbers(4)
    assert quick.recv() == b"last"
    moving.join(10)
    assert not moving.is_alive()


def test_what_comes_while_there_is_no_room_is_read(context: zmq.Context) -> None:
    """A source that has octets to read must not end each wait for the target at once."""
    with context.socket(zmq.PULL) as front, context.socket(zmq.PUSH) as back:
        client = context.socket(zmq.PUSH)
        client.connect(f"tcp://127.0.0.1:{front.bind_to_random_port('tcp://127.0.0.1')}")
        assert client.wait_for_peers(timeout=PATIENCE)
        core_of(front).enter()
        for number in numbers(3):
            client.send(number)
        needs = {core_of(front): int(zmq.POLLOUT), core_of(back): int(zmq.POLLOUT)}
        while front.stats().queued_in < 3:
            wait(needs)
        client.close()
        assert received(front) == numbers(3)


def test_two_proxies_may_share_their_sockets(
    context: zmq.Context, bound: Open, peer: Open, wait_until: WaitUntil
) -> None:
    """Each message goes on once, whoever of them takes it; small queues make them compete for room."""
    front, back = bound(zmq.PULL), bound(zmq.PUSH, sndhwm=3)
    client, worker = peer(front, zmq.PUSH), peer(back, zmq.PULL, rcvhwm=3)
    endings: list[object] = []

    def run() -> None:
        try:
            zmq.proxy(front, back)
        except zmq.ZMQError as error:
            endings.append(error)

    proxies = [threading.Thread(target=run) for _ in range(2)]
    for thread in proxies:
        thread.start()
    count = 2000
    sending = threading.Thread(target=lambda: [client.send(number) for number in numbers(count)])
    sending.start()
    found = sorted(int(worker.recv()) for _ in range(count))
    sending.join(10)
    assert found == list(range(count))
    ending = threading.Thread(target=context.term)
    ending.start()
    for thread in proxies:
        thread.join(10)
        assert not thread.is_alive()
    for socket in (front, back, client, worker):
        socket.close()
    ending.join(10)
    assert len(endings) == 2
