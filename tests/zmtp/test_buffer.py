"""Received octets are kept in order and copied a bounded number of times."""

from __future__ import annotations

import pytest

from zerowire.leaf.landing import Landing
from zerowire.zmtp.buffer import ReceiveBuffer


@pytest.fixture
def buffer() -> ReceiveBuffer:
    made = ReceiveBuffer()
    for chunk in (b"ab", b"cde", b"f"):
        made.feed(chunk)
    return made


def test_length_counts_all_chunks(buffer: ReceiveBuffer) -> None:
    assert len(buffer) == 6
    buffer.take(1)
    assert len(buffer) == 5


def test_load_joins_chunks_only_when_there_are_enough_octets(buffer: ReceiveBuffer) -> None:
    assert not buffer.load(7)
    assert buffer.data == b"ab"
    assert buffer.load(2)
    assert buffer.data == b"ab"
    assert buffer.load(3)
    assert buffer.data == b"abcdef"


def test_load_takes_a_single_chunk_over_without_a_copy() -> None:
    buffer = ReceiveBuffer()
    buffer.feed(b"a")
    buffer.feed(chunk := b"bcd")
    buffer.take(1)
    assert buffer.load(3)
    assert buffer.data is chunk


def test_take_crosses_chunks_and_keeps_the_rest(buffer: ReceiveBuffer) -> None:
    assert buffer.take(1) == b"a"
    assert buffer.take(3) == b"bcd"
    assert buffer.take(2) == b"ef"
    assert len(buffer) == 0


def test_take_crosses_several_chunks_at_once(buffer: ReceiveBuffer) -> None:
    assert buffer.take(6) == b"abcdef"


def test_peek_removes_nothing(buffer: ReceiveBuffer) -> None:
    assert buffer.peek(4) == b"abcd"
    assert buffer.peek(64) == b"abcdef"
    assert len(buffer) == 6


def test_push_back_comes_before_everything_else(buffer: ReceiveBuffer) -> None:
    buffer.take(1)
    buffer.push_back(b"X")
    assert buffer.take(6) == b"Xbcdef"


def test_an_empty_buffer_starts_over_with_the_next_chunk(buffer: ReceiveBuffer) -> None:
    buffer.take(6)
    buffer.feed(b"next")
    assert (buffer.data, buffer.position) == (b"next", 0)


@pytest.mark.parametrize("size", range(1, 9))
def test_octets_land_across_chunks(buffer: ReceiveBuffer, size: int) -> None:
    landing = Landing(size)
    assert buffer.take(1) == b"a"
    buffer.land(landing)
    assert landing.missing == max(0, size - 5)
    rest = b"bcdef"[size:]
    assert len(buffer) == len(rest)
    assert buffer.is_empty == (not rest)
    if not landing.missing:
        assert landing.take() == b"bcdef"[:size]
    buffer.feed(b"g")
    assert buffer.take(len(rest) + 1) == rest + b"g"
