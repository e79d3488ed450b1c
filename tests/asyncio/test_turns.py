"""Whether a call may come back at once, or shall wait for the loop's next turn."""

from __future__ import annotations

import asyncio

import pytest

from zerowire.asyncio import turns
from zerowire.asyncio.turns import MOST_SPARED, TURN, Turns


class Clock:
    """Goes on when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(turns, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that the test sets."""
    return Clock(monkeypatch)


def test_without_a_loop_everything_may_go_on(clock: Clock) -> None:
    it = Turns(bool)
    for _ in range(3):
        clock.now += 10 * TURN
        assert it.may_go_on()
    assert not it.ask()


def test_loop_that_has_not_had_its_turn_for_long_is_next(clock: Clock) -> None:
    async def main() -> None:
        it = Turns(bool)
        assert it.may_go_on()  # and the loop is asked
        assert it.asked is asyncio.get_running_loop()
        clock.now += TURN / 2
        assert it.may_go_on()
        clock.now += TURN
        assert not it.may_go_on()
        assert not it.may_go_on()
        await asyncio.sleep(0)
        assert it.asked is None
        assert it.may_go_on()

    asyncio.run(main())


def test_caller_that_leaves_the_loop_its_turns_is_never_held_up(clock: Clock) -> None:
    async def main() -> None:
        it = Turns(bool)
        for _ in range(10):
            assert it.may_go_on()
            await asyncio.sleep(0)
            clock.now += 10 * TURN

    asyncio.run(main())


def test_frequent_calls_do_not_look_at_the_clock(clock: Clock) -> None:
    async def main() -> None:
        it = Turns(bool)
        it.may_go_on()
        clock.now += 1e-6
        it.may_go_on()
        clock.now += 10 * TURN
        spared = 0
        while it.may_go_on():
            spared += 1
        assert spared == MOST_SPARED

    asyncio.run(main())


def test_turn_that_was_asked_for_is_told_of_once(clock: Clock) -> None:
    async def main() -> None:
        told: list[None] = []
        it = Turns(lambda: told.append(None))
        assert it.ask()
        assert it.ask()
        assert not told
        await asyncio.sleep(0)
        assert told == [None]

    asyncio.run(main())


def test_turn_of_a_loop_that_has_ended_is_asked_for_again(clock: Clock) -> None:
    told: list[None] = []
    it = Turns(lambda: told.append(None))

    async def leave() -> None:
        it.ask()

    async def stay() -> None:
        clock.now += 2 * TURN
        assert it.may_go_on()
        assert it.asked is asyncio.get_running_loop()
        await asyncio.sleep(0)

    loop = asyncio.new_event_loop()
    loop.run_until_complete(leave())
    loop.close()
    told.clear()
    asyncio.run(stay())
    assert told == [None]
