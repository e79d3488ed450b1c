"""What a source still can send again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerowire.pgm.serial import add
from zerowire.pgm.transmit_window import PACKET, TransmitWindow


@pytest.mark.parametrize("first", [0, 2**32 - 2])
def test_oldest_packets_make_room(first: int) -> None:
    window = TransmitWindow(3 * (PACKET + 1), first)
    assert (window.trail, window.lead) == (first, add(first, -1))
    numbers = [window.append(b"%d" % number) for number in range(5)]
    assert numbers == [add(first, number) for number in range(5)]
    assert (window.trail, window.lead) == (numbers[2], numbers[4])
    assert [window.find(number) for number in numbers] == [None, None, b"2", b"3", b"4"]
    assert window.find(add(first, 5)) is None
    assert window.find(add(first, -1)) is None


def test_newest_packet_is_kept_however_large() -> None:
    """RECOVERY_IVL may be 0."""
    window = TransmitWindow(0)
    window.append(b"x" * 100)
    window.append(b"y" * 100)
    assert window.find(1) == b"y" * 100
    assert (window.trail, window.lead) == (1, 1)


@given(st.lists(st.integers(0, 300), max_size=60), st.integers(0, 2000))
def test_as_many_are_kept_as_there_is_room_for(sizes: list[int], room: int) -> None:
    window = TransmitWindow(room)
    for size in sizes:
        window.append(bytes(size))
    kept = [number for number in range(len(sizes)) if window.find(number) is not None]
    expected: list[int] = []
    for number in reversed(range(len(sizes))):
        room -= sizes[number] + PACKET
        if room < 0 and expected:
            break
        expected.insert(0, number)
    assert kept == expected
