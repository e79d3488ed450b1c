"""A short run of scripts/fuzz_datagrams.py, another over a socket; and that mistakes would be found."""

from __future__ import annotations

from functools import partial
from random import Random, SystemRandom

import pytest

import fuzz
import fuzz_datagrams
from tests.engine.bench import Bench
from tests.engine.datagrams import Plain, counts, listening
from zerowire.engine import datagrams
from zerowire.engine.socket import SocketCore
from zerowire.message import Message

CASES = 3000
OVER_THE_WIRE = 500


def test_damaged_datagrams_are_heard_or_dropped_and_nothing_else() -> None:
    """UDP-1. An error says how to repeat the case."""
    assert fuzz_datagrams.main(["--count", str(CASES)]) == 0


def test_a_mistake_is_found_and_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def careless(datagram: bytes, limit: int = -1) -> Message:
        return [datagram[1 : 1 + datagram[0]], datagram[1 + datagram[0] :]]

    monkeypatch.setattr(datagrams, "decode", careless)
    assert fuzz_datagrams.main(["--seed", "1", "--count", "1000"]) == 1
    told = capsys.readouterr().err
    again = told[told.index("scripts/fuzz_datagrams.py ") :].splitlines()[0].split()[1:]
    assert fuzz_datagrams.main(again) == 1


def test_growth_is_found_and_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes = iter((0, fuzz.GROWTH + 1))
    monkeypatch.setattr(fuzz, "memory", lambda: next(sizes))
    assert fuzz_datagrams.main(["--seed", "1", "--count", "20"]) == 1
    assert "has grown by" in capsys.readouterr().err


def has_counted(dish: SocketCore, sent: int) -> bool:
    found = counts(dish)
    return found.received + found.malformed == sent


def test_socket_survives_what_comes_over_the_wire() -> None:
    """Each datagram is counted once: as a message, or as none."""
    random = Random(SystemRandom().randrange(1 << 32))
    bench = Bench()
    try:
        dish = listening(bench, "g", rcvhwm=0)
        with Plain() as plain:
            for sent in range(1, OVER_THE_WIRE + 1):
                size = random.choice((0, 1, 3, 300, 8191, 8192, 8193, 20_000))
                plain.say(dish.last_endpoint, random.randbytes(size))
                bench.until(partial(has_counted, dish, sent))
            plain.say(dish.last_endpoint, b"\1gstill here")
            bench.until(dish.can_receive)
        assert counts(dish).malformed > 0
        assert counts(dish).received > 1
    finally:
        bench.close()
