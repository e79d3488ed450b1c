"""Proxies, in threads of their own; features 6.3 and 8."""

from __future__ import annotations

import signal
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import zerowire as zmq

PATIENCE = 10_000  # milliseconds
WaitUntil = Callable[..., None]


class Runner:
    """Runs proxies in threads, and keeps what ended them."""

    def __init__(self, context: zmq.Context) -> None:
        self.context = context
        self.endings: list[object] = []
        self._threads: list[threading.Thread] = []
        self._sockets: list[zmq.Socket] = []  # kept open until the end

    def socket(self, socket_type: int, **options: Any) -> zmq.Socket:
        socket = self.context.socket(socket_type)
        self._sockets.append(socket)
        socket.linger = 0
        socket.rcvtimeo = socket.sndtimeo = PATIENCE
        for name, value in options.items():
            setattr(socket, name, value)
        return socket

    def bound(self, socket_type: int, **options: Any) -> zmq.Socket:
        socket = self.socket(socket_type, **options)
        socket.bind(f"inproc://{id(socket):x}")
        return socket

    def peer(self, of: zmq.Socket, socket_type: int, **options: Any) -> zmq.Socket:
        socket = self.socket(socket_type, **options)
        socket.connect(of.last_endpoint)
        return socket

    def start(self, call: Callable[..., Any], *arguments: Any) -> None:
        def run() -> None:
            try:
                self.endings.append(call(*arguments))
            except zmq.ZMQError as error:
                self.endings.append(error)

        self._threads.append(threading.Thread(target=run))
        self._threads[-1].start()

    def join(self) -> object:
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive(), "the proxy did not end"
        return self.endings[-1] if self.endings else None

    def end(self) -> None:
        ending = threading.Thread(target=self.context.term)
        ending.start()
        self.join()
        self.context.destroy(0)
        ending.join(10)


@pytest.fixture
def runner() -> Iterator[Runner]:
    runner = Runner(zmq.Context())
    yield runner
    runner.end()


def test_queue_returns_each_reply_to_the_right_client(runner: Runner) -> None:
    """P-7: ROUTER in front, DEALER at the back; several clients, several workers."""
    front, back = runner.bound(zmq.ROUTER), runner.bound(zmq.DEALER)
    clients = [runner.peer(front, zmq.REQ) for _ in range(3)]
    workers = [runner.peer(back, zmq.REP) for _ in range(2)]
    runner.start(zmq.proxy, front, back)
    for number, client in enumerate(clients):
        client.send_multipart([b"question", b"%d" % number])
    for worker in workers:
        worker.send_multipart([*worker.recv_multipart(), b"answer"])
    workers[0].send_multipart([*workers[0].recv_multipart(), b"answer"])
    for number, client in enumerate(clients):
        assert client.recv_multipart() == [b"question", b"%d" % number, b"answer"]


def test_streamer_delivers_everything_through_one_way_sockets(runner: Runner) -> None:
    """P-5, P-N4: PULL in front never has room, PUSH at the back never has messages."""
    front, back = runner.bound(zmq.PULL), runner.bound(zmq.PUSH)
    client, worker = runner.peer(front, zmq.PUSH), runner.peer(back, zmq.PULL)
    runner.start(zmq.device, zmq.STREAMER, front, back)
    for number in range(3000):  # more than a burst
        client.send(b"%d" % number)
    assert [worker.recv() for _ in range(3000)] == [b"%d" % number for number in range(3000)]


def test_forwarder_passes_subscriptions_upstream(runner: Runner) -> None:
    """P-6: XSUB in front, XPUB at the back."""
    front, back = runner.bound(zmq.XSUB), runner.bound(zmq.XPUB)
    publisher, subscriber = runner.peer(front, zmq.PUB), runner.peer(back, zmq.SUB)
    runner.start(zmq.device, zmq.FORWARDER, front, back)
    subscriber.subscribe("a")
    assert publisher.wait_for_subscribers(topic=b"a", timeout=PATIENCE)
    publisher.send(b"b nobody wants")
    publisher.send(b"a wanted")
    assert subscriber.recv() == b"a wanted"


def test_sub_and_pub_need_no_subscription_upstream(runner: Runner) -> None:
    """P-6: SUB in front takes everything, PUB at the back sorts."""
    front, back = runner.bound(zmq.SUB, subscribe=b""), runner.bound(zmq.PUB)
    publisher, subscriber = runner.peer(front, zmq.PUB), runner.peer(back, zmq.SUB, subscribe=b"a")
    assert back.wait_for_subscribers(topic=b"a", timeout=PATIENCE)
    assert publisher.wait_for_subscribers(timeout=PATIENCE)
    runner.start(zmq.proxy, front, back)
    publisher.send(b"b")
    publisher.send(b"a")
    assert subscriber.recv() == b"a"


def test_proxy_works_over_tcp(runner: Runner) -> None:
    front, back = runner.socket(zmq.ROUTER), runner.socket(zmq.DEALER)
    client, worker = runner.socket(zmq.REQ), runner.socket(zmq.REP)
    for socket, peer in ((front, client), (back, worker)):
        peer.connect(f"tcp://127.0.0.1:{socket.bind_to_random_port('tcp://127.0.0.1')}")
    runner.start(zmq.proxy, front, back)
    for number in range(20):
        client.send(b"%d" % number)
        worker.send(worker.recv() + b"!")
        assert client.recv() == b"%d!" % number


def test_capture_gets_a_copy_of_both_directions(runner: Runner) -> None:
    """PX-1."""
    front, back = runner.bound(zmq.ROUTER), runner.bound(zmq.DEALER)
    capture = runner.bound(zmq.PUSH)
    client, worker = runner.peer(front, zmq.DEALER, routing_id=b"me"), runner.peer(back, zmq.DEALER)
    copies = runner.peer(capture, zmq.PULL)
    runner.start(zmq.proxy, front, back, capture)
    client.send_multipart([b"a", b""])
    assert worker.recv_multipart() == [b"me", b"a", b""]
    assert copies.recv_multipart() == [b"me", b"a", b""]
    worker.send_multipart([b"me", b"b"])
    assert client.recv_multipart() == [b"b"]
    assert copies.recv_multipart() == [b"me", b"b"]


def test_capture_that_takes_nothing_in_time_misses_it(runner: Runner) -> None:
    front, back = runner.bound(zmq.PULL), runner.bound(zmq.PUSH)
    capture = runner.bound(zmq.PUSH, sndtimeo=0)
    client, worker = runner.peer(front, zmq.PUSH), runner.peer(back, zmq.PULL)
    runner.start(zmq.proxy, front, back, capture)
    client.send(b"x")
    assert worker.recv() == b"x"


@pytest.mark.parametrize("kind", [zmq.ROUTER, zmq.REP])
def test_socket_joined_with_itself_echoes(runner: Runner, kind: int) -> None:
    """PX-1: front == back is allowed."""
    both = runner.bound(kind)
    client = runner.peer(both, zmq.REQ)
    runner.start(zmq.proxy, both, both)
    for text in (b"a", b"b"):
        client.send(text)
        assert client.recv() == text


def test_nothing_is_taken_without_room_for_it(runner: Runner, wait_until: WaitUntil) -> None:
    """PX-1: a message leaves its source only when its destination is writable."""
    front, back = runner.bound(zmq.PULL), runner.bound(zmq.PUSH)
    client = runner.peer(front, zmq.PUSH)
    runner.start(zmq.proxy, front, back)
    client.send(b"waits")
    wait_until(lambda: back._core.waiters)
    assert front.stats().queued_in == 1
    worker = runner.peer(back, zmq.PULL)
    assert worker.recv() == b"waits"


def test_rest_of_a_message_that_was_begun_goes_on(runner: Runner) -> None:
    front, back = runner.bound(zmq.PULL), runner.bound(zmq.PUSH)
    client, worker = runner.peer(front, zmq.PUSH), runner.peer(back, zmq.PULL)
    client.send_multipart([b"taken", b"a", b"b"])
    client.send(b"next")

    def begin() -> None:
        assert front.recv() == b"taken"
        zmq.proxy(front, back)

    runner.start(begin)
    assert worker.recv_multipart() == [b"a", b"b"]
    assert worker.recv() == b"next"


def test_proxy_ends_with_its_context(runner: Runner, wait_until: WaitUntil) -> None:
    """P-N1."""
    front = runner.bound(zmq.PULL)
    runner.start(zmq.proxy, front, runner.bound(zmq.PUSH))
    wait_until(lambda: front._core.waiters or runner.endings)
    runner.end()
    assert isinstance(runner.endings[0], zmq.ContextTerminated)


@pytest.mark.parametrize("which", [0, 1])
def test_proxy_ends_when_a_socket_is_closed(runner: Runner, wait_until: WaitUntil, which: int) -> None:
    ends = [runner.bound(zmq.PAIR), runner.bound(zmq.PAIR)]
    runner.peer(ends[0], zmq.PAIR)
    runner.peer(ends[1], zmq.PAIR)
    runner.start(zmq.proxy, *ends)
    wait_until(lambda: ends[which]._core.waiters)
    ends[which].close()
    ending = runner.join()
    assert isinstance(ending, zmq.ZMQError)
    assert ending.errno == zmq.ENOTSOCK


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the system has no timer signals")
def test_interrupt_ends_a_proxy_at_once(context: zmq.Context) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with context.socket(zmq.PULL) as front, context.socket(zmq.PUSH) as back:

        def wait() -> None:
            signal.setitimer(signal.ITIMER_REAL, 0.01)
            zmq.proxy(front, back)

        previous = signal.signal(signal.SIGALRM, interrupt)
        try:
            with pytest.raises(KeyboardInterrupt):
                wait()
        finally:
            signal.signal(signal.SIGALRM, previous)
        assert front._core.waiters == back._core.waiters == 0


@pytest.mark.parametrize("what", [None, 5, "text"])
def test_proxy_joins_only_sockets(context: zmq.Context, what: Any) -> None:
    with context.socket(zmq.PULL) as front, pytest.raises(TypeError, match="a proxy joins Sockets"):
        zmq.proxy(front, what)


# -- steerable -------------------------------------------------------------------------------------


def steer(runner: Runner, control_type: int, asker_type: int) -> tuple[zmq.Socket, zmq.Socket, zmq.Socket]:
    """Start a streamer; return its client, its worker, and who may command it."""
    front, back = runner.bound(zmq.PULL), runner.bound(zmq.PUSH)
    control = runner.bound(control_type)
    client, worker = runner.peer(front, zmq.PUSH), runner.peer(back, zmq.PULL)
    asker = runner.peer(control, asker_type)
    runner.start(zmq.proxy_steerable, front, back, None, control)
    return client, worker, asker


def test_terminate_ends_a_steerable_proxy(runner: Runner) -> None:
    """PX-3."""
    _, _, asker = steer(runner, zmq.PAIR, zmq.PAIR)
    asker.send(b"TERMINATE")
    assert runner.join() == 0


def test_paused_proxy_moves_nothing_until_it_resumes(runner: Runner) -> None:
    """PX-3: REP answers each command with an empty message."""
    client, worker, asker = steer(runner, zmq.REP, zmq.REQ)
    client.send(b"before")
    assert worker.recv() == b"before"
    asker.send(b"PAUSE")
    assert asker.recv() == b""
    client.send(b"during")
    assert worker.poll(20) == 0
    asker.send(b"RESUME")
    assert asker.recv() == b""
    assert worker.recv() == b"during"


@pytest.mark.parametrize(
    ("control_type", "asker_type"), [(zmq.REP, zmq.REQ), (zmq.PAIR, zmq.PAIR), (zmq.ROUTER, zmq.DEALER)]
)
def test_statistics_count_frames_and_octets(
    runner: Runner, wait_until: WaitUntil, control_type: int, asker_type: int
) -> None:
    """PX-3: eight numbers; each frame of a message counts."""
    client, worker, asker = steer(runner, control_type, asker_type)
    client.send_multipart([b"abc", b"de"])
    assert worker.recv_multipart() == [b"abc", b"de"]

    def counts() -> list[int]:
        asker.send(b"STATISTICS")
        return [struct.unpack("=Q", frame)[0] for frame in asker.recv_multipart()]

    wait_until(lambda: counts() == [2, 5, 0, 0, 0, 0, 2, 5])


def test_unknown_command_is_ignored(runner: Runner) -> None:
    """PX-3: only a REP socket answers it, since it has to."""
    client, worker, asker = steer(runner, zmq.REP, zmq.REQ)
    for command in (b"HELLO", b"pause", b""):
        asker.send(command)
        assert asker.recv() == b""
    client.send(b"x")
    assert worker.recv() == b"x"


def test_control_that_cannot_answer_is_obeyed_all_the_same(runner: Runner) -> None:
    _, _, asker = steer(runner, zmq.PULL, zmq.PUSH)
    asker.send(b"STATISTICS")
    asker.send(b"TERMINATE")
    assert runner.join() == 0


def test_steerable_proxy_without_control_is_a_proxy(runner: Runner) -> None:
    front, back = runner.bound(zmq.PULL), runner.bound(zmq.PUSH)
    client, worker = runner.peer(front, zmq.PUSH), runner.peer(back, zmq.PULL)
    runner.start(zmq.proxy_steerable, front, back)
    client.send(b"x")
    assert worker.recv() == b"x"
