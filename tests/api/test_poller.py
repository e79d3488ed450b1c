"""Waiting for many sockets and descriptors."""

from __future__ import annotations

import os
import select
import signal
import socket as sockets
import threading
import time
from collections.abc import Callable, Iterator

import pytest

import zerowire as zmq
from zerowire.api import descriptors, poller

PATIENCE = 10_000  # milliseconds

Pair = tuple[zmq.Socket, zmq.Socket]


def open_pair(context: zmq.Context, endpoint: str) -> Pair:
    one, other = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    one.linger = other.linger = 0
    one.bind(endpoint)
    other.connect(one.last_endpoint)
    return one, other


@pytest.fixture(params=["inproc://pair", "tcp://127.0.0.1:*"])
def pair(request: pytest.FixtureRequest, context: zmq.Context) -> Iterator[Pair]:
    one, other = open_pair(context, request.param)
    other.send(b"here")
    assert one.recv() == b"here"
    yield one, other
    one.close()
    other.close()


@pytest.fixture
def later() -> Iterator[Callable[..., None]]:
    """Return `later(condition, action)`: another thread acts when a condition has come true."""
    threads: list[threading.Thread] = []

    def start(condition: Callable[[], object], action: Callable[[], object]) -> None:
        def run() -> None:
            deadline = time.monotonic() + 10
            while not condition() and time.monotonic() < deadline:
                time.sleep(0.001)
            action()

        threads.append(threading.Thread(target=run))
        threads[-1].start()

    yield start
    for thread in threads:
        thread.join(10)


def waits(socket: zmq.Socket) -> Callable[[], bool]:
    return lambda: socket._core.waiters > 0


def test_readiness_is_level_triggered(pair: Pair) -> None:
    one, other = pair
    other.send_multipart([b"a", b"b"])
    for _ in range(2):
        assert zmq.zmq_poll([(one, zmq.POLLIN)], PATIENCE) == [(one, zmq.POLLIN)]
    assert one.recv() == b"a"
    assert zmq.zmq_poll([(one, zmq.POLLIN)], 0) == [(one, zmq.POLLIN)]  # the rest of the message
    assert one.recv() == b"b"
    assert zmq.zmq_poll([(one, zmq.POLLIN)], 0) == []


def test_only_what_was_asked_for_is_reported(pair: Pair) -> None:
    one, other = pair
    other.send(b"x")
    assert one.poll(PATIENCE) == zmq.POLLIN
    assert zmq.zmq_poll([(one, zmq.POLLOUT)], PATIENCE) == [(one, zmq.POLLOUT)]
    both = zmq.POLLIN | zmq.POLLOUT
    assert zmq.zmq_poll([(one, both)], PATIENCE) == [(one, both)]


def test_time_that_runs_out_gives_nothing(pair: Pair) -> None:
    one, other = pair
    assert zmq.zmq_poll([(one, zmq.POLLIN), (other, zmq.POLLIN)], 1) == []
    assert zmq.zmq_poll([(one, zmq.POLLIN | zmq.POLLERR)], 0) == []
    assert one.poll(1) == 0


def test_duplicates_are_reported_each(pair: Pair) -> None:
    """Features 6.2: the same socket may stand in the list more than once."""
    one, other = pair
    items = [(one, zmq.POLLIN), (one, zmq.POLLOUT), (one, zmq.POLLIN)]
    assert zmq.zmq_poll(items, 0) == [(one, zmq.POLLOUT)]
    other.send(b"x")
    assert one.poll(PATIENCE)
    assert zmq.zmq_poll(items, 0) == items


@pytest.mark.parametrize("wait", ["one", "many"])
def test_message_from_another_thread_ends_a_wait(pair: Pair, later: Callable[..., None], wait: str) -> None:
    one, other = pair
    for text in (b"first", b"second"):
        later(waits(one), lambda text=text: other.send(text))
        if wait == "one":
            assert one.poll(PATIENCE) == zmq.POLLIN
        else:
            assert zmq.zmq_poll([(one, zmq.POLLIN)], PATIENCE) == [(one, zmq.POLLIN)]
        assert one.recv() == text


def test_room_that_another_thread_makes_ends_a_wait(context: zmq.Context, later: Callable[..., None]) -> None:
    pull, push = context.socket(zmq.PULL), context.socket(zmq.PUSH)
    with pull, push:
        pull.rcvhwm = push.sndhwm = 2
        pull.bind("inproc://room")
        push.connect("inproc://room")
        while push.poll(0, zmq.POLLOUT):
            push.send(b"x")
        later(waits(push), lambda: [pull.recv() for _ in range(4)])
        assert zmq.zmq_poll([(push, zmq.POLLOUT)], PATIENCE) == [(push, zmq.POLLOUT)]


def test_wait_for_either_way_is_not_disturbed_by_nothing(
    context: zmq.Context, wait_until: Callable[..., None]
) -> None:
    """Two threads that wait in one socket would otherwise wake each other for ever."""
    with context.socket(zmq.DEALER) as socket:
        socket.bind("inproc://nobody")
        thread = threading.Thread(target=socket.poll, args=(PATIENCE, zmq.POLLIN | zmq.POLLOUT))
        thread.start()
        wait_until(waits(socket))
        core = socket._core
        with core.lock:
            core.dispatch([])
            woken = select.select([core.waker.fileno()], [], [], 0)[0]
        assert not woken
        with context.socket(zmq.DEALER) as peer:
            peer.connect("inproc://nobody")
            thread.join(10)
        assert not thread.is_alive()


def test_one_wait_serves_sockets_and_descriptors(pair: Pair, later: Callable[..., None]) -> None:
    one, _ = pair
    near, far = sockets.socketpair()
    with near, far:
        later(waits(one), lambda: far.send(b"x"))
        watched = [(one, zmq.POLLIN), (near, zmq.POLLIN)]
        assert zmq.zmq_poll(watched, PATIENCE) == [(near.fileno(), zmq.POLLIN)]
        assert zmq.zmq_poll([(near.fileno(), zmq.POLLOUT)], PATIENCE) == [(near.fileno(), zmq.POLLOUT)]


def test_descriptor_in_trouble_is_reported_unasked() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ((fd, events),) = zmq.zmq_poll([(writer, zmq.POLLIN)], PATIENCE)
        assert (fd, events) == (writer, zmq.POLLERR)
    finally:
        os.close(writer)


def test_descriptor_with_urgent_data_is_reported() -> None:
    with (
        sockets.create_server(("127.0.0.1", 0)) as server,
        sockets.create_connection(server.getsockname()) as client,
    ):
        peer, _ = server.accept()
        with peer:
            client.send(b"!", sockets.MSG_OOB)
            assert zmq.zmq_poll([(peer, zmq.POLLPRI)], PATIENCE) == [(peer.fileno(), zmq.POLLPRI)]


@pytest.mark.skipif(not hasattr(select, "poll"), reason="there is only one way to wait")
def test_both_ways_to_wait_agree() -> None:
    near, far = sockets.socketpair()
    with near, far:
        far.send(b"x")
        interests = {near.fileno(): zmq.POLLIN | zmq.POLLOUT, far.fileno(): int(zmq.POLLIN)}
        expected = {near.fileno(): zmq.POLLIN | zmq.POLLOUT}
        assert descriptors.wait_with_poll(interests, 0) == expected
        assert descriptors.wait_with_select(interests, 0) == expected
    assert descriptors.wait_with_poll({}, 0.001) == descriptors.wait_with_select({}, 0.001) == {}


def test_milliseconds_are_never_cut_short() -> None:
    assert [descriptors.round_up(seconds) for seconds in (0.0, 0.0001, 0.002, 1.5)] == [0, 1, 2, 1500]


def test_no_items_are_no_wait() -> None:
    """Features 7.1: [] gives [] at once."""
    assert zmq.zmq_poll([]) == []
    assert zmq.Poller().poll() == []


def test_what_cannot_be_waited_for_is_refused() -> None:
    class Odd:
        def fileno(self) -> str:
            return "none"

    with pytest.raises(ValueError, match="does not return a descriptor"):
        zmq.zmq_poll([(Odd(), zmq.POLLIN)], 0)
    with pytest.raises(TypeError, match="a Socket, a descriptor or an object with fileno"):
        zmq.zmq_poll([("text", zmq.POLLIN)], 0)


def test_closed_socket_is_an_error(pair: Pair) -> None:
    one, other = pair
    one.close()
    with pytest.raises(zmq.ZMQError) as caught:
        zmq.zmq_poll([(other, zmq.POLLIN), (one, zmq.POLLIN)], PATIENCE)
    assert caught.value.errno == zmq.ENOTSOCK
    assert other._core.waiters == 0  # the wait was taken back


@pytest.mark.parametrize("many", [False, True])
def test_socket_that_is_closed_meanwhile_ends_the_wait(
    pair: Pair, later: Callable[..., None], many: bool
) -> None:
    one, other = pair
    later(waits(one), one.close)
    items = [(one, zmq.POLLIN), (other, zmq.POLLIN)]
    with pytest.raises(zmq.ZMQError) as caught:
        zmq.zmq_poll(items, PATIENCE) if many else one.poll(PATIENCE)
    assert caught.value.errno == zmq.ENOTSOCK


def test_terminated_context_ends_the_wait(later: Callable[..., None]) -> None:
    context = zmq.Context()
    one, other = open_pair(context, "inproc://pair")
    later(waits(one), context.term)
    with pytest.raises(zmq.ContextTerminated):
        zmq.zmq_poll([(one, zmq.POLLIN), (other, zmq.POLLIN)], PATIENCE)
    one.close()
    other.close()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the system has no timer signals")
def test_signal_handlers_run_while_waiting(pair: Pair) -> None:
    one, other = pair
    previous = signal.signal(signal.SIGALRM, lambda *_: other.send(b"from the handler"))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        assert zmq.zmq_poll([(one, zmq.POLLIN)], PATIENCE) == [(one, zmq.POLLIN)]
    finally:
        signal.signal(signal.SIGALRM, previous)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the system has no timer signals")
def test_exception_of_a_signal_handler_ends_the_wait(pair: Pair) -> None:
    one, other = pair

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    def wait() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        zmq.zmq_poll([(one, zmq.POLLIN), (other, zmq.POLLIN)], PATIENCE)

    previous = signal.signal(signal.SIGALRM, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            wait()
    finally:
        signal.signal(signal.SIGALRM, previous)
    assert one._core.waiters == other._core.waiters == 0


# -- Poller ----------------------------------------------------------------------------------------


def test_poller_keeps_the_last_flags(pair: Pair) -> None:
    one, other = pair
    waiting = zmq.Poller()
    waiting.register(one)
    waiting.register(other, zmq.POLLIN)
    waiting.modify(one, zmq.POLLIN)
    assert waiting.sockets == [(one, zmq.POLLIN), (other, zmq.POLLIN)]
    assert waiting.poll(0) == []
    other.send(b"x")
    assert dict(waiting.poll(PATIENCE)) == {one: zmq.POLLIN}


def test_poller_forgets_what_has_no_flags(pair: Pair) -> None:
    one, other = pair
    waiting = zmq.Poller()
    waiting.register(one, 0)
    waiting.register(other)
    waiting.modify(other, 0)
    assert waiting.sockets == []
    assert one not in waiting


def test_poller_unregisters_only_what_it_has(pair: Pair) -> None:
    one, other = pair
    waiting = zmq.Poller()
    waiting.register(one)
    assert one in waiting
    waiting.unregister(one)
    assert one not in waiting
    with pytest.raises(KeyError):
        waiting.unregister(other)


@pytest.mark.parametrize("forever", [None, -1, -0.5])
def test_poller_waits_for_ever_if_asked(
    pair: Pair, later: Callable[..., None], forever: float | None
) -> None:
    one, other = pair
    waiting = zmq.Poller()
    waiting.register(one, zmq.POLLIN)
    later(waits(one), lambda: other.send(b"x"))
    assert waiting.poll(forever) == [(one, zmq.POLLIN)]


@pytest.mark.parametrize("forever", [None, -1, -0.5])
def test_socket_and_function_wait_for_ever_if_asked(
    pair: Pair, later: Callable[..., None], forever: float | None
) -> None:
    one, other = pair
    later(waits(one), lambda: other.send(b"x"))
    assert one.poll(forever) == zmq.POLLIN
    one.recv()
    later(waits(one), lambda: other.send(b"x"))
    assert zmq.zmq_poll([(one, zmq.POLLIN)], forever) == [(one, zmq.POLLIN)]


# -- select ----------------------------------------------------------------------------------------


def test_select_is_like_that_of_the_standard_library(pair: Pair) -> None:
    one, other = pair
    other.send(b"x")
    assert one.poll(PATIENCE)
    assert zmq.select([one, other], [one], [one], 10) == ([one], [one], [])
    assert zmq.select([other], [], [], 0) == ([], [], [])


def test_select_takes_descriptors() -> None:
    near, far = sockets.socketpair()
    with near, far:
        far.send(b"x")
        assert zmq.select([near], [far], [near]) == ([near.fileno()], [far.fileno()], [])


def test_flags_choose_what_is_waited_for() -> None:
    assert [len(purposes) for purposes in poller.PURPOSES] == [1, 1, 1, 2]
    assert poller.PURPOSES[zmq.POLLIN | zmq.POLLOUT] == (
        *poller.PURPOSES[zmq.POLLIN],
        *poller.PURPOSES[zmq.POLLOUT],
    )
