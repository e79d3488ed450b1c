"""What every test may use: a context that ends, patience, and a look for leaks."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    import zerowire

HERE = Path(__file__).parent
settings.register_profile("patient", deadline=None)  # tests judge no durations
settings.load_profile("patient")
PURE = {"zmtp", "pgm", "routing", "patterns", "property"}
"""Folders whose tests open no descriptor and start no thread."""

DEADLINE = 10.0
"""Seconds to wait for something that should happen at once."""

WaitUntil = Callable[..., None]


def _wait_until(condition: Callable[[], object], timeout: float = DEADLINE) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"the condition did not come true within {timeout} seconds")
        time.sleep(0.002)


@pytest.fixture
def wait_until() -> WaitUntil:
    """Return `wait_until(condition, timeout=10)`, which fails the test when time runs out."""
    return _wait_until


def _descriptors() -> set[int]:
    """Return the open file descriptors, or nothing where the system does not list them."""
    try:
        listed = {int(name) for name in os.listdir("/dev/fd")}
    except FileNotFoundError:
        return set()
    return {fd for fd in listed if _is_open(fd)}  # without the one that did the listing


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


@pytest.fixture(autouse=True)
def no_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a file descriptor or a thread behind."""
    if request.path.relative_to(HERE).parts[0] in PURE:
        yield
        return
    descriptors, threads = _descriptors(), set(threading.enumerate())
    yield

    def leaks() -> list[object]:
        return [*(_descriptors() - descriptors), *(set(threading.enumerate()) - threads)]

    if not leaks():
        return
    gc.collect()  # what hangs in a cycle is garbage, not a leak
    deadline = time.monotonic() + DEADLINE
    while left := leaks():
        if time.monotonic() > deadline:
            pytest.fail(f"the test left behind: {left}")
        time.sleep(0.002)


@pytest.fixture
def context() -> Iterator[zerowire.Context]:
    """A context that is destroyed after the test, with all its sockets, before a deadline."""
    import zerowire

    context = zerowire.Context()
    yield context
    ending = threading.Thread(target=context.destroy, kwargs={"linger": 0}, daemon=True)
    ending.start()
    ending.join(DEADLINE)
    if ending.is_alive():
        pytest.fail(f"the context did not end within {DEADLINE} seconds")
