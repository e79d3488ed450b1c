"""Packets in and out of sockets, one by one and many as one."""

from __future__ import annotations

import sys
from collections import deque
from errno import EIO, ENETDOWN
from typing import Any

import pytest

from zerowire.transport.pgm_packets import (
    LONGEST_RUN,
    MOST_IN_RUN,
    PacketSender,
    run_of,
)


class Fake:
    """A socket that fails."""

    def __init__(self, *errors: OSError | None) -> None:
        self._errors = deque(errors)
        self.sent: list[list[bytes]] = []

    def sendto(self, packet: bytes, address: Any) -> None:
        self.sendmsg([packet])

    def sendmsg(self, packets: list[bytes], *_: Any) -> None:
        if self._errors and (error := self._errors.popleft()) is not None:
            raise error
        self.sent.append(packets)


def test_run_ends_with_a_packet_that_is_shorter_and_before_one_that_is_longer() -> None:
    def run(*sizes: int) -> list[int]:
        return [len(packet) for packet in run_of(deque(bytes(size) for size in sizes))]

    assert run(5, 5, 3, 5) == [5, 5, 3]
    assert run(5, 5, 6) == [5, 5]
    assert run(5) == [5]
    assert run(*[1] * 100) == [1] * MOST_IN_RUN
    assert run(*[9000] * 20) == [9000] * (LONGEST_RUN // 9000)
    assert run(LONGEST_RUN + 1, 1) == [LONGEST_RUN + 1]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux joins packets")
def test_interface_that_takes_no_runs_is_given_packets_one_by_one() -> None:
    fake: Any = Fake(OSError(EIO, "cannot"))
    sender, packets = PacketSender(fake, is_udp=True), deque([b"a", b"b", b"c"])
    assert sender.send(packets, None) == 3
    assert fake.sent == [[b"a"], [b"b"], [b"c"]]


def test_packets_that_the_system_cannot_take_now_stay() -> None:
    fake: Any = Fake(None, BlockingIOError())
    sender, packets = PacketSender(fake, is_udp=False), deque([b"a", b"b", b"c"])
    assert sender.send(packets, None) == 1
    assert list(packets) == [b"b", b"c"]


def test_packets_are_lost_while_the_network_is_down() -> None:
    fake: Any = Fake(OSError(ENETDOWN, "down"))
    packets = deque([b"a", b"b", b"long"])
    assert PacketSender(fake, is_udp=True).send(packets, None) == 6
    assert not packets
