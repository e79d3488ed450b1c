"""What is on its way into a stream, with streams that take so many octets."""

from __future__ import annotations

import pytest

from zerowire.engine.outbox import LARGE, MOST_AT_ONCE, Outbox, after, joined_small
from zerowire.error import ZMQError
from zerowire.message import Octets
from zerowire.testing import MemoryStream
from zerowire.transport.base import Buffer


def drain(stream: MemoryStream) -> bytes:
    return stream.receive(1 << 30) or b""


def size(buffers: list[Octets]) -> int:
    return sum(map(len, buffers))


def test_what_the_stream_takes_at_once_leaves_nothing() -> None:
    near, far = MemoryStream.pair()
    outbox = Outbox(near)
    assert outbox.write([b"octets"], 6)
    assert (outbox.unsent, outbox.sent, outbox.total) == ([], 6, 6)
    assert drain(far) == b"octets"


@pytest.mark.parametrize("piece", [1, 2, 3, 5, 100])
def test_octets_arrive_in_order_whatever_the_stream_takes(piece: int) -> None:
    near, far = MemoryStream.pair(capacity=piece)
    outbox = Outbox(near)
    buffers: list[Octets] = [b"abc", memoryview(b"defgh"), b"", b"i"]
    done = outbox.write(buffers, 9)
    arrived = drain(far)
    while not done:
        assert outbox.unsent
        done = outbox.resume()
        arrived += drain(far)
    assert arrived == b"abcdefghi"
    assert (outbox.unsent, outbox.total) == ([], 9)


@pytest.mark.parametrize("piece", [1000, LARGE, LARGE + 1, 3 * LARGE])
def test_large_buffers_arrive_in_order_too(piece: int) -> None:
    near, far = MemoryStream.pair(capacity=piece)
    outbox = Outbox(near)
    buffers: list[Octets] = [b"a", b"b" * LARGE, b"c", b"d", b"e" * (LARGE + 5), b"f"]
    expected = b"".join(buffers)
    done = outbox.write(list(buffers), len(expected))
    arrived = drain(far)
    while not done:
        done = outbox.resume()
        arrived += drain(far)
    assert arrived == expected


def test_stream_that_takes_nothing_keeps_everything() -> None:
    near, far = MemoryStream.pair(capacity=0)
    outbox = Outbox(near)
    assert not outbox.write([b"one", b"two"], 6)
    assert size(outbox.unsent) == 6
    assert not outbox.resume()
    assert (outbox.sent, outbox.total, size(outbox.unsent)) == (0, 0, 6)
    near.capacity = 6
    assert outbox.resume()
    assert drain(far) == b"onetwo"


def test_sent_counts_a_batch_and_total_a_link() -> None:
    near, _ = MemoryStream.pair(capacity=8)
    outbox = Outbox(near)
    assert outbox.write([b"12345"], 5)
    outbox.sent = 0
    assert not outbox.write([b"12345"], 5)
    assert (outbox.sent, outbox.total) == (3, 8)


def test_broken_stream_raises() -> None:
    near, far = MemoryStream.pair()
    far.close()
    with pytest.raises(ZMQError):
        Outbox(near).write([b"x"], 1)


def test_large_payload_is_not_copied() -> None:
    """A payload from 32 KiB on is written from where it lies."""
    payload = b"x" * LARGE
    buffers = joined_small([b"a", b"b", payload, b"c"])
    assert buffers == [b"ab", payload, b"c"]
    assert buffers[1] is payload


def test_small_neighbours_are_joined() -> None:
    assert joined_small([b"a", memoryview(b"b"), b"c"]) == [b"abc"]
    assert joined_small([]) == []


@pytest.mark.parametrize("written", range(7))
def test_rest_begins_where_the_stream_stopped(written: int) -> None:
    assert b"".join(after([b"ab", b"", b"cdef"], written)) == b"abcdef"[written:]


class Sipping(MemoryStream):
    """A stream whose peer reads all that was written as soon as it is."""

    __slots__ = ()

    def send(self, data: Buffer) -> int:
        taken = super().send(data)
        assert self._peer is not None
        self._peer.receive(1 << 30)
        return taken


@pytest.mark.parametrize(("capacity", "written"), [(LARGE, 6), (5 * LARGE, 6), (LARGE - 1, 1)])
def test_more_is_written_as_long_as_the_stream_takes_much(capacity: int, written: int) -> None:
    near, _ = Sipping.pair(capacity)
    payload = b"x" * (6 * LARGE)
    outbox = Outbox(near)
    assert outbox.write([payload], len(payload)) == (written == 6)
    assert outbox.total == outbox.sent == min(len(payload), written * capacity)
    assert size(outbox.unsent) == len(payload) - outbox.total


def test_endless_writing_gives_others_a_turn() -> None:
    near, _ = Sipping.pair(LARGE)
    payload = b"x" * (2 * MOST_AT_ONCE)
    outbox = Outbox(near)
    assert not outbox.write([payload], len(payload))
    assert outbox.total == MOST_AT_ONCE
    assert outbox.resume()
    assert outbox.total == 2 * MOST_AT_ONCE


def test_what_another_began_to_write_is_finished() -> None:
    near, far = MemoryStream.pair(capacity=4)
    outbox = Outbox(near)
    assert not outbox.write([b"abcdef"], 6)
    arrived = drain(far)
    assert outbox.resume()
    arrived += drain(far)
    outbox.keep(b"ijk", 2)
    assert outbox.resume()
    assert (outbox.unsent, outbox.sent) == ([], 5)
    assert arrived + drain(far) == b"abcdefijk"
