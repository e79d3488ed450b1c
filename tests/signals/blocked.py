"""A program that waits: python blocked.py CALL interrupt|alarm.

interrupt   says "waiting" and waits for ever; Ctrl+C ends it, and it tells how
alarm       is disturbed by SIGALRM all the time, until the wait ends as it should
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import zerowire as zmq

ALARMS = 30
PERIOD = 0.002  # seconds between two of them

Wait = Callable[[], object]
Relief = Callable[[], object]


def sockets(bound: int, connected: int) -> tuple[Any, Any]:
    """Return two sockets that are connected."""
    first, second = context.socket(bound), context.socket(connected)
    first.hwm = second.hwm = 1
    first.bind("tcp://127.0.0.1:*")
    second.connect(first.get_string(zmq.LAST_ENDPOINT))
    return first, second


def recv() -> tuple[Wait, Relief]:
    """Wait for a message."""
    pull, push = sockets(zmq.PULL, zmq.PUSH)

    def wait() -> None:
        assert pull.recv() == b"relief"

    return wait, lambda: push.send(b"relief")


def recv_multipart() -> tuple[Wait, Relief]:
    """Wait for an answer."""
    rep, req = sockets(zmq.REP, zmq.REQ)

    def wait() -> None:
        req.send_multipart([b"a", b"b"])
        assert req.recv_multipart() == [b"a", b"b"]

    return wait, lambda: rep.send_multipart(rep.recv_multipart())


def send() -> tuple[Wait, Relief]:
    """Wait for room."""
    push = context.socket(zmq.PUSH)
    push.bind("tcp://127.0.0.1:*")
    where = push.get_string(zmq.LAST_ENDPOINT)

    def relief() -> None:
        pull = context.socket(zmq.PULL)
        pull.connect(where)
        assert pull.recv() == b"sent"
        opened.append(pull)

    return lambda: push.send(b"sent"), relief


def poll() -> tuple[Wait, Relief]:
    """Wait in Socket.poll()."""
    pull, push = sockets(zmq.PULL, zmq.PUSH)

    def wait() -> None:
        assert pull.poll() == zmq.POLLIN

    return wait, lambda: push.send(b"relief")


def poller() -> tuple[Wait, Relief]:
    """Wait in Poller.poll(), for two sockets."""
    pull, push = sockets(zmq.PULL, zmq.PUSH)
    other = context.socket(zmq.PULL)
    watching = zmq.Poller()
    watching.register(pull, zmq.POLLIN)
    watching.register(other, zmq.POLLIN)

    def wait() -> None:
        assert watching.poll() == [(pull, zmq.POLLIN)]

    return wait, lambda: push.send(b"relief")


def term() -> tuple[Wait, Relief]:
    """Wait until a context has ended."""
    mine = zmq.Context()
    socket = mine.socket(zmq.PULL)
    return mine.term, lambda: socket.close(0)


def proxy() -> tuple[Wait, Relief]:
    """Pass messages on until the context ends."""
    mine = zmq.Context()
    pull, push = mine.socket(zmq.PULL), mine.socket(zmq.PUSH)
    pull.bind("tcp://127.0.0.1:*")
    push.bind("tcp://127.0.0.1:*")
    source, sink = context.socket(zmq.PUSH), context.socket(zmq.PULL)
    source.connect(pull.get_string(zmq.LAST_ENDPOINT))
    sink.connect(push.get_string(zmq.LAST_ENDPOINT))

    def wait() -> None:
        try:
            zmq.proxy(pull, push)
        except zmq.ContextTerminated:
            pull.close(0)
            push.close(0)

    def relief() -> None:
        source.send(b"through")
        assert sink.recv() == b"through"
        mine.term()

    return wait, relief


CALLS = {call.__name__: call for call in (recv, recv_multipart, send, poll, poller, term, proxy)}


def interrupt(wait: Wait) -> None:
    """Wait until Ctrl+C."""
    print("waiting", flush=True)
    try:
        wait()
    except KeyboardInterrupt:
        print("interrupted", flush=True)
        context.destroy(linger=0)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        sys.exit()
    sys.exit("the call ended by itself")


def alarm(wait: Wait, relief: Relief) -> None:
    """Wait until another thread ends the wait, which it does after so many alarms."""
    alarms, alarmed = os.pipe()  # a handler may be called in the midst of itself
    signal.signal(signal.SIGALRM, lambda number, frame: os.write(alarmed, b"!"))

    def relieve() -> None:
        for _ in range(ALARMS):
            os.read(alarms, 1)
        relief()

    thread = threading.Thread(target=relieve)
    thread.start()
    signal.setitimer(signal.ITIMER_REAL, PERIOD, PERIOD)
    wait()
    signal.setitimer(signal.ITIMER_REAL, 0)
    thread.join()
    context.destroy(linger=0)
    print("undisturbed", flush=True)


if __name__ == "__main__":
    context = zmq.Context()
    opened: list[Any] = []
    wait, relief = CALLS[sys.argv[1]]()
    if sys.argv[2] == "interrupt":
        interrupt(wait)
    else:
        alarm(wait, relief)
