"""leaf.checksum, against words that are added one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zerowire.leaf.checksum import checksum, joined


def slowly(octets: bytes) -> int:
    total = 0
    for place in range(0, len(octets), 2):
        total += int.from_bytes(octets[place : place + 2].ljust(2, b"\0"), "big")
        total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - total or 0xFFFF


@given(st.binary(max_size=200))
def test_checksum_is_the_complement_of_the_sum_of_words(octets: bytes) -> None:
    assert checksum(octets) == slowly(octets)


def test_checksum_of_many_octets() -> None:
    for size in (1427, 1428, 1429, 1430, 65535):
        for octets in (b"\xff" * size, bytes(range(256)) * 256):
            assert checksum(octets[:size]) == slowly(octets[:size])


def test_checksum_is_never_zero_which_means_that_there_is_none() -> None:
    assert checksum(b"") == 0xFFFF
    assert checksum(b"\xff\xff") == 0xFFFF
    assert checksum(b"\0\1") == 0xFFFE
    assert checksum(b"\1") == 0xFEFF


@given(st.binary(min_size=2, max_size=100))
def test_octets_with_their_checksum_have_that_of_nothing(octets: bytes) -> None:
    without = b"\0\0" + octets[2:]
    assert checksum(checksum(without).to_bytes(2, "big") + octets[2:]) == 0xFFFF


@given(st.binary(min_size=2, max_size=40), st.binary(max_size=100), st.data())
def test_checksum_of_what_is_joined_stands_in_its_place(
    head: bytes, data: bytes, choice: st.DataObject
) -> None:
    place = choice.draw(st.integers(0, len(head) // 2 - 1)) * 2
    head = head[:place] + b"\0\0" + head[place + 2 :]
    sum_ = slowly(head + data).to_bytes(2, "big")
    assert joined(head, data, place) == head[:place] + sum_ + head[place + 2 :] + data
