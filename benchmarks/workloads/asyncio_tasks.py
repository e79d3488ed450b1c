"""What PUSH and PULL, REQ and REP do in event loops: one in each process, with one task."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Coroutine
from dataclasses import replace
from time import perf_counter, perf_counter_ns
from typing import Any

from benchmarks.workloads.work import Figures, Role, Work, Workload, percentiles


def in_a_loop(main: Callable[[Work], Coroutine[Any, Any, Figures]]) -> Role:
    """Return the role that a coroutine plays, with the asynchronous context of the library."""

    def role(work: Work) -> Figures:
        zmq = importlib.import_module(f"{work.module}.asyncio")
        return asyncio.run(main(replace(work, context=zmq.Context(work.context))))

    return role


async def pull(work: Work) -> Figures:
    """Take the time of the messages after the first few."""
    with work.bind("PULL") as socket:
        work.announce(socket)
        for _ in range(work.warm_up):
            await socket.recv()
        start = perf_counter()
        for _ in range(work.count):
            await socket.recv()
        return {"rate": work.count / (perf_counter() - start)}


async def push(work: Work) -> Figures:
    """Send all that is received."""
    with work.connect("PUSH") as socket:
        data = bytes(work.size)
        for _ in range(work.warm_up + work.count):
            await socket.send(data)
        await asyncio.to_thread(work.stay)
    return {}


PUSH_PULL = Workload("asyncio", (in_a_loop(pull), in_a_loop(push)))


async def answer(work: Work) -> Figures:
    """Send back what comes."""
    with work.bind("REP") as socket:
        work.announce(socket)
        for _ in range(work.warm_up + work.count):
            await socket.send(await socket.recv())
    return {}


async def ask(work: Work) -> Figures:
    """Time each question from before it is sent until after its answer is there."""
    data = bytes(work.size)
    times = []
    with work.connect("REQ") as socket:
        for _ in range(work.warm_up + work.count):
            start = perf_counter_ns()
            await socket.send(data)
            await socket.recv()
            times.append(perf_counter_ns() - start)
    return percentiles(times[work.warm_up :])


ROUND_TRIP = Workload("asyncio", (in_a_loop(answer), in_a_loop(ask)))
