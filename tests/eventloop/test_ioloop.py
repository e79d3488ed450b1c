"""What pyzmq once had, and has deprecated. features.md 7.8."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

import pytest
import tornado.ioloop

import zerowire as zmq
import zerowire.eventloop
from tests.eventloop.loop import in_loop, until
from zerowire.eventloop._deprecated import DelayedCallback, ZMQPoller


@pytest.fixture
def ioloop() -> ModuleType:
    sys.modules.pop("zerowire.eventloop.ioloop", None)
    with pytest.warns(DeprecationWarning, match=r"zerowire\.eventloop\.ioloop"):
        return importlib.import_module("zerowire.eventloop.ioloop")


def test_loop_is_that_of_tornado(ioloop: ModuleType) -> None:
    assert zerowire.eventloop.IOLoop is tornado.ioloop.IOLoop
    assert ioloop.IOLoop is ioloop.ZMQIOLoop is tornado.ioloop.IOLoop
    assert ioloop.PeriodicCallback is tornado.ioloop.PeriodicCallback
    assert ioloop.DelayedCallback is DelayedCallback
    with pytest.warns(DeprecationWarning, match=r"install\(\)"):
        ioloop.install()


@in_loop
async def test_delayed_callback_calls_once() -> None:
    calls: list[str] = []
    with pytest.warns(DeprecationWarning, match="call_later"):
        callback = DelayedCallback(lambda: calls.append("call"), 1)
    with pytest.warns(DeprecationWarning, match="call_later"):
        stopped = DelayedCallback(lambda: calls.append("stopped"), 1)
    stopped.start()
    callback.start()
    callback.start()
    assert callback.is_running()
    stopped.stop()
    await until(lambda: calls)
    tornado.ioloop.IOLoop.current().call_later(0.002, calls.append, "later")
    await until(lambda: "later" in calls)
    assert calls == ["call", "later"]
    assert not callback.is_running()


def test_poller_speaks_of_the_events_of_the_loop(context: zmq.Context) -> None:
    """Its time is in seconds."""
    loop = tornado.ioloop.IOLoop
    with context.socket(zmq.PAIR) as near, context.socket(zmq.PAIR) as far:
        near.bind("inproc://pair")
        far.connect("inproc://pair")
        poller = ZMQPoller()
        poller.register(near, loop.READ | loop.WRITE)
        assert poller.poll(0) == [(near, loop.WRITE)]
        far.send(b"message")
        assert poller.poll(10) == [(near, loop.READ | loop.WRITE)]
        poller.modify(near, loop.READ)
        assert poller.poll(10) == [(near, loop.READ)]
        poller.unregister(near)
        assert poller.poll(0.001) == []
        poller.close()
