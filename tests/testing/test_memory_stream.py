"""Streams that lead nowhere but to each other."""

from __future__ import annotations

import errno

import pytest

from zerowire.error import ZMQError
from zerowire.reactor.poller import READABLE, Poller
from zerowire.testing import MemoryStream, check_streams, stream_pair


def test_memory_stream_keeps_the_promises_of_a_stream() -> None:
    check_streams(*MemoryStream.pair())


def test_stream_pair_keeps_the_promises_of_a_stream() -> None:
    check_streams(*stream_pair())


def test_stream_pair_with_small_buffers_keeps_them_too() -> None:
    check_streams(*stream_pair(4096))


def test_streams_of_a_pair_name_each_other() -> None:
    first, second = MemoryStream.pair()
    assert (first.local, first.remote) == (second.remote, second.local)
    assert first.peer_address == "second"


def test_stream_takes_as_many_octets_as_its_capacity() -> None:
    first, second = MemoryStream.pair(capacity=4)
    assert first.send(b"123456") == 4
    assert first.send(b"56") == 0
    assert second.receive(3) == b"123"
    assert first.send(b"56") == 2
    assert first.send(b"7") == 1
    assert second.receive(10) == b"4567"


def test_capacity_can_change() -> None:
    first, second = MemoryStream.pair(capacity=0)
    assert first.send(b"x") == 0
    first.capacity = 1
    assert first.send(b"xy") == 1
    assert (first.capacity, second.capacity) == (1, 0)


def test_sending_to_an_end_that_has_left_is_a_broken_pipe() -> None:
    first, second = MemoryStream.pair()
    second.close()
    with pytest.raises(ZMQError) as caught:
        first.send(b"x")
    assert caught.value.errno == errno.EPIPE


def test_end_leaves_the_other_direction_open() -> None:
    first, second = MemoryStream.pair()
    first.send(b"last")
    first.end()
    with pytest.raises(ZMQError) as caught:
        first.send(b"x")
    assert caught.value.errno == errno.EPIPE
    assert (second.receive(10), second.receive(10)) == (b"last", b"")
    assert second.send(b"answer") == 6
    assert first.receive(10) == b"answer"


def test_nothing_is_in_flight_that_lies_in_memory() -> None:
    first, _ = MemoryStream.pair()
    first.send(b"octets")
    assert first.in_flight == 0


def test_stream_that_breaks_off_loses_what_is_on_its_way() -> None:
    first, second = MemoryStream.pair()
    first.send(b"lost")
    second.break_off()
    for end in (first, second):
        with pytest.raises(ZMQError) as caught:
            end.receive(10)
        assert caught.value.errno == errno.ECONNRESET


def test_memory_stream_has_no_descriptor() -> None:
    assert [end.fileno() for end in MemoryStream.pair()] == [-1, -1]


def test_stream_pair_can_be_polled() -> None:
    first, second = stream_pair()
    poller = Poller()
    poller.register(second.fileno(), READABLE, "second")
    assert poller.wait(0) == []
    first.send(b"x")
    assert poller.wait(10) == [("second", READABLE)]
    poller.unregister(second.fileno())
    for each in (poller, first, second):
        each.close()
