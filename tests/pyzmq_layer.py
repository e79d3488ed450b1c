"""Scenes for pyzmq's own Python layer on ZeroWire's engine. Run with PYZMQ_BACKEND=zerowire.pyzmq_backend.

    python pyzmq_layer.py SCENE ENDPOINT...

An endpoint is where a socket of libzmq is bound, in another process.
"""

from __future__ import annotations

import asyncio
import copy
import gc
import select
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EADDRINUSE, EFAULT, EINVAL, ENOTSOCK
from typing import Any

import pytest
import zmq
import zmq.asyncio
import zmq.devices
from zmq.utils.monitor import recv_monitor_message

import zerowire

PATIENCE = 10_000  # milliseconds
LARGE = bytes(range(256)) * 1024


@contextmanager
def sockets(*types: int, kind: type[zmq.Context[Any]] = zmq.Context) -> Iterator[list[Any]]:
    """Open sockets in a context of their own."""
    context: Any = kind()
    opened = [context.socket(each) for each in types]
    for each in opened:
        each.linger = 0
        each.rcvtimeo = each.sndtimeo = PATIENCE
    yield opened
    context.destroy(linger=0)


def names() -> None:
    backend = sys.modules["zerowire.pyzmq_backend"]
    assert zmq.backend.Socket is backend.Socket
    assert issubclass(zmq.Socket, backend.Socket)
    assert issubclass(zmq.Context, backend.Context)
    assert issubclass(zmq.Frame, backend.Frame)
    assert zmq.sugar.context.__file__ != backend.__file__
    assert not any(name.startswith("zmq.backend.c") for name in sys.modules)


def talk(endpoint: str) -> None:
    with sockets(zmq.REQ) as (req,):
        req.connect(endpoint)
        for message in ([b"one"], [b"several", b"", LARGE]):
            req.send_multipart(message)
            assert req.recv_multipart() == message
        req.send_json({"a": 1})
        assert req.recv_json() == {"a": 1}


def subscribe(endpoint: str) -> None:
    with sockets(zmq.SUB) as (sub,):
        sub.subscribe = b"wanted"
        sub.connect(endpoint)
        assert sub.recv_string() == "wanted"


def frames(endpoint: str) -> None:
    with sockets(zmq.DEALER) as (dealer,):
        dealer.connect(endpoint)
        tracker = dealer.send_multipart([b"", LARGE], copy=False, track=True)
        assert isinstance(tracker, zmq.MessageTracker)
        empty, received = dealer.recv_multipart(copy=False)
        assert type(received) is zmq.Frame
        assert empty.more
        assert not received.more
        assert received.bytes == received.buffer == LARGE
        if sys.version_info >= (3, 12) or zerowire.build_info()["compiled"]:
            assert bytes(memoryview(received)) == LARGE  # type: ignore[arg-type]
        assert received.get("Socket-Type") == received["Socket-Type"] == "REP"
        tracker.wait(PATIENCE / 1000)
        assert tracker.done
        with pytest.raises(zmq.ZMQError):
            received.get("X-Nothing")


def trackers() -> None:
    with sockets(zmq.PUSH) as (push,):
        push.bind("inproc://nobody")
        assert push.poll(0, zmq.POLLOUT) == 0
        frame = zmq.Frame(LARGE, track=True, copy=False)
        other = copy.copy(frame)
        assert not frame.tracker.done
        assert other.tracker is frame.tracker
        assert other.bytes == LARGE
        with pytest.raises(zmq.NotDone):
            frame.tracker.wait(0)
        tracker = frame.tracker
        del frame, other
        gc.collect()
        assert tracker.done
        assert zmq.Frame(b"small", track=True).tracker is zmq._FINISHED_TRACKER
        with pytest.raises(ValueError):
            push.send(zmq.Frame(b"x"), copy=False, track=True)


def errors() -> None:
    with sockets(zmq.PULL, zmq.PULL) as (pull, other):
        with pytest.raises(zmq.Again):
            pull.recv(zmq.NOBLOCK)
        port = pull.bind_to_random_port("tcp://127.0.0.1")
        with pytest.raises(zmq.ZMQError) as caught:
            other.bind(f"tcp://127.0.0.1:{port}")
        assert caught.value.errno == EADDRINUSE
        assert str(caught.value).count("(addr=") == 1
        with pytest.raises(zmq.ZMQError) as caught:
            pull.setsockopt(zmq.SUBSCRIBE, b"x")
        assert caught.value.errno == EINVAL
        with pytest.raises(AttributeError):
            pull.nonsense  # noqa: B018
        other.close()
        with pytest.raises(zmq.ZMQError) as caught:
            other.recv()
        assert caught.value.errno == ENOTSOCK
        ending = threading.Thread(target=pull.context.term)
        ending.start()
        with pytest.raises(zmq.ContextTerminated):
            pull.recv()
        pull.close()
        ending.join()
    with zmq.Context() as context:
        other_handle: Any = zmq.Context.shadow(context)
    with pytest.raises(zmq.ZMQError) as caught:
        other_handle.socket(zmq.PUB)
    assert caught.value.errno == EFAULT


def poll(endpoint: str) -> None:
    ours, theirs = socketpair()
    with sockets(zmq.REQ) as (req,), ours, theirs:
        req.connect(endpoint)
        poller = zmq.Poller()
        poller.register(req, zmq.POLLIN)
        poller.register(ours, zmq.POLLIN)
        assert poller.poll(0) == []
        theirs.send(b"x")
        assert poller.poll(PATIENCE) == [(ours.fileno(), zmq.POLLIN)]
        ours.recv(1)
        req.send(b"question")
        assert poller.poll(PATIENCE) == [(req, zmq.POLLIN)]
        assert zmq.select([req], [req], [], PATIENCE / 1000) == ([req], [], [])


def socketpair() -> Any:
    import socket

    return socket.socketpair()


def loop(endpoint: str) -> None:
    async def ask() -> None:
        with sockets(zmq.REQ, kind=zmq.asyncio.Context) as (req,):
            req.connect(endpoint)
            for number in range(100):
                await req.send_multipart([b"number", str(number).encode()])
                assert await req.recv_multipart() == [b"number", str(number).encode()]
            late = asyncio.ensure_future(req.poll(PATIENCE))
            await asyncio.sleep(0)
            await req.send(b"last")
            assert await late == zmq.POLLIN

    asyncio.run(ask())


def descriptor() -> None:
    """FD is readable once whenever something has happened: loops that watch it always would spin else."""
    with sockets(zmq.PULL, zmq.PUSH) as (pull, push):
        pull.bind("inproc://edge")
        push.connect("inproc://edge")
        assert pull.fileno() == pull.FD
        for number in (b"1", b"2"):
            push.send(number)
            assert is_readable(pull, PATIENCE)
            while is_readable(pull):
                assert pull.EVENTS == zmq.POLLIN
            assert pull.recv() == number
            assert pull.EVENTS == 0
            while is_readable(pull):
                assert pull.EVENTS == 0
        push.send(b"3")
        assert is_readable(pull, PATIENCE)
        assert pull.recv() == b"3"
        while is_readable(pull):
            with pytest.raises(zmq.Again):
                pull.recv(zmq.NOBLOCK)


def is_readable(socket: Any, timeout: int = 0) -> bool:
    return bool(select.select([socket.FD], [], [], timeout / 1000)[0])


def handles() -> None:
    with sockets(zmq.PUSH, zmq.PULL) as (push, pull):
        pull.bind("inproc://handles")
        push.connect("inproc://handles")
        context: zmq.Context[Any] = zmq.Context.shadow(push.context.underlying)
        shadow = zmq.Socket(shadow=push.underlying)
        assert context.underlying == push.context.underlying
        shadow.send(b"through another handle")
        buffer = bytearray(7)
        assert pull.recv_into(buffer) == 22
        assert buffer == b"through"
        shadow.close()
        assert push.closed
        assert "closed" in repr(push)


def devices(endpoint: str) -> None:
    """monitored_queue() between a client of this layer and libzmq."""
    queue: Any = zmq.devices.ThreadMonitoredQueue(zmq.ROUTER, zmq.DEALER, zmq.PUB, b"in", b"out")  # type: ignore[no-untyped-call]
    queue.context_factory = zmq.Context
    with sockets(zmq.REQ, zmq.SUB) as (req, sub):
        queue.connect_out(endpoint)
        front = queue.bind_in_to_random_port("tcp://127.0.0.1")
        queue.connect_mon(f"tcp://127.0.0.1:{sub.bind_to_random_port('tcp://127.0.0.1')}")
        sub.subscribe(b"")
        events = sub.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
        queue.start()
        assert recv_monitor_message(events)["event"] == zmq.EVENT_HANDSHAKE_SUCCEEDED
        req.connect(f"tcp://127.0.0.1:{front}")
        for number in range(100):  # until the device knows of the subscription
            req.send(str(number).encode())
            assert req.recv() == str(number).encode()
            if sub.poll(10):
                break
        assert sub.recv_multipart()[0] in (b"in", b"out")
        events.close(0)
    queue._context.term()
    queue.join(PATIENCE / 1000)


def forgotten() -> None:
    """A socket that is not closed is complained about once, by pyzmq."""
    with warnings.catch_warnings(record=True) as said, zmq.Context() as context:
        warnings.simplefilter("always")
        socket = context.socket(zmq.PUB)
        del socket
        gc.collect()
    assert ["zmq.Socket" in str(each.message) for each in said] == [True]


SCENES: dict[str, Callable[..., None]] = {
    scene.__name__: scene
    for scene in (
        descriptor,
        devices,
        errors,
        forgotten,
        frames,
        handles,
        loop,
        names,
        poll,
        subscribe,
        talk,
        trackers,
    )
}

if __name__ == "__main__":
    SCENES[sys.argv[1]](*sys.argv[2:])
