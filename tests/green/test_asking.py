"""Asking a peer while other greenlets run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest

import zerowire
import zerowire.green as zmq

Spawn = Callable[..., Any]


@pytest.fixture
def served(context: zmq.Context, spawn: Spawn) -> Iterator[zmq.Socket]:
    """A ROUTER that collects two requests, and answers the second one first."""
    with context.socket(zmq.ROUTER) as router:
        router.bind("tcp://127.0.0.1:*")

        def serve() -> None:
            while True:
                requests = [router.recv_multipart() for _ in range(2)]
                for *envelope, body in reversed(requests):
                    router.send_multipart([*envelope, b"re: " + body])

        spawn(serve)
        yield router


def test_greenlets_ask_through_one_socket(context: zmq.Context, served: zmq.Socket, spawn: Spawn) -> None:
    """Each gets the reply to its own request, whoever does the work for both."""
    with context.socket(zmq.DEALER) as dealer:
        dealer.connect(served.last_endpoint)
        asking = [spawn(dealer.request, b"%d" % number, 10_000) for number in range(10)]
        gevent.joinall(asking, timeout=10, raise_error=True)
    assert [greenlet.value for greenlet in asking] == [b"re: %d" % number for number in range(10)]


def test_greenlets_take_turns_on_a_req(context: zmq.Context, spawn: Spawn) -> None:
    with context.socket(zmq.REP) as rep, context.socket(zmq.REQ) as req:
        rep.bind("inproc://rep")
        req.connect("inproc://rep")

        def serve() -> None:
            while True:
                rep.send_multipart([*rep.recv_multipart(), b"answered"])

        spawn(serve)
        asking = [spawn(req.request, [b"%d" % number], 10_000) for number in range(5)]
        gevent.joinall(asking, timeout=10, raise_error=True)
    assert [greenlet.value for greenlet in asking] == [[b"%d" % number, b"answered"] for number in range(5)]


def test_killed_greenlet_leaves_the_work_to_the_next(
    context: zmq.Context, served: zmq.Socket, spawn: Spawn
) -> None:
    """The first in line serves the socket for all."""
    with context.socket(zmq.DEALER) as dealer:
        dealer.connect(served.last_endpoint)
        assert dealer.wait_for_peers(timeout=10_000)
        first, second = (spawn(dealer.request, text, 10_000) for text in (b"first", b"second"))
        first.kill()
        third = spawn(dealer.request, b"third", 10_000)
        fourth = spawn(dealer.request, b"fourth", 10_000)
        asking = [second, third, fourth]
        gevent.joinall(asking, timeout=10, raise_error=True)
    assert [greenlet.value for greenlet in asking] == [b"re: second", b"re: third", b"re: fourth"]


def test_time_for_a_reply_runs_out(context: zmq.Context, spawn: Spawn) -> None:
    """Of each that asks, the first in line and the others."""
    with context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect("tcp://127.0.0.1:1")
        asking = [spawn(dealer.request, b"?", 1, 1) for _ in range(3)]
        gevent.joinall(asking, timeout=10)
    assert [type(greenlet.exception) for greenlet in asking] == [zerowire.NoReply] * 3


def test_greenlets_and_threads_ask_through_one_socket(
    context: zmq.Context,
    served: zmq.Socket,
    spawn: Spawn,
    in_thread: Callable[[Callable[[], object]], threading.Thread],
    until: Callable[[Callable[[], object]], None],
) -> None:
    """Whoever serves the socket rouses the other one, in its way."""
    replies: list[bytes] = []
    with context.socket(zmq.DEALER) as dealer:
        dealer.connect(served.last_endpoint)
        other = zerowire.Socket.shadow(dealer)

        def ask() -> None:
            replies.extend(other.request(b"t%d" % number, 10_000) for number in range(20))

        asking = in_thread(ask)
        replies.extend(dealer.request(b"g%d" % number, 10_000) for number in range(20))
        until(lambda: not asking.is_alive())
    assert sorted(replies) == sorted(b"re: %c%d" % (kind, number) for kind in b"gt" for number in range(20))


def test_request_that_makes_no_sense_is_refused(context: zmq.Context) -> None:
    with context.socket(zmq.DEALER) as dealer, pytest.raises(ValueError, match="retries is -1"):
        dealer.request(b"?", retries=-1)
