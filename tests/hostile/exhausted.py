"""A program that runs out of descriptors: python exhausted.py accept|connect|bind|socket.

Ends with 0 if every failure was a clear ZMQError, nobody lost anything, and all went on
once there were descriptors again.
"""

from __future__ import annotations

import errno
import os
import resource
import socket as net
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import zerowire as zmq

LIMIT = 64
TIMEOUT = 20_000  # milliseconds

hoard: list[int] = []


def take_all(leave: int = 0) -> None:
    """Use up every descriptor but a few."""
    try:
        while True:
            hoard.append(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        check_errno(error)
    give_back(leave)


def check_errno(error: OSError | zmq.ZMQError) -> None:
    """Check that an error says that there are no descriptors left."""
    assert error.errno == errno.EMFILE, repr(error)
    assert str(error)


def give_back(count: int | None = None) -> None:
    """Free so many descriptors, or all."""
    for _ in range(len(hoard) if count is None else count):
        os.close(hoard.pop())


def open_descriptors() -> int:
    """Return how many are open now."""
    return sum(is_open(fd) for fd in range(LIMIT))


def is_open(fd: int) -> bool:
    """Tell whether a number is a descriptor."""
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def pair(context: zmq.Context) -> tuple[Any, Any, Callable[[], None]]:
    """Return a healthy pair, and a check that it loses nothing."""
    router, dealer = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
    router.rcvtimeo = dealer.rcvtimeo = TIMEOUT
    dealer.routing_id = b"healthy"
    dealer.connect(f"tcp://127.0.0.1:{router.bind_to_random_port('tcp://127.0.0.1')}")
    numbers = iter(range(1 << 30))

    def check() -> None:
        for _ in range(20):
            text = b"%d" % next(numbers)
            dealer.send(text)
            message = router.recv_multipart()
            while message[0] != b"healthy":
                message = router.recv_multipart()
            assert message[1] == text, f"{message!r} where {text!r} was due"
            router.send_multipart(message)
            assert dealer.recv() == text

    check()
    return router, dealer, check


def failing(call: Callable[[], object]) -> zmq.ZMQError:
    """Return what a call raises."""
    try:
        call()
    except zmq.ZMQError as error:
        check_errno(error)
        return error
    raise AssertionError("the call did not fail")


def accept(context: zmq.Context) -> None:
    """Peers that cannot be accepted wait in the queue until they can."""
    router, _, check = pair(context)
    where = router.get_string(zmq.LAST_ENDPOINT)
    strangers = [net.socket() for _ in range(5)]
    failed = router.get_monitor_socket(zmq.EVENT_ACCEPT_FAILED)
    failed.rcvtimeo = TIMEOUT
    take_all()
    for stranger in strangers:
        stranger.settimeout(TIMEOUT / 1000)
        stranger.connect(("127.0.0.1", int(where.rsplit(":", 1)[1])))
    check()
    assert failed.recv_multipart()
    check()
    give_back()
    for stranger in strangers:
        assert stranger.recv(1) == b"\xff", "was not accepted"
        stranger.close()
    check()
    router.disable_monitor()


def connect(context: zmq.Context) -> None:
    """A connection that finds no descriptor is tried again."""
    router, _, check = pair(context)
    where = router.get_string(zmq.LAST_ENDPOINT)
    late = context.socket(zmq.DEALER)
    late.routing_id, late.rcvtimeo, late.reconnect_ivl = b"late", TIMEOUT, 10
    take_all()
    late.connect(where)
    late.send(b"at last")
    check()
    give_back()
    message = router.recv_multipart()
    assert message == [b"late", b"at last"]
    router.send_multipart(message)
    assert late.recv() == b"at last"
    check()


def bind(context: zmq.Context) -> None:
    """bind() says what is wrong, and works later."""
    _, _, check = pair(context)
    socket = context.socket(zmq.PULL)
    with tempfile.TemporaryDirectory() as folder:
        for endpoint in ("tcp://127.0.0.1:*", f"ipc://{folder}/exhausted"):
            take_all()
            before = open_descriptors()
            try:
                error = failing(lambda endpoint=endpoint: socket.bind(endpoint))  # type: ignore[misc]
                assert endpoint in str(error), str(error)
                assert open_descriptors() == before, "bind() has left a descriptor"
                check()
            finally:
                give_back()
            socket.bind(endpoint)
            socket.unbind(socket.get_string(zmq.LAST_ENDPOINT))
    take_all()
    try:
        socket.bind("tcp://localhost:*")
    except zmq.ZMQError:
        pass  # the system's resolver does not say why it found nothing
    give_back()
    check()


def socket(context: zmq.Context) -> None:
    """Whatever number of descriptors is left: a socket or an error, and no leak."""
    _, _, check = pair(context)
    for leave in range(8):
        take_all(leave)
        before = open_descriptors()
        try:
            context.socket(zmq.PULL).close()
        except zmq.ZMQError as error:
            check_errno(error)
        settle(before)
        failing_context()
        settle(before)
        give_back()
        check()
    context.socket(zmq.PULL).close()


def failing_context() -> None:
    """The first socket of a context needs more; that may fail, too."""
    another = zmq.Context()
    try:
        another.socket(zmq.PULL).close()
    except zmq.ZMQError as error:
        check_errno(error)
    another.term()


def settle(before: int) -> None:
    """Wait until as many descriptors are open as before."""
    deadline = time.monotonic() + TIMEOUT / 1000
    while open_descriptors() != before:
        assert time.monotonic() < deadline, f"{before} descriptors became {open_descriptors()}"


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (LIMIT, LIMIT))
    part = {"accept": accept, "connect": connect, "bind": bind, "socket": socket}[sys.argv[1]]
    whole = zmq.Context()
    try:
        part(whole)
    finally:
        give_back()
    whole.destroy(linger=0)
