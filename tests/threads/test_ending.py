"""close() and term() from another thread end whatever waits in a socket."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

import pytest

import zerowire as zmq


def waits_to_receive(context: zmq.Context) -> tuple[Any, Callable[[], object]]:
    socket = context.socket(zmq.PULL)
    socket.bind("inproc://ending")
    return socket, socket.recv


def waits_to_receive_over_tcp(context: zmq.Context) -> tuple[Any, Callable[[], object]]:
    socket = context.socket(zmq.DEALER)
    socket.bind("tcp://127.0.0.1:*")
    return socket, socket.recv_multipart


def waits_to_send(context: zmq.Context) -> tuple[Any, Callable[[], object]]:
    socket = context.socket(zmq.PUSH)
    socket.bind("tcp://127.0.0.1:*")
    return socket, lambda: socket.send(b"nobody is there")


def polls(context: zmq.Context) -> tuple[Any, Callable[[], object]]:
    socket = context.socket(zmq.PULL)
    socket.bind("tcp://127.0.0.1:*")
    return socket, socket.poll


def polls_with_a_poller(context: zmq.Context) -> tuple[Any, Callable[[], object]]:
    socket = context.socket(zmq.PULL)
    poller = zmq.Poller()
    poller.register(socket, zmq.POLLIN)
    return socket, poller.poll


Waits = Callable[[zmq.Context], tuple[Any, Callable[[], object]]]
CALLS: list[Waits] = [waits_to_receive, waits_to_receive_over_tcp, waits_to_send, polls, polls_with_a_poller]


@pytest.fixture(params=CALLS, ids=lambda call: call.__name__)
def waits(request: pytest.FixtureRequest) -> Waits:
    """Open a socket, and return it with a call that waits in it for ever."""
    return request.param  # type: ignore[no-any-return]


class Waiter:
    """Threads that wait in the same call, and what became of them."""

    def __init__(self, call: Callable[[], object], crew: Any, threads: int) -> None:
        self.call = call
        self.errors: list[zmq.ZMQError] = []
        for _ in range(threads):
            crew.start(self.run)

    def run(self) -> None:
        with pytest.raises(zmq.ZMQError) as caught:
            self.call()
        self.errors.append(caught.value)


@pytest.mark.parametrize("threads", [1, 3])
def test_close_ends_a_call_in_another_thread(
    context: zmq.Context, crew: Any, waits: Waits, threads: int, wait_until: Any
) -> None:
    """A thread that waits in a socket gets ENOTSOCK when another one closes it."""
    socket, call = waits(context)
    waiter = Waiter(call, crew, threads)
    wait_until(lambda: socket._core.waiters == threads)
    socket.close()
    crew.join()
    assert [error.errno for error in waiter.errors] == [errno.ENOTSOCK] * threads


@pytest.mark.parametrize("threads", [1, 3])
def test_term_ends_a_call_in_another_thread(crew: Any, waits: Waits, threads: int, wait_until: Any) -> None:
    """CTX-3: term() makes every call fail with ContextTerminated, and waits for close()."""
    context = zmq.Context()
    socket, call = waits(context)
    waiter = Waiter(call, crew, threads)
    wait_until(lambda: socket._core.waiters == threads)
    ending = crew.start(context.term)
    for thread in crew.threads[:threads]:
        thread.join(20)
    assert len(waiter.errors) == threads
    assert {type(error) for error in waiter.errors} == {zmq.ContextTerminated}
    assert ending.is_alive()  # until the socket is closed
    socket.close(0)
    crew.join()
    assert context.closed


def test_sockets_closed_by_one_thread_while_others_send_end_cleanly(context: zmq.Context, crew: Any) -> None:
    """Whoever comes too late gets ENOTSOCK; nothing else can happen."""
    pull = context.socket(zmq.PULL)
    pull.bind("inproc://many")
    sockets = [context.socket(zmq.PUSH) for _ in range(8)]
    for socket in sockets:
        socket.connect("inproc://many")

    ends: list[int | None] = []

    def send_on(socket: Any) -> None:
        try:
            while True:
                socket.send(b"more")
                pull.recv()
        except zmq.ZMQError as error:
            ends.append(error.errno)

    for socket in sockets:
        crew.start(send_on, socket)
    for socket in sockets:
        socket.close(0)
    pull.close()
    crew.join()
    assert ends == [errno.ENOTSOCK] * len(sockets)
