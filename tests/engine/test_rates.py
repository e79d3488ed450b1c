"""Rates: what is added a second, between two looks."""

from __future__ import annotations

from zerowire.engine.rates import COUNTS, LONGEST, SHORTEST, Rates


def look(rates: Rates, now: float, **keys: int) -> dict[str, dict[str, float] | None]:
    """Look at things whose counts all are the number given."""
    rates.begin(now)
    return {key: rates.of(key, dict.fromkeys(COUNTS, value)) for key, value in keys.items()}


def test_first_look_knows_no_rate() -> None:
    rates = Rates()
    assert look(rates, 100.0, a=7) == {"a": None}
    assert rates.interval is None


def test_rate_is_what_was_added_a_second() -> None:
    rates = Rates()
    look(rates, 100.0, a=7)
    assert look(rates, 102.0, a=27, b=5) == {"a": dict.fromkeys(COUNTS, 10.0), "b": None}
    assert rates.interval == 2.0


def test_several_who_ask_at_once_do_not_shorten_each_others_time() -> None:
    rates = Rates()
    look(rates, 100.0, a=0)
    look(rates, 101.0, a=10)
    assert look(rates, 101.0 + SHORTEST / 2, a=20)["a"] == dict.fromkeys(COUNTS, 16.0)
    assert rates.interval == 1.0 + SHORTEST / 2


def test_what_was_seen_long_ago_says_nothing_of_now() -> None:
    rates = Rates()
    look(rates, 100.0, a=0)
    assert look(rates, 101.0 + LONGEST, a=10)["a"] is None
    assert look(rates, 102.0 + LONGEST, a=13)["a"] == dict.fromkeys(COUNTS, 3.0)


def test_count_that_begins_anew_is_no_negative_rate() -> None:
    rates = Rates()
    look(rates, 100.0, a=50)
    assert look(rates, 101.0, a=1)["a"] == dict.fromkeys(COUNTS, 0.0)
