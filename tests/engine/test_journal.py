"""The journal of events, beside monitors of the user's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import zerowire as zmq
from zerowire.constants import Event
from zerowire.engine.inspection import Inspector, close_inspector, open_inspector
from zerowire.engine.journal import MOST_EVENTS, Journal

PATIENCE = 10_000  # milliseconds


def nothing() -> None:
    """Stand for who serves an inspection."""


@pytest.fixture
def inspector(context: zmq.Context) -> Iterator[Inspector]:
    opened = open_inspector(context._core, nothing)
    yield opened
    close_inspector(opened, nothing)


def events_of(inspector: Inspector) -> list[Event | int]:
    return [happening.event for happening in inspector.journal.copy()]


def test_journal_keeps_the_latest_events() -> None:
    journal = Journal()
    for number in range(MOST_EVENTS + 3):
        journal.note(1, Event.ACCEPTED, number, ("", ""), "")
    assert len(journal.recent) == MOST_EVENTS
    assert journal.recent[0].serial == 4
    assert journal.recent[-1].value == MOST_EVENTS + 2


def test_attempts_that_go_on_and_on_are_counted() -> None:
    """They would push out what matters within seconds."""
    journal = Journal()
    journal.note(1, Event.ACCEPTED, 3, ("a", "b"), "")
    for number in range(300):
        for socket in (1, 2):
            journal.note(socket, Event.CONNECT_DELAYED, number, ("", "tcp://b"), "")
            journal.note(socket, Event.HANDSHAKE_FAILED_NO_DETAIL, number, ("", "tcp://b"), "it went away")
            journal.note(socket, Event.CONNECT_RETRIED, number, ("", "tcp://b"), "")
    journal.note(1, Event.ACCEPTED, 4, ("a", "b"), "")
    found = [(each.socket, each.event, each.times) for each in journal.copy()]
    tries = (Event.CONNECT_DELAYED, Event.HANDSHAKE_FAILED_NO_DETAIL, Event.CONNECT_RETRIED)
    counted = [(socket, event, 300) for socket in (1, 2) for event in tries]
    assert found == [(1, Event.ACCEPTED, 1), *counted, (1, Event.ACCEPTED, 1)]
    assert journal.copy()[1].value == 299


@pytest.mark.parametrize("is_first", [True, False])
def test_monitor_and_journal_are_told_of_the_same(
    context: zmq.Context, inspector: Inspector, is_first: bool
) -> None:
    """MON-1: whoever came first, a socket that was monitored before it was inspected included."""
    if is_first:
        close_inspector(inspector, nothing)
    with context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
        with pull.events(timeout=PATIENCE) as events:
            if is_first:
                inspector = open_inspector(context._core, nothing)
            pull.bind("tcp://127.0.0.1:*")
            push.connect(pull.get_string(zmq.LAST_ENDPOINT))
            seen = [next(events).event for _ in range(3)]
        assert seen == [Event.LISTENING, Event.ACCEPTED, Event.HANDSHAKE_SUCCEEDED]
        assert [event for event in events_of(inspector) if event in seen][:3] == seen
        if is_first:
            close_inspector(inspector, nothing)


def test_sockets_without_a_monitor_are_heard_as_well(context: zmq.Context, inspector: Inspector) -> None:
    with context.socket(zmq.PULL) as pull:
        pull.bind("tcp://127.0.0.1:*")
        assert events_of(inspector) == [Event.LISTENING]
        with pytest.raises(zmq.ZMQError, match="no monitor of version 2 asks for PIPES_STATS"):
            pull.monitor_pipes_stats()


def test_journal_goes_on_when_a_monitor_has_ended(context: zmq.Context, inspector: Inspector) -> None:
    with context.socket(zmq.PULL) as pull:
        pull.events(timeout=0).close()
        inspector.sockets()
        pull.bind("tcp://127.0.0.1:*")
        assert events_of(inspector) == [Event.LISTENING]


def test_nothing_is_left_on_sockets_when_nobody_inspects(context: zmq.Context) -> None:
    with context.socket(zmq.PULL) as pull, context.socket(zmq.PULL) as watched:
        watched.get_monitor_socket().close()
        opened = open_inspector(context._core, nothing)
        assert pull._core.monitor is not None
        close_inspector(opened, nothing)
        assert pull._core.monitor is None
        assert watched._core.monitor is not None
        assert watched._core.monitor.tap is None
        assert context._core.inspector is None
