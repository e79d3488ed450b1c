"""What a receiver makes of what a network does to packets."""

from __future__ import annotations

import random
from ipaddress import IPv4Address

from hypothesis import given, settings
from hypothesis import strategies as st

from zerowire.pgm.packet import Kind, Tsi, decode
from zerowire.pgm.receive_window import BACK_OFF_TIME, DATA_TIME, MOST_TRIES, NCF_TIME, Loss, ReceiveWindow
from zerowire.pgm.receiver import Receiver
from zerowire.pgm.serial import distance
from zerowire.pgm.source import Limits, Source

TSI = Tsi(b"source", 1)
GROUP, HERE = IPv4Address("239.1.1.1"), IPv4Address("10.0.0.1")
PORT = 5555
STEP = 0.01  # seconds between two packets


def test_packets_are_delivered_in_their_order() -> None:
    window = ReceiveWindow(5, 10, lambda: 0.5)
    for number in (5, 7, 6, 7, 5):
        window.on_data(number, 0, b"%d" % number, 0.0)
    assert window.take() == [b"5", b"6", b"7"]
    assert window.duplicates == 2
    assert window.missing == 0


def test_missing_packet_is_asked_for_until_it_comes() -> None:
    window = ReceiveWindow(0, 10, lambda: 1.0)
    window.on_data(1, 0, b"1", 0.0)
    assert window.next_timeout() == BACK_OFF_TIME
    assert window.handle_timeout(0.01) == []
    assert window.handle_timeout(0.05) == [0]
    assert window.next_timeout() == 0.05 + NCF_TIME
    window.on_confirmed([0], 0.1)
    assert window.handle_timeout(0.05 + NCF_TIME) == []  # it waits for the data now
    assert window.next_timeout() == 0.1 + DATA_TIME
    assert window.handle_timeout(0.31) == []  # it backs off once more
    assert window.handle_timeout(0.37) == [0]
    window.on_data(0, 0, b"0", 0.4)
    assert window.take() == [b"0", b"1"]
    assert window.repaired == 1
    assert window.next_timeout() is None


def test_packet_that_nobody_sends_again_is_given_up() -> None:
    window = ReceiveWindow(0, 10, lambda: 0.0)
    window.on_data(1, 0, b"1", 0.0)
    asked = 0
    while (now := window.next_timeout()) is not None:
        asked += len(window.handle_timeout(now))
    assert window.take() == [Loss(1), b"1"]
    assert asked == MOST_TRIES + 1


def test_window_of_the_source_tells_of_gaps_and_of_losses() -> None:
    window = ReceiveWindow(0, 10, lambda: 0.0)
    window.on_window(0, 2, 0.0)
    assert window.missing == 3
    window.on_window(2, 4, 0.0)
    assert window.take() == [Loss(2)]
    assert window.missing == 3
    window.on_window(9, 3, 0.0)  # no window
    assert window.missing == 3


def test_oldest_numbers_make_room_for_what_is_far_ahead() -> None:
    window = ReceiveWindow(0, 4, lambda: 0.0)
    window.on_data(1, 0, b"1", 0.0)
    window.on_data(6, 0, b"6", 0.0)
    assert window.take() == [Loss(1), b"1", Loss(1)]
    window.on_data(2**31 - 1, 0, b"far", 0.0)
    assert window.missing <= 4
    assert sum(what.packets for what in window.take() if isinstance(what, Loss)) == 2**31 - 1 - 4 - 3


@given(
    first=st.sampled_from([0, 7, 2**32 - 20]),
    losses=st.integers(0, 2**32),
    rate=st.floats(0.0, 0.4),
    count=st.integers(1, 60),
)
@settings(max_examples=40, deadline=None)
def test_nothing_is_lost_that_the_source_still_has(first: int, losses: int, rate: float, count: int) -> None:
    """Any loss, duplication and reordering, in either direction: the window of the source holds it all."""
    chance = random.Random(losses)
    limits = Limits(1e9, 1e9, 100_000)
    source = Source(TSI, PORT, HERE, limits=limits, now=0.0, first=first)
    receiver = Receiver(PORT, GROUP, window=1000, random=chance.random)
    sent = [b"%d" % number for number in range(count)]
    got: list[bytes | Loss] = []
    under_way: list[bytes] = (
        source.packets_to_send()
    )  # the first SPMs come, so the receiver knows the session
    now, left = 0.0, list(sent)
    while len(got) < count:
        assert now < 120, "what is missing does not come"
        now += STEP
        if not left and not under_way:
            now = max(now, min(source.next_timeout(), receiver.next_timeout() or now))
        if left and source.try_send(left[0], now):
            left.pop(0)
        source.handle_timeout(now)
        under_way += [packet for packet in source.packets_to_send() if chance.random() >= rate]
        chance.shuffle(under_way)
        arriving, under_way = under_way[: len(under_way) // 2 + 1], under_way[len(under_way) // 2 + 1 :]
        for packet in arriving:
            for _ in range(1 + (chance.random() < 0.1)):
                receiver.hear(packet, "10.0.0.1", now)
        receiver.handle_timeout(now)
        for _, complaint in receiver.packets_to_send():
            if chance.random() >= rate:
                source.receive(decode(complaint), now)
        got += [what for _, batch in receiver.take() for what in batch]
    assert got == sent


@given(seed=st.integers(0, 2**32), size=st.integers(1, 8))
@settings(max_examples=100, deadline=None)
def test_what_is_beyond_the_window_is_reported_and_the_rest_comes_in_order(seed: int, size: int) -> None:
    chance = random.Random(seed)
    window = ReceiveWindow(0, size, chance.random)
    got: list[bytes | Loss] = []
    for number in range(200):
        if chance.random() < 0.5:
            window.on_data(number, max(0, number - size), b"%d" % number, number * STEP)
        got += window.take()
    window.on_window(200, 199, 2.0)  # the source has nothing any more
    got += window.take()
    place = 0
    for what in got:
        if isinstance(what, Loss):
            place += what.packets
        else:
            assert what == b"%d" % place
            place += 1
    assert place == 200


NUMBERS = st.builds(
    lambda base, step: (base + step) % 2**32,
    st.sampled_from([0, 0, 0, 2**31, 2**32 - 1, 2**30]),
    st.integers(-40, 40),
)


@given(st.lists(st.tuples(st.sampled_from("dwnt"), NUMBERS, NUMBERS), max_size=60))
@settings(max_examples=500, deadline=None)
def test_nonsense_does_not_grow_a_window(said: list[tuple[str, int, int]]) -> None:
    """Whatever numbers come, all that is kept lies between the next and the newest."""
    window = ReceiveWindow(0, 16, lambda: 0.5)
    now = 0.0
    for kind, number, trail in said:
        now += STEP
        if kind == "d":
            window.on_data(number, trail, b"x", now)
        elif kind == "w":
            window.on_window(trail, number, now)
        elif kind == "n":
            window.on_confirmed([number], now)
        else:
            now += 1.0
            window.handle_timeout(now)
        window.take()
        inside = [distance(window.next, each) for each in (*window._kept, *window._missing)]
        assert all(0 <= place <= distance(window.next, window._lead) < 16 for place in inside)
        assert -1 <= distance(window.next, window._seen) <= distance(window.next, window._lead)
        assert window.missing <= 16


def test_kinds_of_packets_have_numbers_of_the_specification() -> None:
    assert [kind.value for kind in Kind] == [0, 4, 5, 8, 9, 10, 12]
