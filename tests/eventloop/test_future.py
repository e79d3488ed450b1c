"""Sockets whose calls return futures. features.md 7.8."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from tornado import gen, util
from tornado.ioloop import IOLoop

import zerowire as zmq
from tests.eventloop.loop import in_loop, until
from zerowire.eventloop import future


@asynccontextmanager
async def pair() -> AsyncIterator[tuple[future.Socket, future.Socket]]:
    with future.Context() as context, context.socket(zmq.PUSH) as push, context.socket(zmq.PULL) as pull:
        assert isinstance(push, future.Socket)
        assert isinstance(pull, future.Socket)
        pull.bind("inproc://pair")
        push.connect("inproc://pair")
        yield push, pull


@in_loop
async def test_every_call_returns_a_future() -> None:
    """Also one that is done at once: Tornado takes nothing else."""
    async with pair() as (push, pull):
        waiting = pull.recv()
        assert isinstance(waiting, asyncio.Future)
        assert not waiting.done()
        sending = push.send(b"one")
        assert isinstance(sending, asyncio.Future)
        assert sending.done()
        assert await waiting == b"one"
        push.send_string("two")
        push.send_json(3)
        push.send_multipart([b"4", b"5"])
        await until(lambda: pull.poll(0).result())
        calls = [pull.recv_string(), pull.recv_json(), pull.recv_multipart()]
        assert [isinstance(call, asyncio.Future) for call in calls] == [True] * 3
        assert [await call for call in calls] == ["two", 3, [b"4", b"5"]]


@in_loop
async def test_requests_and_arrays_are_futures_too() -> None:
    numpy = pytest.importorskip("numpy")
    async with pair() as (push, pull):
        await push.send_array(numpy.arange(3))
        array = pull.recv_array()
        assert isinstance(array, asyncio.Future)
        assert (await array).tolist() == [0, 1, 2]
    with future.Context() as context, context.socket(zmq.REQ) as req, context.socket(zmq.REP) as rep:
        rep.bind("inproc://asked")
        req.connect("inproc://asked")
        reply = req.request(b"question")
        assert isinstance(reply, asyncio.Future)
        assert await rep.recv() == b"question"
        await rep.send(b"answer")
        assert await reply == b"answer"


@in_loop
async def test_loop_calls_back_when_a_message_is_here() -> None:
    async with pair() as (push, pull):
        seen: list[bytes] = []
        await push.send(b"one")
        IOLoop.current().add_future(pull.recv(), lambda done: seen.append(done.result()))
        await until(lambda: seen)
        assert seen == [b"one"]


@in_loop
async def test_tornado_limits_and_yields() -> None:
    async with pair() as (push, pull):
        with pytest.raises(util.TimeoutError):
            await gen.with_timeout(timedelta(milliseconds=1), pull.poll(timeout=10_000))

        @gen.coroutine
        def coroutine():  # type: ignore[no-untyped-def]  # as Tornado's are
            yield push.send(b"one")
            message = yield pull.recv()
            return message

        assert await coroutine() == b"one"


@in_loop
async def test_cancelled_call_takes_no_message() -> None:
    async with pair() as (push, pull):
        first, second = pull.recv(), pull.recv()
        assert first.cancel()
        assert first.cancelled()
        with pytest.raises(future.CancelledError):
            await first
        await push.send(b"one")
        assert await second == b"one"


@in_loop
async def test_time_runs_out() -> None:
    async with pair() as (_, pull):
        pull.rcvtimeo = 1
        with pytest.raises(zmq.Again):
            await pull.recv()


@in_loop
async def test_poller_returns_a_future() -> None:
    async with pair() as (push, pull):
        poller = future.Poller()
        poller.register(pull, zmq.POLLIN)
        at_once = poller.poll(0)
        assert isinstance(at_once, asyncio.Future)
        assert at_once.result() == []
        polling = poller.poll()
        await push.send(b"one")
        assert await polling == [(pull, zmq.POLLIN)]


def test_loop_that_closes_everything_closes_the_socket() -> None:
    with future.Context() as context:
        socket = context.socket(zmq.PULL)
        loop = IOLoop(make_current=False)

        async def use() -> None:
            await socket.poll(1)

        loop.run_sync(use)
        loop.close(all_fds=True)
        assert socket.closed


def test_socket_is_used_in_one_loop_after_another() -> None:
    """The one that it has left does not close it."""
    first, second = IOLoop(make_current=False), IOLoop(make_current=False)
    with future.Context() as context, context.socket(zmq.PAIR) as near, context.socket(zmq.PAIR) as far:
        near.bind("inproc://pair")
        far.connect("inproc://pair")

        async def use() -> bytes:
            receiving = near.recv()
            await far.send(b"message")
            return await receiving

        assert first.run_sync(use) == second.run_sync(use) == b"message"
        first.close(all_fds=True)
        assert not near.closed
        second.close(all_fds=True)
        assert near.closed


def test_socket_that_is_gone_is_not_closed_by_the_loop() -> None:
    loop = IOLoop(make_current=False)
    with future.Context() as context:

        async def use() -> None:
            socket = context.socket(zmq.PULL)
            await socket.poll(1)
            zmq.Socket.shadow(socket).close()

        loop.run_sync(use)
        gc.collect()
        loop.close(all_fds=True)


@in_loop
async def test_socket_that_is_collected_leaves_the_loop() -> None:
    """The loop would keep a descriptor for each, for ever."""
    watched = IOLoop.current().handlers  # type: ignore[attr-defined]
    before = len(watched)
    with future.Context() as context:
        socket = context.socket(zmq.PULL)
        waiting = socket.poll(10_000)
        assert len(watched) == before + 1
        zmq.Socket.shadow(socket).close()
        with pytest.raises(zmq.ZMQError):
            await waiting
        del socket, waiting
        gc.collect()
        await until(lambda: len(watched) == before)


def test_context_is_one_of_its_own() -> None:
    with future.Context.instance() as context, zmq.Context.instance() as other:
        assert type(context) is future.Context
        assert type(other) is zmq.Context
        with context.socket(zmq.PULL) as socket:
            assert type(socket) is future.Socket
    with pytest.warns(DeprecationWarning, match="io_loop"):
        future.Context(io_loop=IOLoop).term()
