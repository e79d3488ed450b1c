"""Tests that run in Tornado's loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec

import pytest

pytest.importorskip("tornado")

DEADLINE = 20.0
P = ParamSpec("P")


def in_loop(test: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """Return a test that runs a coroutine function in a loop of its own, before a deadline."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        async def limited() -> None:
            async with asyncio.timeout(DEADLINE):
                await test(*args, **kwargs)

        asyncio.run(limited())

    return run


async def until(condition: Callable[[], object]) -> None:
    """Let the loop run until a condition holds."""
    while not condition():  # noqa: ASYNC110  # nobody would set an event
        await asyncio.sleep(0.001)


async def turns(count: int = 50) -> None:
    """Let the loop have so many turns, and whatever came by then be handled."""
    for _ in range(count):
        await asyncio.sleep(0)
