"""What tests in event loops share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.asyncio.matrix import loops
from zerowire.asyncio import Context, Socket, turns
from zerowire.constants import SocketOption

LIMIT = 20.0  # seconds for one test

Run = Callable[[Callable[[], Awaitable[object]]], None]


class WithoutDescriptors(asyncio.SelectorEventLoop):
    """A loop that watches no descriptors, as the Proactor loop of Windows."""

    def add_reader(self, fd: Any, callback: Any, *args: Any) -> None:  # type: ignore[override]
        raise NotImplementedError


LOOPS = {**loops(), "no descriptors": WithoutDescriptors}


@pytest.fixture(autouse=True, scope="session")
def what_loops_keep() -> None:
    """Let each kind of loop open what it keeps for the whole process."""
    for factory in LOOPS.values():
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(asyncio.sleep(0))


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let calls that need not wait come back done, however slow the machine is."""
    monkeypatch.setattr(turns, "TURN", 60.0)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let calls wait for the loop's turn although they need not."""
    monkeypatch.setattr(turns, "TURN", -1.0)


@pytest.fixture(params=LOOPS)
def run(request: pytest.FixtureRequest) -> Run:
    """Return what runs an async function to its end in an event loop, before a deadline."""

    def run_within_deadline(function: Callable[[], Awaitable[object]]) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(LIMIT):
                await function()

        with asyncio.Runner(loop_factory=LOOPS[request.param]) as runner:
            runner.run(bounded())

    return run_within_deadline


@asynccontextmanager
async def pair(
    one: int, other: int, endpoint: str = "tcp://127.0.0.1:*"
) -> AsyncIterator[tuple[Socket, Socket]]:
    """Give a bound socket, and one that is connected to it."""
    async with Context() as context:
        bound, connected = context.socket(one), context.socket(other)
        try:
            bound.bind(endpoint)
            connected.connect(bound.get_string(SocketOption.LAST_ENDPOINT))
            await connected.wait_for_peers(timeout=10_000)  # some tests let nobody else run then
            yield bound, connected
        finally:
            bound.close(0)
            connected.close(0)


async def until(condition: Callable[[], object]) -> None:
    """Let the loop run until something is true."""
    async with asyncio.timeout(LIMIT / 2):
        while not condition():  # noqa: ASYNC110 - it is not for an event to tell
            await asyncio.sleep(0.001)
