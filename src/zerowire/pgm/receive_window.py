"""What a receiver has of one source: payloads in order, and what is missing.

A number that is missing goes through these states until its data comes (RFC 3208, section 6.3):

    BACK_OFF    wait a random moment, in case others ask first; then ask: a NAK
    WAIT_NCF    wait for the source to confirm that it has heard; else back off again
    WAIT_DATA   wait for the data; else back off again

It is given up after too many tries, and when the source does not have it any more. Of a long
gap only the oldest numbers are asked for at a time: so a gap, true or forged, costs little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum, auto
from typing import NamedTuple

from zerowire.pgm.serial import MASK, add, distance

BACK_OFF_TIME = 0.05  # seconds at most, NAK_BO_IVL
NCF_TIME = 0.2  # NAK_RPT_IVL
DATA_TIME = 0.2  # NAK_RDATA_IVL
MOST_TRIES = 50  # for each of the two waits
MOST_WANTED = 1024  # numbers that are asked for at a time
ILL_SERVED = 32  # more waits for data in vain than with success, after which a source counts as slow


class State(Enum):
    """What a receiver does about a number that is missing."""

    BACK_OFF = auto()
    WAIT_NCF = auto()
    WAIT_DATA = auto()


TRANSITIONS = {
    State.BACK_OFF: {State.WAIT_NCF, State.WAIT_DATA},
    State.WAIT_NCF: {State.BACK_OFF, State.WAIT_DATA},
    State.WAIT_DATA: {State.BACK_OFF, State.WAIT_DATA},
}


class Loss(NamedTuple):
    """So many packets will never come."""

    packets: int


class _Missing:
    """One number that is missing."""

    __slots__ = ("_unconfirmed", "_unserved", "deadline", "state")

    def __init__(self, deadline: float) -> None:
        self.state = State.BACK_OFF
        self.deadline = deadline
        self._unconfirmed = self._unserved = 0  # waits in vain, for a NCF and for data

    @property
    def was_asked_for(self) -> bool:
        """Whether anybody has told the source."""
        return self.state is not State.BACK_OFF or self._unconfirmed + self._unserved > 0

    @property
    def is_hopeless(self) -> bool:
        """Whether a wait was in vain once too often."""
        return self._unconfirmed > MOST_TRIES or self._unserved > MOST_TRIES

    def fail(self) -> None:
        """It has waited in vain."""
        if self.state is State.WAIT_NCF:
            self._unconfirmed += 1
        else:
            self._unserved += 1

    def move(self, state: State, deadline: float) -> None:
        assert state in TRANSITIONS[self.state], (self.state, state)
        self.state = state
        self.deadline = deadline


class ReceiveWindow:
    """The packets of one source, from the first that was heard.

    Attributes:
        next: The number that is delivered next.
        asked: How often numbers were asked for, each time counted.
        received: How many packets came, each counted once.
        repaired: How many of them came only when asked for.
        duplicates: How many came although they were there.
        lost: How many never came.
    """

    __slots__ = (
        "_delivered",
        "_due",
        "_kept",
        "_lead",
        "_missing",
        "_random",
        "_seen",
        "_size",
        "_unserved",
        "asked",
        "duplicates",
        "lost",
        "next",
        "received",
        "repaired",
    )

    def __init__(self, first: int, size: int, random: Callable[[], float]) -> None:
        """Begin to receive.

        Args:
            first: The number to deliver first.
            size: Packets to keep while others are missing.
            random: Returns numbers from 0 to 1.
        """
        self.next = first
        self.asked = self.received = self.repaired = self.duplicates = self.lost = 0
        self._lead = self._seen = add(first, -1)
        # _lead is the newest number that is known to exist. Up to _seen all numbers are kept or in _missing.
        self._size = max(1, size)
        self._random = random
        self._kept: dict[int, bytes] = {}
        self._missing: dict[int, _Missing] = {}
        self._due = 0.0  # no deadline of theirs is earlier
        self._unserved = 0  # waits for data in vain, less those with success
        self._delivered: list[bytes | Loss] = []

    # -- from the source -----------------------------------------------------------------------

    def on_data(self, number: int, trail: int, data: bytes, now: float) -> None:
        """Accept a payload, and what the source says of its window."""
        if number == self.next == self._lead + 1 & MASK:  # as it should be
            self._lead = self._seen = number
            self.next = number + 1 & MASK
            self.received += 1
            self._delivered.append(data)
            return
        if distance(self.next, number) < 0 or number in self._kept:
            self.duplicates += 1
        else:
            self._keep(number, data, now)
        self._forget_before(trail)
        self._deliver()
        self._look(now)

    def _keep(self, number: int, data: bytes, now: float) -> None:
        self.received += 1
        missing = self._missing.pop(number, None)
        if missing is not None and missing.was_asked_for:
            self.repaired += 1
            self._unserved = max(0, self._unserved - 1)
        self._kept[number] = data
        self._extend(number)

    def on_window(self, trail: int, lead: int, now: float) -> None:
        """Accept what the source says of its window: what is new to us is missing."""
        if distance(trail, lead) < -1:
            return  # no window at all
        self._extend(lead)
        self._forget_before(trail)
        self._deliver()
        self._look(now)

    def on_confirmed(self, numbers: Iterable[int], now: float) -> None:
        """The source has heard that these are missing, from us or others."""
        for number in numbers:
            if distance(self._lead, number) == 1:
                self._extend(number)
                self._look(now)
            missing = self._missing.get(number)
            if missing is not None:
                missing.move(State.WAIT_DATA, now + DATA_TIME)

    def _extend(self, lead: int) -> None:
        """Have all numbers up to this one in the window."""
        length = distance(self.next, lead) + 1
        if length <= distance(self.next, self._lead) + 1:
            return
        too_many = length - self._size
        if too_many > 0:  # the oldest make room
            self._give_up(add(self.next, too_many))
        self._lead = lead

    def _look(self, now: float) -> None:
        """Find what is missing. A gap is asked for as a whole, so its numbers back off together."""
        deadline = -1.0
        while self._seen != self._lead and len(self._missing) < MOST_WANTED:
            self._seen = add(self._seen, 1)
            if self._seen not in self._kept:
                if deadline < 0:
                    deadline = now + self._random() * BACK_OFF_TIME
                    self._due = min(self._due, deadline) if self._missing else deadline
                self._missing[self._seen] = _Missing(deadline)

    def _forget_before(self, trail: int) -> None:
        """What the source does not have any more will not come."""
        if 0 < distance(self.next, trail) <= distance(self.next, self._lead) + 1:
            self._give_up(trail)

    def _give_up(self, end: int) -> None:
        """Deliver what is there of all numbers before this one, and wait for none of them."""
        start, lost = self.next, 0
        length = distance(start, end)
        for step in range(min(length, distance(start, self._lead) + 1)):
            number = add(start, step)
            data = self._kept.pop(number, None)
            self._missing.pop(number, None)
            if data is None:
                lost += 1
            else:
                self._report(lost)
                self._delivered.append(data)
                lost = 0
        self._report(lost + max(0, length - distance(start, self._lead) - 1))
        self._advance(length)

    def _report(self, lost: int) -> None:
        if lost:
            self.lost += lost
            self._delivered.append(Loss(lost))

    def _deliver(self) -> None:
        """Deliver what is there without a gap."""
        kept, count = self._kept, 0
        while kept:
            data = kept.pop(add(self.next, count), None)
            if data is None:
                break
            self._delivered.append(data)
            count += 1
        self._advance(count)

    def _advance(self, count: int) -> None:
        """So many numbers are done with. Distances are those from the first: others might be too long."""
        start = self.next
        self.next = add(start, count)
        if distance(start, self._lead) < count - 1:
            self._lead = add(self.next, -1)
        if distance(start, self._seen) < count - 1:
            self._seen = add(self.next, -1)

    # -- to the application --------------------------------------------------------------------

    def take(self) -> list[bytes | Loss]:
        """Return the next payloads, and how many are lost between them."""
        delivered = self._delivered
        self._delivered = []
        return delivered

    @property
    def is_ready(self) -> bool:
        """Whether take() would return any."""
        return bool(self._delivered)

    @property
    def is_waiting(self) -> bool:
        """Whether numbers are asked for."""
        return bool(self._missing)

    @property
    def is_ill_served(self) -> bool:
        """Whether the source has heard of much that is missing, and sends little of it.

        libzmq's sends one packet again for each that it hears, however many that asks for.
        """
        return self._unserved >= ILL_SERVED

    @property
    def missing(self) -> int:
        """How many packets are missing at present."""
        return distance(self.next, self._lead) + 1 - len(self._kept)

    # -- time ----------------------------------------------------------------------------------

    def next_timeout(self) -> float | None:
        """Return when handle_timeout() must be called, perhaps in vain; None if never."""
        return self._due if self._missing else None

    def handle_timeout(self, now: float) -> list[int]:
        """Do what is due; return the numbers to ask for, in order."""
        if not self._missing or now < self._due:
            return []
        wanted = []
        hopeless = None
        back_off = self._random() * BACK_OFF_TIME
        for number, missing in self._missing.items():
            if missing.deadline > now:
                continue
            if missing.state is State.BACK_OFF:
                missing.move(State.WAIT_NCF, now + NCF_TIME)
                wanted.append(number)
                continue
            if missing.state is State.WAIT_DATA:
                self._unserved = min(self._unserved + 1, 2 * ILL_SERVED)
            missing.fail()
            if missing.is_hopeless:
                hopeless = number if hopeless is None else later(hopeless, number)
            else:
                missing.move(State.BACK_OFF, now + back_off)
        if hopeless is not None:
            self._give_up(add(hopeless, 1))
            self._deliver()
        self._due = min((missing.deadline for missing in self._missing.values()), default=0.0)
        self._look(now)
        wanted = [number for number in wanted if number in self._missing]
        self.asked += len(wanted)
        return wanted


def later(one: int, other: int) -> int:
    """Return the later of two numbers."""
    return other if distance(one, other) > 0 else one
