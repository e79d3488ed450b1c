"""Sockets for greenlets, with peers that are pyzmq's, in threads of the system's."""

from __future__ import annotations

import threading
from collections.abc import Callable

import gevent
import pytest

import zerowire.green as zmq

pyzmq = pytest.importorskip("zmq", reason="the peer is pyzmq")

InThread = Callable[[Callable[[], object]], threading.Thread]
COUNT = 2000


def test_greenlets_answer_pyzmq(context: zmq.Context, in_thread: InThread) -> None:
    """Four greenlets share one ROUTER; each answers whatever comes to it."""
    answers: list[list[bytes]] = []
    with context.socket(zmq.ROUTER) as router:
        router.bind("tcp://127.0.0.1:*")
        endpoint = router.last_endpoint

        def ask() -> None:
            with pyzmq.Context() as peers, peers.socket(pyzmq.DEALER) as dealer:
                dealer.rcvtimeo = 10_000
                dealer.connect(endpoint)
                for number in range(COUNT):
                    dealer.send_multipart([b"%d" % number, b"body"])
                answers.extend(dealer.recv_multipart() for _ in range(COUNT))

        def answer() -> None:
            while True:
                name, number, body = router.recv_multipart()
                gevent.sleep(0)
                router.send_multipart([name, body, number])

        asking = in_thread(ask)
        workers = [gevent.spawn(answer) for _ in range(4)]
        with gevent.Timeout(30):
            while asking.is_alive():
                gevent.sleep(0.001)
        gevent.killall(workers)
    assert sorted(answers) == sorted([b"body", b"%d" % number] for number in range(COUNT))


def test_greenlet_sends_more_than_pyzmq_has_room_for(context: zmq.Context, in_thread: InThread) -> None:
    received: list[bytes] = []
    with context.socket(zmq.PUSH) as push:
        push.sndhwm = 10
        push.bind("tcp://127.0.0.1:*")
        endpoint = push.last_endpoint

        def receive() -> None:
            with pyzmq.Context() as peers, peers.socket(pyzmq.PULL) as pull:
                pull.rcvhwm, pull.rcvtimeo = 10, 10_000
                pull.connect(endpoint)
                received.extend(pull.recv() for _ in range(COUNT))

        receiving = in_thread(receive)
        with gevent.Timeout(30):
            for number in range(COUNT):
                push.send(b"%d" % number + bytes(10_000))
            while receiving.is_alive():
                gevent.sleep(0.001)
    assert received == [b"%d" % number + bytes(10_000) for number in range(COUNT)]


def test_greenlet_publishes_to_pyzmq(context: zmq.Context, in_thread: InThread) -> None:
    received: list[bytes] = []
    with context.socket(zmq.PUB) as pub:
        pub.bind("tcp://127.0.0.1:*")
        endpoint = pub.last_endpoint

        def listen() -> None:
            with pyzmq.Context() as peers, peers.socket(pyzmq.SUB) as sub:
                sub.rcvtimeo = 10_000
                sub.subscribe(b"a")
                sub.connect(endpoint)
                received.append(sub.recv())

        listening = in_thread(listen)
        with gevent.Timeout(30):
            assert pub.wait_for_subscribers()
            pub.send(b"b: not asked for")
            pub.send(b"a: news")
            while listening.is_alive():
                gevent.sleep(0.001)
    assert received == [b"a: news"]
