"""A program that forks with sockets open: python forking.py inherited|instance|load ROUNDS.

Ends with 0 if parent and children have seen what they should.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import zerowire as zmq

TIMEOUT = 10_000  # milliseconds


def in_child(work: Callable[[], object]) -> None:
    """Fork, do some work in the child, and wait for it."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(pid, 0)[1] == 0, "the child has failed"


def error_of(call: Callable[..., object], *arguments: object) -> zmq.ZMQError:
    """Return what a call raises."""
    try:
        call(*arguments)
    except zmq.ZMQError as error:
        return error
    raise AssertionError(f"{call} did not fail")


def pair(context: zmq.Context, bound: int, connected: int) -> tuple[Any, Any]:
    """Return two sockets that have exchanged a handshake."""
    first, second = context.socket(bound), context.socket(connected)
    first.rcvtimeo = second.rcvtimeo = first.sndtimeo = second.sndtimeo = TIMEOUT
    first.bind("tcp://127.0.0.1:*")
    second.connect(first.get_string(zmq.LAST_ENDPOINT))
    second.send(b"hello")
    assert first.recv() == b"hello"
    return first, second


def inherited(rounds: int) -> None:
    """A socket of the parent raises in the child, and the parent's peer hears nothing of it."""
    context = zmq.Context()
    pull, push = pair(context, zmq.PULL, zmq.PUSH)

    def child() -> None:
        for call in (lambda: push.send(b"from the child"), lambda: pull.recv(zmq.NOBLOCK), pull.poll):
            assert error_of(call).errno in (zmq.ENOTSOCK, zmq.ENOTSUP, zmq.ETERM)
        assert str(error_of(push.send, b"again"))
        error_of(push.connect, "tcp://127.0.0.1:1")
        push.close()
        context.term()

    for number in range(rounds):
        push.send(b"before %d" % number)
        in_child(child)
        push.send(b"after %d" % number)
        assert [pull.recv(), pull.recv()] == [b"before %d" % number, b"after %d" % number]
    context.destroy(linger=0)


def instance(rounds: int) -> None:
    """Context.instance() is a new one in the child, and works there."""
    mine = zmq.Context.instance()
    pull, push = pair(mine, zmq.PULL, zmq.PUSH)
    where = pull.get_string(zmq.LAST_ENDPOINT)

    def child() -> None:
        signal.alarm(10)  # a lock that nobody gives back would stop it for ever
        context = zmq.Context.instance()
        assert context is not mine
        assert not context.closed
        assert zmq.Context.instance() is context
        router, dealer = pair(context, zmq.REP, zmq.REQ)
        router.send(b"world")
        assert dealer.recv() == b"world"
        with context.socket(zmq.PUSH) as to_parent:
            to_parent.connect(where)
            to_parent.send(b"from the child")
        context.destroy()

    def begin() -> None:
        with zmq.Context._instance_lock:  # as another thread may at any moment
            in_child(child)

    for _ in range(rounds):
        begin()
        assert pull.recv() == b"from the child"
        push.send(b"and on")
        assert pull.recv() == b"and on"
        assert zmq.Context.instance() is mine
    mine.destroy(linger=0)


def load(rounds: int) -> None:
    """Forks while other threads send and receive: the parent loses nothing."""
    context = zmq.Context()
    pull, push = pair(context, zmq.PULL, zmq.PUSH)
    ended = threading.Event()
    received: list[int] = []

    def send() -> None:
        number = 0
        while not ended.is_set():
            push.send(b"%d" % number)
            number += 1
        push.send(b"end")

    def receive() -> None:
        while (data := pull.recv()) != b"end":
            received.append(int(data))

    threads = [threading.Thread(target=work) for work in (send, receive)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(rounds):
            in_child(lambda: error_of(push.send, b"from the child"))
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert received == list(range(len(received)))
    context.destroy(linger=0)


if __name__ == "__main__":
    {"inherited": inherited, "instance": instance, "load": load}[sys.argv[1]](int(sys.argv[2]))
