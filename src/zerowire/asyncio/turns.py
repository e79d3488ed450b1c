"""Tasks whose calls never have to wait, and the event loop that wants its turn all the same."""

from __future__ import annotations

from asyncio import AbstractEventLoop, _get_running_loop
from collections.abc import Callable
from time import monotonic

TURN = 0.5e-3  # seconds after which the loop is asked, and again before it has its turn
GLANCE = 100e-6  # seconds between two looks at the clock
MOST_SPARED = 15  # calls between two looks at the clock


class Turns:
    """Says whether a call may come back at once.

    After TURN seconds the loop is asked to say when it has its turn. Who has gone on for as long
    again, and has not heard of it, shall wait for it.

    Attributes:
        asked: The loop that was asked and has not had its turn yet, if one was. It may have
            ended meanwhile; may_go_on() finds that out.
    """

    __slots__ = ("_looked", "_on_turn", "_since", "_spare", "_spared", "asked")

    def __init__(self, on_turn: Callable[[], object]) -> None:
        self._on_turn = on_turn  # called whenever the loop that was asked has its turn
        self._spare = 0  # calls that need no look at the clock
        self._spared = 0  # what it was at first
        self._looked = 0.0  # when the clock was looked at
        self._since = 0.0  # when the loop last had its turn, or was asked
        self.asked: AbstractEventLoop | None = None

    def may_go_on(self) -> bool:
        """Whether a call may come back at once."""
        if self._spare:
            self._spare -= 1
            return True
        now = monotonic()
        each = (now - self._looked) / (self._spared + 1)
        self._looked = now
        if now - self._since > TURN:
            loop = running_loop()
            if loop is not None:
                if self.asked is loop:
                    return False
                self._ask(loop)
        self._spare = self._spared = MOST_SPARED if each * MOST_SPARED < GLANCE else int(GLANCE / each)
        return True

    def ask(self) -> bool:
        """Have on_turn() called when the loop has its next turn; False if no loop runs here."""
        loop = running_loop()
        if loop is None:
            return False
        if self.asked is not loop:
            self._ask(loop)
        return True

    def begin(self) -> float:
        """The loop has its turn. Returns the time."""
        self._since = monotonic()
        return self._since

    def _ask(self, loop: AbstractEventLoop) -> None:
        self._since = monotonic()
        self.asked = loop
        loop.call_soon(self._take)

    def _take(self) -> None:
        self.asked = None
        self._since = monotonic()
        self._on_turn()


def running_loop() -> AbstractEventLoop | None:
    """Return the loop that runs in this thread, None if there is none."""
    return _get_running_loop()
