"""Waiting: the one place where a call stands still."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

import zerowire as zmq
from zerowire.api import blocking
from zerowire.engine.socket import RECEIVE, SocketCore

WaitUntil = Callable[..., None]
Pair = tuple[zmq.Socket, zmq.Socket]
PATIENCE = 10_000  # milliseconds


class Work:
    """Something done in another thread, and what came of it."""

    def __init__(self, action: Callable[[], object]) -> None:
        self.result: object = None
        self.error: BaseException | None = None
        self._action = action
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.result = self._action()
        except BaseException as error:
            self.error = error

    def join(self) -> object:
        self._thread.join(10)
        assert not self._thread.is_alive()
        if self.error is not None:
            raise self.error
        return self.result


@pytest.fixture(params=["inproc", "tcp"])
def pair(request: pytest.FixtureRequest, context: zmq.Context) -> Iterator[Pair]:
    """A PUSH and a PULL with room for one message each."""
    push, pull = context.socket(zmq.PUSH), context.socket(zmq.PULL)
    push.hwm = pull.hwm = 1
    pull.bind("inproc://blocking" if request.param == "inproc" else "tcp://127.0.0.1:*")
    push.connect(pull.get_string(zmq.LAST_ENDPOINT))
    assert pull.wait_for_peers(timeout=PATIENCE)
    assert push.wait_for_peers(timeout=PATIENCE)
    yield push, pull
    push.close(0)
    pull.close(0)


def fill(push: zmq.Socket, size: int = 1 << 20) -> int:
    """Send until nothing fits any more; return how many messages that were."""
    count = 0
    push.sndtimeo = 200  # only to find out that it is full
    while True:
        try:
            push.send(bytes(size))
        except zmq.Again:
            push.sndtimeo = -1
            return count
        count += 1


def waits(socket: zmq.Socket) -> Callable[[], bool]:
    return lambda: socket._core.waiters > 0


@pytest.mark.parametrize("timeout", [0, 1])
def test_timeout_ends_a_wait(pair: Pair, timeout: int) -> None:
    _, pull = pair
    pull.rcvtimeo = timeout
    with pytest.raises(zmq.Again):
        pull.recv()
    assert pull._core.waiters == 0


def test_receiver_waits_for_a_message(pair: Pair, wait_until: WaitUntil) -> None:
    push, pull = pair
    work = Work(pull.recv)
    wait_until(waits(pull))
    push.send(b"here")
    assert work.join() == b"here"


def test_sender_waits_for_room(pair: Pair, wait_until: WaitUntil) -> None:
    push, pull = pair
    pull.rcvtimeo = PATIENCE
    count = fill(push)
    work = Work(lambda: push.send(b"more"))
    wait_until(waits(push))
    for _ in range(count):
        assert len(pull.recv()) == 1 << 20
    assert pull.recv() == b"more"
    work.join()


def test_first_frame_of_a_message_waits_and_the_others_do_not(pair: Pair, wait_until: WaitUntil) -> None:
    push, pull = pair
    pull.rcvtimeo = PATIENCE
    count = fill(push)
    push.sndtimeo = 1
    with pytest.raises(zmq.Again):
        push.send(b"first", zmq.SNDMORE)
    push.sndtimeo = -1
    work = Work(lambda: (push.send(b"first", zmq.SNDMORE), push.send(b"second"))[0])
    wait_until(waits(push))
    for _ in range(count):
        assert len(pull.recv()) == 1 << 20
    assert pull.recv_multipart() == [b"first", b"second"]
    work.join()


def test_sender_waits_for_a_peer(context: zmq.Context, wait_until: WaitUntil) -> None:
    """PIPE-7: bind() makes no pipe."""
    with context.socket(zmq.PUSH) as push, context.socket(zmq.PULL) as pull:
        pull.rcvtimeo = PATIENCE
        push.bind("tcp://127.0.0.1:*")
        work = Work(lambda: push.send(b"for whoever comes"))
        wait_until(waits(push))
        pull.connect(push.get_string(zmq.LAST_ENDPOINT))
        assert pull.recv() == b"for whoever comes"
        work.join()


@pytest.mark.parametrize("call", ["send", "recv"])
def test_close_ends_a_wait(context: zmq.Context, wait_until: WaitUntil, call: str) -> None:
    socket = context.socket(zmq.PAIR)
    work = Work(socket.recv if call == "recv" else lambda: socket.send(b"x"))
    wait_until(waits(socket))
    socket.close()
    with pytest.raises(zmq.ZMQError) as caught:
        work.join()
    assert caught.value.errno == zmq.ENOTSOCK


@pytest.mark.parametrize("call", ["send", "recv", "poll"])
def test_term_ends_a_wait(wait_until: WaitUntil, call: str) -> None:
    context = zmq.Context()
    socket = context.socket(zmq.PAIR)
    calls: dict[str, Callable[[], object]] = {
        "send": lambda: socket.send(b"x"),
        "recv": socket.recv,
        "poll": socket.poll,
    }
    work = Work(calls[call])
    wait_until(waits(socket))
    ending = Work(context.term)
    with pytest.raises(zmq.ContextTerminated):
        work.join()
    socket.close()
    assert ending.join() is True


def test_options_can_be_set_while_another_thread_waits(pair: Pair, wait_until: WaitUntil) -> None:
    """The lock is never held while waiting."""
    push, pull = pair
    work = Work(pull.recv)
    wait_until(waits(pull))
    pull.linger = 5
    assert pull.linger == 5
    assert pull.stats().messages_in == 0
    push.send(b"x")
    assert work.join() == b"x"


def test_each_message_wakes_one_receiver(pair: Pair, wait_until: WaitUntil) -> None:
    push, pull = pair
    works = [Work(pull.recv) for _ in range(3)]
    wait_until(lambda: pull._core.waiters == 3)
    for number in range(3):
        push.send(b"%d" % number)
    assert sorted(str(work.join()) for work in works) == ["b'0'", "b'1'", "b'2'"]


def test_condition_is_waited_for(context: zmq.Context, wait_until: WaitUntil) -> None:
    with context.socket(zmq.PAIR) as socket:
        core = socket._core
        truth: list[bool] = []

        def wait() -> bool:
            with core.lock:
                return blocking.until(core, lambda: bool(truth), PATIENCE)

        work = Work(wait)
        wait_until(waits(socket))
        core.post(truth.append, True)
        assert work.join() is True
        with core.lock:
            core.enter()
            assert blocking.until(core, lambda: False, 1) is False
            assert blocking.until(core, lambda: True, 0) is True


def test_wait_serves_the_timers_of_its_socket(context: zmq.Context) -> None:
    """While a call waits nothing else needs to run."""
    with context.socket(zmq.PAIR) as socket:
        core = socket._core
        ran: list[str] = []
        with core.lock:
            core.enter()
            core.timers.schedule(0.0, lambda: ran.append(threading.current_thread().name))
            assert blocking.until(core, lambda: bool(ran), PATIENCE)
        assert ran == [threading.current_thread().name]


class Interrupted:
    """A core; a signal handler raises as soon as its lock was let go for the first time."""

    def __init__(self, core: SocketCore) -> None:
        self._core = core
        self._is_first = True
        self.guard = self

    def acquire(self) -> None:
        self._core.lock.acquire()

    def release(self) -> None:
        self._core.lock.release()
        if self._is_first:
            self._is_first = False
            raise KeyboardInterrupt

    def __getattr__(self, name: str) -> Any:
        return getattr(self._core, name)


@pytest.mark.skipif(zmq.library.build_info()["compiled"], reason="compiled, no handler runs between the two")
def test_interrupt_between_lock_and_wait_leaves_both_in_order(context: zmq.Context) -> None:
    with context.socket(zmq.PAIR) as socket:
        core = socket._core
        with core.lock:
            with pytest.raises(KeyboardInterrupt):
                blocking.wait(cast(SocketCore, Interrupted(core)), RECEIVE, None)
            assert core.lock.locked()
            assert core.waiters == 0


def test_never_is_no_deadline() -> None:
    assert blocking.deadline_of(-1) is None
    now = blocking.deadline_of(0)
    assert now is not None
    assert (blocking.deadline_of(1000) or 0) > now
