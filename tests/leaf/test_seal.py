"""leaf.seal: MESSAGE commands, beside what PyNaCl's own functions make and open."""

from __future__ import annotations

import subprocess
import sys
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_box_afternm, crypto_box_open_afternm

from zerowire.leaf.ring import Ring
from zerowire.leaf.seal import KEY_SIZE, LAST, OVERHEAD, Seal
from zerowire.message import Frame, Message

KEY = bytes(range(KEY_SIZE))
OURS, THEIRS = b"CurveZMQMESSAGEC", b"CurveZMQMESSAGES"
SIZES = [0, 1, 30, 31, 32, 33, 127, 222, 223, 1023, 1024, 1025, 4096, 32_735, 32_767, 32_768, 100_000]


def octets(size: int) -> bytes:
    """Return so many octets, always the same, no two stretches alike."""
    return Random(size).randbytes(size)


bodies = st.one_of(st.binary(max_size=40), st.integers(215, 260).map(octets), st.just(octets(40_000)))
messages = st.lists(st.one_of(bodies, st.lists(bodies, min_size=2, max_size=4)), max_size=8)


def sealing(sent: int = 0, key: bytes = KEY) -> Seal:
    return Seal(key, OURS, THEIRS, sent, 0)


def opening(received: int = 0, key: bytes = KEY) -> Seal:
    return Seal(key, THEIRS, OURS, 0, received)


def expected(counter: int, flags: int, body: bytes) -> bytes:
    """Return a MESSAGE as RFC 26 has it."""
    number = counter.to_bytes(8, "big")
    box = crypto_box_afternm(bytes((flags,)) + body, OURS + number, KEY)
    return b"\x07MESSAGE" + number + box


def framed(body: bytes) -> bytes:
    return (
        b"\0" + bytes((len(body),)) + body if len(body) < 256 else b"\2" + len(body).to_bytes(8, "big") + body
    )


def unpacked(
    seal: Seal, data: bytes, limit: int = -1, largest: int = 1 << 40
) -> tuple[list[Message], int, list[bytes]]:
    into: Ring[Message] = Ring()
    parts: list[bytes] = []
    end = seal.unpack(data, 0, into, limit, parts, largest)
    return list(into), end, parts


# -- closing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_a_message_is_what_rfc_26_says(size: int) -> None:
    """CURVE-1."""
    body = octets(size)
    assert sealing(6).close(2, body) == expected(7, 2, body)
    assert len(expected(7, 2, body)) == size + OVERHEAD


def test_a_body_may_lie_in_a_buffer() -> None:
    assert sealing().close(0, memoryview(b"abcdef")[2:4]) == expected(1, 0, b"cd")


def test_each_message_has_the_next_number() -> None:
    seal = sealing()
    packed, count = seal.pack(Ring([b"a", [b"b", b"c"], b"d"]), 1 << 30)
    pieces = [expected(1, 0, b"a"), expected(2, 1, b"b"), expected(3, 0, b"c"), expected(4, 0, b"d")]
    assert (packed, count) == (b"".join(map(framed, pieces)), 3)
    assert seal.close(0, b"e") == expected(5, 0, b"e")


def test_packing_stops_at_the_budget() -> None:
    assert sealing().pack(Ring([b"12345"] * 5), 1)[1] == 1
    assert sealing().pack(Ring([b"12345"] * 5), 80)[1] == 2
    assert sealing().pack(Ring([b"12345"] * 5), 81)[1] == 3


@pytest.mark.parametrize("odd", [Frame(b"x"), [b"x", Frame(b"y")]])
def test_packing_stops_before_what_is_not_bytes(odd: Any) -> None:
    seal = sealing()
    assert seal.pack(Ring([odd, b"a"]), 1 << 30) == (b"", 0)
    assert seal.pack(Ring([b"a", odd]), 1 << 30) == (framed(expected(1, 0, b"a")), 1)


def test_packing_takes_any_iterable_and_changes_none() -> None:
    queue = Ring([b"a"])
    assert sealing().pack(queue, 1) == sealing().pack((b"a",), 1)
    assert list(queue) == [b"a"]
    assert sealing().pack((), 1) == (b"", 0)


def test_no_number_comes_twice() -> None:
    """RFC 26: no more than 2^64-1 commands."""
    seal = sealing(LAST - 2)
    assert seal.pack(Ring([b"a", [b"b", b"c"]]), 1 << 30) == (framed(expected(LAST - 1, 0, b"a")), 1)
    assert seal.close(0, b"b") == expected(LAST, 0, b"b")
    for _ in range(2):
        with pytest.raises(OverflowError, match=str(LAST)):
            seal.close(0, b"c")
        assert seal.pack(Ring([b"c"]), 1) == (b"", 0)


@pytest.mark.parametrize("arguments", [(KEY[1:], OURS, THEIRS), (KEY, b"", THEIRS), (KEY, OURS, OURS * 2)])
def test_sizes_are_checked(arguments: tuple[bytes, bytes, bytes]) -> None:
    with pytest.raises(ValueError, match="a key has 32 octets"):
        Seal(*arguments, 0, 0)


# -- opening -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_what_was_closed_can_be_opened(size: int) -> None:
    body = octets(size)
    message = sealing().close(1, body)
    number = message[8:16]
    assert crypto_box_open_afternm(message[16:], OURS + number, KEY) == b"\1" + body
    assert opening().open(message) == (1, body)
    assert unpacked(opening(), framed(message)) == ([], len(framed(message)), [body])


def test_the_next_number_is_expected_and_no_other() -> None:
    """CURVE-2, and more: libzmq lets a number be missing."""
    seal, peer = opening(4), sealing(3)
    fourth, fifth, sixth, seventh = (peer.close(0, body) for body in (b"4", b"5", b"6", b"7"))
    for wrong in (fourth, sixth, seventh):
        assert seal.open(wrong) is None
        assert unpacked(seal, framed(wrong)) == ([], 0, [])
    assert seal.received == 4
    assert unpacked(seal, framed(fifth) + framed(seventh)) == ([b"5"], len(framed(fifth)), [])
    assert seal.open(fifth) is None
    assert seal.open(sixth) == (0, b"6")
    assert seal.received == 6


def test_no_number_follows_the_last() -> None:
    seal = opening(LAST - 1)
    assert seal.open(expected(LAST, 0, b"")) == (0, b"")
    for number in (0, 1, LAST):
        assert seal.open(expected(number, 0, b"")) is None


@pytest.mark.parametrize("place", range(16 + 16 + 1 + 3))
@pytest.mark.parametrize("bit", [1, 128])
def test_nothing_that_was_changed_is_opened(place: int, bit: int) -> None:
    message = bytearray(sealing(300).close(0, b"abc"))
    message[place] ^= bit
    seal = opening(300)
    assert seal.open(bytes(message)) is None
    assert unpacked(seal, framed(bytes(message))) == ([], 0, [])
    assert seal.received == 300


@pytest.mark.parametrize("place", [16, 32, 33, 63, 64, 65, 1000, 39_999])
def test_nothing_that_was_changed_in_a_large_body_is_opened(place: int) -> None:
    message = bytearray(sealing().close(0, octets(40_000)))
    message[place] ^= 4
    assert opening().open(bytes(message)) is None


@pytest.mark.parametrize("size", range(OVERHEAD + 1))
def test_nothing_that_was_cut_is_opened(size: int) -> None:
    message = sealing().close(0, b"x")[:size]
    assert opening().open(message) is None
    assert unpacked(opening(), framed(message)) == ([], 0, [])


@pytest.mark.parametrize("size", [5, 5000, 50_000])
def test_nothing_is_opened_with_another_key_or_by_its_own_side(size: int) -> None:
    message = sealing().close(0, bytes(size))
    assert opening(key=bytes(KEY_SIZE)).open(message) is None
    assert sealing().open(message) is None
    assert Seal(KEY, OURS, OURS, 0, 0).open(message) is not None


def test_unpacking_joins_frames_and_stops_at_the_limit() -> None:
    data = sealing().pack(Ring([b"a", [b"b", b"", b"c" * 300], b"d"]), 1 << 30)[0]
    assert unpacked(opening(), data) == ([b"a", [b"b", b"", b"c" * 300], b"d"], len(data), [])
    taken, end, _ = unpacked(opening(), data, limit=1)
    assert (taken, end) == ([b"a"], len(framed(expected(1, 0, b"a"))))
    assert unpacked(opening(), data, limit=0) == ([], 0, [])


def test_unpacking_leaves_what_is_not_ordinary() -> None:
    message = sealing().close(0, b"abc")
    command = sealing().close(2, b"\4PING")
    for frame in (
        b"\1" + framed(message)[1:],
        b"\4" + framed(message)[1:],
        framed(command),
        b"\0",
        b"",
        b"\2\0",
    ):
        seal = opening()
        assert unpacked(seal, frame) == ([], 0, [])
        assert seal.received == 0


def test_unpacking_leaves_a_body_above_the_limit() -> None:
    data = framed(sealing().close(0, bytes(300 - OVERHEAD)))
    assert unpacked(opening(), data, largest=299) == ([], 0, [])
    assert unpacked(opening(), data, largest=300)[1] == len(data)


@pytest.mark.parametrize("size", [2**63, 2**64 - 1])
def test_unpacking_is_not_led_astray_by_a_monstrous_length(size: int) -> None:
    data = b"\2" + size.to_bytes(8, "big") + bytes(100)
    assert unpacked(opening(), data, largest=2**63 - 1) == ([], 0, [])


@given(messages, st.integers(1, 1000), st.integers(0, 1 << 20))
def test_what_was_packed_is_unpacked_however_it_comes(sent: list[Message], budget: int, cut: int) -> None:
    seal, peer = sealing(), opening()
    queue, data = Ring(sent), b""
    while queue:
        packed, count = seal.pack(queue, budget)
        assert count
        data += packed
        for _ in range(count):
            queue.popleft()
    into: Ring[Message] = Ring()
    parts: list[bytes] = []
    end = peer.unpack(data[: cut % (len(data) + 1)], 0, into, -1, parts, 1 << 40)
    assert list(into) == sent[: len(into)]
    assert peer.unpack(data, end, into, -1, parts, 1 << 40) == len(data)
    assert (list(into), parts) == (sent, [])


# -- where PyNaCl hides parts of libsodium -----------------------------------------------------------

WITHOUT_PARTS = """
import ctypes

class Hiding(ctypes.CDLL):
    def __init__(self, name, *arguments, **options):
        if "sodium" in str(name):
            hidden.append(name)
            raise OSError
        super().__init__(name, *arguments, **options)

hidden = []
ctypes.CDLL = Hiding
from tests.leaf import test_seal as tests
from zerowire import build_info

for size in tests.SIZES:
    tests.test_a_message_is_what_rfc_26_says(size)
    tests.test_what_was_closed_can_be_opened(size)
tests.test_unpacking_joins_frames_and_stops_at_the_limit()
for place in range(16 + 16 + 1 + 3):
    tests.test_nothing_that_was_changed_is_opened(place, 1)
assert len(hidden) == build_info()["compiled"]
"""


def test_messages_are_the_same_where_pynacl_hides_parts_of_libsodium() -> None:
    """As on Windows, where a library shows only what it was told to."""
    subprocess.run([sys.executable, "-c", WITHOUT_PARTS], check=True, timeout=60)
