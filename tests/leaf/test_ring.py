"""leaf.ring: the queue that pipes are made of."""

from __future__ import annotations

import gc
from weakref import ref

import pytest

from zerowire.leaf.ring import Ring


def test_items_come_out_in_the_order_they_went_in() -> None:
    ring = Ring([1, 2])
    ring.append(3)
    ring.appendleft(0)
    assert [ring.popleft() for _ in range(4)] == [0, 1, 2, 3]
    assert not ring


def test_order_survives_growth_around_the_end() -> None:
    ring: Ring[int] = Ring()
    ring.extend(range(10))
    for expected in range(10):
        assert ring.popleft() == expected
    ring.extend(range(100))
    assert len(ring) == 100
    assert list(ring) == list(range(100))
    assert (ring[0], ring[99], ring[-1]) == (0, 99, 99)


def test_pop_from_nothing_is_an_error() -> None:
    with pytest.raises(IndexError):
        Ring().popleft()
    with pytest.raises(IndexError):
        Ring()[0]


def test_ring_of_one_keeps_the_last_item() -> None:
    ring: Ring[int] = Ring(maxlen=1)
    ring.append(1)
    ring.append(2)
    assert list(ring) == [2]
    assert ring.maxlen == 1
    ring.appendleft(3)
    assert list(ring) == [3]
    assert Ring().maxlen is None


def test_clear_lets_go_of_every_item() -> None:
    class Thing:
        pass

    thing = Thing()
    gone = ref(thing)
    ring = Ring([thing] * 20)
    del thing
    ring.clear()
    assert gone() is None
    assert len(ring) == 0


def test_item_whose_end_comes_back_to_the_ring_finds_it_in_order() -> None:
    ring: Ring[object] = Ring()

    class Returning:
        def __del__(self) -> None:
            ring.append("after")

    ring.append(Returning())
    ring.clear()
    assert list(ring) in ([], ["after"])


def test_collector_sees_what_is_in_a_ring() -> None:
    class Knot:
        ring: Ring[object]

    knot = Knot()
    knot.ring = Ring([knot])
    gone = ref(knot)
    del knot
    gc.collect()
    assert gone() is None
