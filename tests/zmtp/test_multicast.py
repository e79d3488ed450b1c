"""Messages as slices of a stream, and back, whatever gets lost between."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zerowire.error import RemoteProtocolError
from zerowire.message import Frame, Message, frames_of
from zerowire.zmtp.multicast import LEAST_PAYLOAD, Assembler, Slicer

FRAMES = st.binary(max_size=600)
MESSAGES = st.lists(st.one_of(FRAMES, st.lists(FRAMES, min_size=2, max_size=4)), max_size=30)


def slices(messages: list[Message], size: int) -> list[bytes]:
    """Return all payloads of messages that wait in one queue."""
    slicer = Slicer(size)
    queue = deque(messages)
    payloads: list[bytes] = []
    while True:
        payload = slicer.next(queue)
        if not payload:
            assert not queue
            assert not slicer.has_rest
            return payloads
        assert len(payload) <= size
        payloads.append(payload)


def assembled(payloads: list[bytes], limit: int = -1) -> list[Message]:
    assembler, messages = Assembler(limit), list[Message]()
    for payload in payloads:
        assembler.receive(payload, messages)
    return messages


@given(MESSAGES, st.integers(LEAST_PAYLOAD, 700))
@settings(max_examples=200, deadline=None)
def test_messages_come_out_of_slices_as_they_went_in(messages: list[Message], size: int) -> None:
    """PGM-2"""
    assert assembled(slices(messages, size)) == messages


@given(MESSAGES, st.integers(LEAST_PAYLOAD, 300), st.sets(st.integers(0, 60)))
@settings(max_examples=300, deadline=None)
def test_a_loss_costs_the_messages_in_it_and_no_others(
    messages: list[Message], size: int, lost: set[int]
) -> None:
    assembler, got = Assembler(), list[Message]()
    for place, payload in enumerate(slices(messages, size)):
        if place in lost:
            assembler.lose()
        else:
            assembler.receive(payload, got)
    expected, start, room = [], 0, size - 2
    for message in messages:
        end = start + sum(len(frame) + (2 if len(frame) < 254 else 10) for frame in frames_of(message))
        if lost.isdisjoint(range(start // room, (end - 1) // room + 1)):
            expected.append(message)
        start = end
    assert got == expected


def test_offset_tells_where_the_first_message_begins() -> None:
    """PGM-2; section 6: an offset may be that of the end."""
    first, second = slices([b"x" * 100, b"y"], 55)
    assert (first[:4], len(first)) == (b"\0\0\x65\0", 55)
    assert (second[:2], second[-3:]) == (b"\0\x31", b"\2\0y")
    assert [payload[:2] for payload in slices([b"x" * 100], 36)] == [b"\0\0", b"\xff\xff", b"\0\x22"]
    assert len(slices([b"x" * 100], 36)[2]) == 2 + 0x22


@pytest.mark.parametrize("size", [0, 1, 252, 253, 254, 255, 70_000])
def test_frames_of_all_sizes(size: int) -> None:
    message: Message = [b"x" * size, b"", Frame(b"y" * size)]
    expected = [b"x" * size, b"", b"y" * size]
    assert assembled(slices([message, b"x" * size], 1428)) == [expected, b"x" * size]


def test_payload_is_as_full_as_the_queue_allows() -> None:
    payloads = slices([b"x" * 64] * 100, 1428)
    assert {len(payload) for payload in payloads[:-1]} == {1428}


def test_late_joiner_begins_with_the_next_message() -> None:
    payloads = slices([b"a" * 300, [b"b" * 80, b"c" * 80], b"d"], 102)
    assert assembled(payloads[1:]) == [[b"b" * 80, b"c" * 80], b"d"]


def test_message_of_which_a_part_is_lost_is_rolled_back() -> None:
    """libzmq would glue the parts to those of the next message."""
    payloads = slices([[b"a" * 10, b"b" * 100], [b"c", b"d"]], 40)
    assembler, got = Assembler(), list[Message]()
    assembler.receive(payloads[0], got)
    assert assembler.lose() is True
    for payload in payloads[2:]:
        assembler.receive(payload, got)
    assert got == [[b"c", b"d"]]
    assert assembler.lose() is False


def test_limit_of_a_frame() -> None:
    """MAXMSGSIZE: what is too large is refused at its header, and the next message is next."""
    payloads = slices([b"small", b"x" * 500, b"next"], 102)
    assembler, got = Assembler(limit=100), list[Message]()
    with pytest.raises(RemoteProtocolError, match="frame of 500 octets, beyond the limit of 100"):
        assembler.receive(payloads[0], got)
    for payload in payloads[1:]:
        assembler.receive(payload, got)
    assert got == [b"small", b"next"]
    assert assembled(slices([b"x" * 100], 30), limit=100) == [b"x" * 100]


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        (b"", "no offset"),
        (b"\0", "no offset"),
        (b"\0\x05abcd", "message at octet 5 of 4"),
        (b"\0\0\0\0", "frame of -1 octets"),
        (b"\0\0\xff\0\0\0\0\0\0\0\0\0", "frame of -1 octets"),
        (b"\0\0\xff\xff\0\0\0\0\0\0\0\0", "beyond the limit"),
    ],
)
def test_nonsense_is_refused(payload: bytes, told: str) -> None:
    with pytest.raises(RemoteProtocolError, match=told):
        Assembler().receive(payload, [])


def test_stream_that_was_misread_is_joined_again() -> None:
    """A length that is wrong does not swallow all that follows."""
    assembler, got = Assembler(), list[Message]()
    assembler.receive(b"\0\0\xff\0\0\1\0\0\0\0\0\0", got)
    (payload,) = slices([b"hello"], 100)
    with pytest.raises(RemoteProtocolError, match="begins within"):
        assembler.receive(payload, got)
    assembler.receive(payload, got)
    assert got == [b"hello"]


@given(st.lists(st.binary(max_size=60), max_size=60), st.integers(-1, 100))
@settings(max_examples=300, deadline=None)
def test_any_octets_yield_messages_or_a_protocol_error(payloads: list[bytes], limit: int) -> None:
    assembler, got = Assembler(limit), list[Message]()
    for payload in payloads:
        try:
            assembler.receive(payload, got)
        except RemoteProtocolError:
            pass
    if limit >= 0:
        assert all(len(frame) <= limit for message in got for frame in frames_of(message))
