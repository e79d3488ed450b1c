"""Messages from a publisher to a subscriber, through a network that loses, doubles and shuffles packets."""

from __future__ import annotations

import random
from collections import deque
from ipaddress import IPv4Address

from hypothesis import given, settings
from hypothesis import strategies as st

from zerowire.message import Message, frames_of
from zerowire.pgm.packet import Tsi, decode
from zerowire.pgm.receive_window import Loss
from zerowire.pgm.receiver import Receiver
from zerowire.pgm.source import Limits, Source
from zerowire.zmtp.legacy import LegacyEncoder
from zerowire.zmtp.multicast import OFFSET, Assembler, Slicer

TSI, PORT = Tsi(b"source", 1), 5555
GROUP, HERE = IPv4Address("239.1.1.1"), IPv4Address("10.0.0.1")
STEP = 0.01  # seconds from one packet to the next
PAYLOAD = 200  # octets


class Network:
    """A source and a receiver, and what lies between them."""

    def __init__(self, seed: int, rate: float, window: int, first: int) -> None:
        self._chance = random.Random(seed)
        self._rate = rate
        limits = Limits(1e9, 1e9, window)
        self.source = Source(TSI, PORT, HERE, limits=limits, now=0.0, first=first)
        self.receiver = Receiver(PORT, GROUP, window=1000, random=self._chance.random)
        self._under_way = self.source.packets_to_send()  # the first SPMs come, so the session is known
        self.arrived: list[bytes | Loss] = []

    def _survives(self) -> bool:
        return self._chance.random() >= self._rate

    def pass_on(self, now: float) -> None:
        """Let some of what is under way arrive, in both directions."""
        self.source.handle_timeout(now)
        self._under_way += [packet for packet in self.source.packets_to_send() if self._survives()]
        self._chance.shuffle(self._under_way)
        half = len(self._under_way) // 2 + 1
        arriving, self._under_way = self._under_way[:half], self._under_way[half:]
        for packet in arriving:
            for _ in range(1 + (self._chance.random() < 0.1)):
                self.receiver.hear(packet, str(HERE), now)
        self.receiver.handle_timeout(now)
        for _, complaint in self.receiver.packets_to_send():
            if self._survives():
                self.source.receive(decode(complaint), now)
        self.arrived += [what for _, batch in self.receiver.take() for what in batch]

    def carry(self, payloads: list[bytes]) -> None:
        """Send payloads, and go on until each has come, or is known to be lost."""
        left = deque(payloads)
        now = 0.0
        while sum(what.packets if isinstance(what, Loss) else 1 for what in self.arrived) < len(payloads):
            assert now < 500, "what is missing neither comes nor is lost"
            now += STEP
            if left and self.source.try_send(left[0], now):
                left.popleft()
            self.pass_on(now)


def sliced(messages: list[Message]) -> tuple[list[bytes], list[range]]:
    """Return messages as payloads, and of each message the numbers of the payloads that it is in."""
    encoder, slicer, queue = LegacyEncoder(), Slicer(PAYLOAD), deque(messages)
    payloads, places, start = [], [], 0
    while payload := slicer.next(queue):
        payloads.append(payload)
    for message in messages:
        end = start + sum(encoder.frame_size(len(frame)) for frame in frames_of(message))
        room = PAYLOAD - OFFSET.size
        places.append(range(start // room, (end - 1) // room + 1))
        start = end
    return payloads, places


def assembled(arrived: list[bytes | Loss]) -> tuple[list[Message], set[int]]:
    """Return the messages in payloads, and the numbers of those payloads that are lost."""
    assembler, messages, lost, place = Assembler(), list[Message](), set[int](), 0
    for what in arrived:
        if isinstance(what, Loss):
            assembler.lose()
            lost.update(range(place, place + what.packets))
            place += what.packets
        else:
            assembler.receive(what, messages)
            place += 1
    return messages, lost


FRAME = st.integers(0, 600).map(lambda size: random.Random(size).randbytes(size))
MESSAGES = st.lists(st.one_of(FRAME, st.lists(FRAME, min_size=2, max_size=4)), min_size=1, max_size=25)


@given(
    messages=MESSAGES,
    seed=st.integers(0, 2**32),
    rate=st.floats(0.0, 0.6),
    window=st.sampled_from([600, 2000, 1 << 20]),
    first=st.sampled_from([0, 2**32 - 5]),
)
@settings(max_examples=60, deadline=None)
def test_messages_in_lost_packets_are_lost_and_all_others_come_whole_and_in_order(
    messages: list[Message], seed: int, rate: float, window: int, first: int
) -> None:
    """PGM-2: what a window still holds is repaired; what it does not is told, and costs no other message."""
    payloads, places = sliced(messages)
    network = Network(seed, rate, window, first)
    network.carry(payloads)
    got, lost = assembled(network.arrived)
    whole = [message for message, place in zip(messages, places, strict=True) if not lost & set(place)]
    assert got == whole
    if window > 1000 * len(payloads):
        assert got == messages
