"""What PUSH and PULL, REQ and REP do in event loops: one in each process, with one task or two."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Coroutine
from dataclasses import replace
from time import perf_counter, perf_counter_ns
from typing import Any

from benchmarks.workloads.delay import send_hot
from benchmarks.workloads.work import Figures, Role, Work, Workload, percentiles

TICK = 0.01  # seconds


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


# -- fairness ----------------------------------------------------------------------------------------


async def tick(work: Work) -> Figures:
    """Tick beside a task that receives from a peer that never pauses.

    A tick is kept if it comes before the next one is due. One is granted: there are ratios of this.
    """
    loop = asyncio.get_running_loop()
    with work.bind("PULL") as socket:
        work.announce(socket)
        await socket.recv()
        start = loop.time()
        receiving = asyncio.create_task(receive_until(start + work.count * TICK, socket))
        delays = []
        for number in range(work.count):
            await asyncio.sleep(start + number * TICK - loop.time())
            delays.append(loop.time() - start - number * TICK)
        await receiving
    kept = sum(delay < TICK for delay in delays)
    return {"share": max(1, kept) / work.count, **percentiles([int(delay * 1e9) for delay in delays])}


async def receive_until(end: float, socket: Any) -> None:
    """Receive as fast as can be; for some sockets this does not let the loop have a turn."""
    loop = asyncio.get_running_loop()
    while loop.time() < end:
        await socket.recv()


TICKER = Workload("asyncio", (in_a_loop(tick), send_hot), endless=send_hot)
