"""Peers made of bare pipes: a test holds the far ends and plays the peers itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from zerowire.patterns.base import Pattern
from zerowire.routing.pipe import Pipe, Queue


class Silent:
    def on_readable(self, pipe: Pipe) -> None:
        pass

    on_writable = on_closed = on_readable


@pytest.fixture
def connect() -> Callable[..., Pipe]:
    """Attach a new pipe to a pattern and return its far end; far.inbound.writer is the near one."""

    def connect(
        pattern: Pattern,
        *,
        hwm: int = 0,
        routing_id: bytes = b"",
        connecting: bool = False,
        assigned: bool = False,
    ) -> Pipe:
        there, back = Queue(hwm), Queue(0)
        near, far = Pipe(there, back, pattern), Pipe(back, there, Silent())
        near.routing_id, near.connecting, near.assigned = routing_id, connecting, assigned
        pattern.attach(near)
        return far

    return connect
