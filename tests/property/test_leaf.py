"""What exists twice does the same in both forms: what its plain models say."""

from __future__ import annotations

import random
from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from zerowire.leaf.landing import Landing
from zerowire.leaf.octets import pack, unpack
from zerowire.leaf.ring import Ring
from zerowire.message import Message

steps = st.lists(st.sampled_from(["append", "appendleft", "popleft", "clear"]), max_size=200)
bodies = st.one_of(st.binary(max_size=40), st.integers(250, 260).map(bytes), st.just(bytes(40_000)))
messages = st.lists(st.one_of(bodies, st.lists(bodies, min_size=2, max_size=4)), max_size=8)


@given(steps, st.sampled_from([None, 1]))
def test_ring_does_what_a_deque_does(steps: list[str], maxlen: int | None) -> None:
    ring: Ring[int] = Ring(maxlen=maxlen)
    model: deque[int] = deque(maxlen=maxlen)
    for number, step in enumerate(steps):
        if step == "popleft":
            if model:
                assert ring.popleft() == model.popleft()
        elif step == "clear":
            ring.clear()
            model.clear()
        else:
            getattr(ring, step)(number)
            getattr(model, step)(number)
        assert list(ring) == list(model)
        assert len(ring) == len(model)


@given(st.integers(1, 1 << 22), st.lists(st.tuples(st.booleans(), st.integers(0, 1 << 21)), max_size=20))
def test_body_is_what_landed(size: int, steps: list[tuple[bool, int]]) -> None:
    landing = Landing(size)
    body = random.Random(size).randbytes(size)
    place = 0
    for feeds, most in [*steps, (True, size)]:
        if feeds:
            place += landing.feed(body[: place + most], place)
        else:
            with landing.room() as room:
                assert (len(room) == 0) == (place == size)
                assert len(room) <= size - place
                count = min(most, len(room))
                room[:count] = body[place : place + count]
            landing.filled(count)
            place += count
        assert landing.missing == size - place
    assert landing.take() == body


@given(messages, st.integers(1, 1000))
def test_what_was_packed_is_unpacked(messages: list[Message], budget: int) -> None:
    data, count = pack(Ring(messages), budget)
    into: Ring[Message] = Ring()
    assert unpack(data, 0, into, -1, [], 1 << 40) == len(data)
    assert list(into) == messages[:count]


@given(st.binary(max_size=300), st.integers(0, 20), st.integers(255, 1000))
def test_any_octets_end_within_the_data(data: bytes, limit: int, largest: int) -> None:
    into: Ring[Message] = Ring()
    end = unpack(data, 0, into, limit, [], largest)
    assert 0 <= end <= len(data)
    assert len(into) <= limit
