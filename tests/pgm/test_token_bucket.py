"""Octets a second."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zerowire.pgm.token_bucket import TokenBucket


def test_bucket_is_full_at_first_and_fills_at_its_rate() -> None:
    bucket = TokenBucket(100.0, 50.0, 0.0)
    assert bucket.take(30, 0.0)
    assert not bucket.take(30, 0.0)
    assert bucket.ready_at(30) == 0.1
    assert not bucket.take(30, 0.05)
    assert bucket.take(30, 0.1)
    assert not bucket.take(51, 0.2)
    assert bucket.take(50, 100.0)
    assert not bucket.take(1, 100.0)


def test_what_is_larger_than_the_bucket_waits_until_that_is_full_and_is_paid_for_later() -> None:
    """RATE may be less than a packet a second, which libzmq does not survive."""
    bucket = TokenBucket(10.0, 20.0, 0.0)
    assert bucket.take(100, 0.0)
    assert bucket.ready_at(100) == 10.0
    assert not bucket.take(100, 9.5)
    assert bucket.take(100, 10.0)


def test_clock_that_stands_still_fills_nothing() -> None:
    bucket = TokenBucket(10.0, 10.0, 5.0)
    assert bucket.take(10, 5.0)
    assert not bucket.take(1, 4.0)
    assert not bucket.take(1, 5.0)


@given(
    st.lists(st.tuples(st.integers(1, 2000), st.floats(0, 0.5)), max_size=60),
    st.floats(100, 1e6),
    st.floats(100, 1e5),
)
def test_no_more_is_taken_than_rate_and_burst_allow(
    wishes: list[tuple[int, float]], rate: float, burst: float
) -> None:
    bucket, now, taken = TokenBucket(rate, burst, 0.0), 0.0, 0
    for size, pause in wishes:
        now += pause
        if bucket.take(size, now):
            taken += size
            assert taken <= (burst + rate * now + max(0, size - burst)) * 1.000001
        else:
            assert bucket.ready_at(size) > now
