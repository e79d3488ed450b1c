"""Bare pipes whose ends record what they are told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from zerowire.routing.pipe import Pipe, Queue

Events = list[tuple[str, Pipe]]


class Recorder:
    def __init__(self, events: Events) -> None:
        self.events = events

    def on_readable(self, pipe: Pipe) -> None:
        self.events.append(("readable", pipe))

    def on_writable(self, pipe: Pipe) -> None:
        self.events.append(("writable", pipe))

    def on_closed(self, pipe: Pipe) -> None:
        self.events.append(("closed", pipe))


@pytest.fixture
def events() -> Events:
    return []


@pytest.fixture
def make_pipe(events: Events) -> Callable[..., tuple[Pipe, Pipe]]:
    """Make a near and a far end, with a mark for what the near end sends."""

    def make(hwm: int = 0, *, conflate: bool = False) -> tuple[Pipe, Pipe]:
        there, back = Queue(hwm, conflate=conflate), Queue(0)
        recorder = Recorder(events)
        return Pipe(there, back, recorder), Pipe(back, there, recorder)

    return make
