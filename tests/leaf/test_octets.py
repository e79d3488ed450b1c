"""leaf.octets: the loops that touch every message."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from zerowire.leaf.octets import LARGE, pack, remember, unpack
from zerowire.leaf.ring import Ring
from zerowire.message import Frame, Message


def packed(*messages: Message, budget: int = 1 << 30) -> tuple[bytes, int]:
    return pack(Ring(messages), budget)


def unpacked(data: bytes, limit: int = -1, largest: int = 1 << 40) -> tuple[list[Message], int, list[bytes]]:
    into: Ring[Message] = Ring()
    parts: list[bytes] = []
    end = unpack(data, 0, into, limit, parts, largest)
    return list(into), end, parts


def test_frames_have_short_and_long_headers() -> None:
    """FR-2."""
    assert packed(b"abc") == (b"\x00\x03abc", 1)
    assert packed(bytes(255)) == (b"\x00\xff" + bytes(255), 1)
    assert packed(bytes(256)) == (b"\x02" + (256).to_bytes(8, "big") + bytes(256), 1)


def test_all_frames_but_the_last_say_that_more_follow() -> None:
    expected = b"\x01\x01a" + b"\x03" + (300).to_bytes(8, "big") + bytes(300) + b"\x00\x00"
    assert packed([b"a", bytes(300), b""]) == (expected, 1)


def test_packing_stops_at_the_budget() -> None:
    assert packed(*[b"12345678"] * 5, budget=1)[1] == 1
    assert packed(*[b"12345678"] * 5, budget=20)[1] == 2
    assert packed(*[b"12345678"] * 5, budget=21)[1] == 3


@pytest.mark.parametrize(
    "strange",
    [bytes(LARGE), [b"a", bytes(LARGE)], Frame(b"x"), [b"a", Frame(b"x")]],
    ids=["large", "large part", "frame", "frame part"],
)
def test_packing_stops_before_what_is_not_ordinary(strange: Message) -> None:
    assert packed(b"a", strange, b"b") == (b"\x00\x01a", 1)
    assert packed(strange) == (b"", 0)


def test_nothing_is_packed_of_an_empty_queue() -> None:
    assert packed() == (b"", 0)


def test_messages_come_out_as_they_went_in() -> None:
    messages: list[Message] = [b"a", bytes(256), [b"", b"b" * 300, b"c"], b""]
    data, count = packed(*messages)
    assert count == 4
    assert unpacked(data) == (messages, len(data), [])


@pytest.mark.parametrize("length", range(14))
def test_frame_that_has_not_come_whole_is_left(length: int) -> None:
    data = (packed(b"ab")[0] + packed(bytes(256))[0])[: 4 + length]
    assert unpacked(data) == ([b"ab"], 4, [])


def test_frames_of_a_message_wait_for_the_last() -> None:
    data = b"\x01\x01a\x01\x01b"
    into: Ring[Message] = Ring()
    parts: list[bytes] = []
    assert unpack(data, 0, into, -1, parts, 1 << 40) == 6
    assert (list(into), parts) == ([], [b"a", b"b"])
    assert unpack(b"\x00\x01c", 0, into, -1, parts, 1 << 40) == 3
    assert (list(into), parts) == ([[b"a", b"b", b"c"]], [])


def test_limit_counts_messages() -> None:
    data = b"\x00\x01a\x01\x01b\x00\x01c\x00\x01d"
    assert unpacked(data, 1) == ([b"a"], 3, [])
    assert unpacked(data, 2) == ([b"a", [b"b", b"c"]], 9, [])
    assert unpacked(data, 0) == ([], 0, [])


@pytest.mark.parametrize("flags", [4, 6, 8, 0x80, 0xFF])
def test_command_or_unknown_flag_is_left(flags: int) -> None:
    data = b"\x00\x01a" + bytes((flags, 1)) + b"b" * 20
    assert unpacked(data) == ([b"a"], 3, [])


@pytest.mark.parametrize("size", [300, 1 << 31, (1 << 63) - 1, 1 << 63, (1 << 64) - 1])
def test_body_that_is_too_large_is_left(size: int) -> None:
    """FR-1."""
    data = b"\x02" + size.to_bytes(8, "big") + bytes(400)
    assert unpacked(data, largest=299) == ([], 0, [])


@pytest.mark.parametrize("size", [500, 1 << 62, (1 << 63) - 1])
def test_huge_length_waits_for_its_octets(size: int) -> None:
    data = b"\x02" + size.to_bytes(8, "big") + bytes(400)
    assert unpacked(data, largest=(1 << 63) - 1) == ([], 0, [])


@pytest.fixture
def memory() -> Iterator[None]:
    remember(True)
    yield
    remember(False)


def test_what_was_packed_is_not_packed_again_for_another_queue(memory: None) -> None:
    messages: list[Message] = [b"abc", [b"d", b"e"]]
    first, count = packed(*messages)
    again, counted = packed(*messages)
    assert again is first
    assert (count, counted) == (2, 2)


def test_known_messages_at_the_head_are_enough_if_they_fill_the_budget(memory: None) -> None:
    first, _ = packed(b"abc", b"d", budget=6)
    again, count = packed(b"abc", b"d", b"more", budget=6)
    assert again is first
    assert count == 2


def test_longer_queue_is_packed_as_far_as_the_budget_allows(memory: None) -> None:
    """One peer may have fallen behind: it shall not get its backlog in the small pieces of the others."""
    packed(b"abc")
    assert packed(b"abc", b"abc", b"abc") == (3 * b"\x00\x03abc", 3)


def test_other_messages_are_packed_for_themselves(memory: None) -> None:
    packed(b"abc", b"d")
    assert packed(b"abc", b"x") == (b"\x00\x03abc\x00\x01x", 2)
    assert packed(b"abc") == (b"\x00\x03abc", 1)
    assert packed(b"abc", b"d") == (b"\x00\x03abc\x00\x01d", 2)
    assert packed(Frame(b"x")) == (b"", 0)
    assert packed(b"y") == (b"\x00\x01y", 1)


def test_memory_ends_when_told() -> None:
    remember(True)
    data, _ = packed(b"abc")
    remember(False)
    assert packed(b"abc")[0] is not data
