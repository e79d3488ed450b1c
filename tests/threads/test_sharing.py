"""Many threads on one socket: every message arrives, once and whole."""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

import zerowire as zmq

SENDERS = 4
RECEIVERS = 3
MESSAGES = 500
DEADLINE = 10.0
IN_FLIGHT = 200  # requests
STOP = b"stop"

Send = Callable[[Any, list[bytes]], object]
Receive = Callable[[Any], list[bytes]]


def send_whole(socket: Any, frames: list[bytes]) -> None:
    socket.send_multipart(frames)


def send_frames(socket: Any, frames: list[bytes]) -> None:
    for frame in frames[:-1]:
        socket.send(frame, zmq.SNDMORE)
    socket.send(frames[-1])


def receive_whole(socket: Any) -> list[bytes]:
    return list(socket.recv_multipart())


def receive_frames(socket: Any) -> list[bytes]:
    frames = [socket.recv()]
    while socket.get(zmq.RCVMORE):
        frames.append(socket.recv())
    return frames


@pytest.fixture(params=[send_whole, send_frames], ids=["whole", "frames"])
def send(request: pytest.FixtureRequest) -> Send:
    """Send a message, at once or frame by frame."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(params=[receive_whole, receive_frames], ids=["whole", "frames"])
def receive(request: pytest.FixtureRequest) -> Receive:
    """Receive a message, at once or frame by frame."""
    return request.param  # type: ignore[no-any-return]


def message_of(sender: int, number: int) -> list[bytes]:
    """Make a message of one to four frames, each of which tells what it belongs to."""
    return [b"%d %d %d" % (sender, number, index) for index in range(1 + number % 4)]


def number_of(frames: list[bytes]) -> tuple[int, int]:
    """Return whose message this is and which, after a look at every frame."""
    sender, number, _ = map(int, frames[0].split())
    assert frames == message_of(sender, number), "frames of different messages are mixed"
    return sender, number


def everything() -> list[tuple[int, int]]:
    return [(sender, number) for sender in range(SENDERS) for number in range(MESSAGES)]


def test_push_and_pull_shared_by_threads_lose_and_mix_nothing(
    joined: Any, crew: Any, send: Send, receive: Receive
) -> None:
    """RT-2: frames of one message stay together, whoever sends and receives."""
    pull, push = joined(zmq.PULL, zmq.PUSH)
    arrived: list[list[tuple[int, int]]] = [[] for _ in range(RECEIVERS)]

    def sender(who: int) -> None:
        for number in range(MESSAGES):
            send(push, message_of(who, number))

    def receiver(mine: list[tuple[int, int]]) -> None:
        while (frames := receive(pull)) != [STOP]:
            mine.append(number_of(frames))

    senders = [crew.start(sender, who) for who in range(SENDERS)]
    for mine in arrived:
        crew.start(receiver, mine)
    for thread in senders:
        thread.join()
    for _ in range(RECEIVERS):
        push.send(STOP)
    crew.join()
    assert sorted(number for mine in arrived for number in mine) == everything()
    for mine in arrived:  # one pipe: what one thread takes is in each sender's order
        for who in range(SENDERS):
            numbers = [number for sender, number in mine if sender == who]
            assert numbers == sorted(numbers)


def test_dealer_and_router_shared_by_threads_lose_and_mix_nothing(
    joined: Any, crew: Any, send: Send, receive: Receive
) -> None:
    """Threads ask through one DEALER, others answer through one ROUTER: every answer comes back."""
    router, dealer = joined(zmq.ROUTER, zmq.DEALER)
    room = threading.Semaphore(IN_FLIGHT)  # ROUTER drops what finds no room
    arrived: list[list[tuple[int, int]]] = [[] for _ in range(RECEIVERS)]

    def asker(who: int) -> None:
        for number in range(MESSAGES):
            assert room.acquire(timeout=20), "an answer was lost"
            send(dealer, message_of(who, number))

    def answerer() -> None:
        while (frames := receive(router))[1:] != [STOP]:
            number_of(frames[1:])
            send(router, frames)
        send(router, frames)  # one of the receivers shall stop, too

    def receiver(mine: list[tuple[int, int]]) -> None:
        while (frames := receive(dealer)) != [STOP]:
            mine.append(number_of(frames))
            room.release()

    askers = [crew.start(asker, who) for who in range(SENDERS)]
    for mine in arrived:
        crew.start(answerer)
        crew.start(receiver, mine)
    for thread in askers:
        thread.join()
    for _ in range(IN_FLIGHT):  # all answers are back
        assert room.acquire(timeout=20), "an answer was lost"
    for _ in range(RECEIVERS):
        dealer.send(STOP)
    crew.join()
    assert sorted(number for mine in arrived for number in mine) == everything()


def test_threads_may_send_and_receive_on_the_same_socket(joined: Any, crew: Any) -> None:
    """A thread that waits for a message does not keep others from sending."""
    first, second = joined(zmq.PAIR, zmq.PAIR)
    asking = threading.Event()

    def waits() -> None:
        asking.set()
        assert first.recv() == b"answer"

    def answers() -> None:
        assert second.recv() == b"question"
        second.send(b"answer")

    crew.start(waits)
    crew.start(answers)
    asking.wait()
    first.send(b"question")
    crew.join()


def test_a_message_wakes_exactly_as_many_receivers_as_there_are_messages(joined: Any, crew: Any) -> None:
    """No wake-up is lost when several threads wait on one socket."""
    pull, push = joined(zmq.PULL, zmq.PUSH)
    got: list[bytes] = []
    for _ in range(RECEIVERS):
        crew.start(lambda: got.append(pull.recv()))
    for number in range(RECEIVERS):
        push.send(b"%d" % number)
    crew.join()
    assert sorted(got) == [b"0", b"1", b"2"]


def test_threads_that_wait_for_room_all_get_their_turn(joined: Any, crew: Any) -> None:
    """Senders over the high-water mark go on when the receiver makes room."""
    pull, push = joined(zmq.PULL, zmq.PUSH)
    payload = bytes(4096)

    def sender(who: int) -> None:
        for _ in range(MESSAGES):
            push.send_multipart([b"%d" % who, payload])

    for who in range(SENDERS):
        crew.start(sender, who)
    counts = dict.fromkeys((b"%d" % who for who in range(SENDERS)), 0)
    for _ in range(SENDERS * MESSAGES):
        name, data = pull.recv_multipart()
        assert data == payload
        counts[name] += 1
    crew.join()
    assert set(counts.values()) == {MESSAGES}


def test_a_busy_thread_leaves_others_their_turn(context: zmq.Context, crew: Any) -> None:
    """Letting go of the interpreter often and briefly would starve every other thread."""
    pull, push = context.socket(zmq.PULL), context.socket(zmq.PUSH)
    pull.bind("inproc://busy")
    push.connect("inproc://busy")
    ended = threading.Event()

    def be_busy() -> None:
        while not ended.is_set():
            push.send(b"to myself")
            pull.recv()

    deadline = time.monotonic() + DEADLINE
    crew.start(be_busy)
    turns = 0
    while turns < 400 and time.monotonic() < deadline:
        select.select([], [], [], 0.001)
        turns += 1
    ended.set()
    crew.join()
    push.close()
    pull.close()
    assert turns == 400
