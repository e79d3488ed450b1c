"""leaf.datagrams: many out of a socket at once."""

from __future__ import annotations

import select
import socket
from collections import deque
from collections.abc import Iterator

import pytest

from zerowire.leaf.datagrams import LARGEST, MOST, Inbox
from zerowire.transport.pgm_packets import PacketSender

HERE = "127.0.0.1"
PATIENCE = 10.0


@pytest.fixture(params=[socket.AF_INET, socket.AF_INET6], ids=["IPv4", "IPv6"])
def ears(request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, socket.socket, str]]:
    """A socket that listens, one that speaks to it, and the address of both."""
    host = HERE if request.param == socket.AF_INET else "::1"
    with (
        socket.socket(request.param, socket.SOCK_DGRAM) as ear,
        socket.socket(request.param, socket.SOCK_DGRAM) as mouth,
    ):
        try:
            ear.bind((host, 0))
        except OSError:
            pytest.skip("no IPv6 here")
        mouth.bind((host, 0))
        ear.setblocking(False)
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        yield ear, mouth, host


def all_of(inbox: Inbox, ear: socket.socket, count: int) -> tuple[list[bytes], set[str]]:
    """Return so many datagrams, and where they came from."""
    octets: list[bytes] = []
    places = set()
    while len(octets) < count:
        assert select.select([ear], [], [], PATIENCE)[0], f"only {len(octets)} have come"
        for batch, place in inbox.receive():
            octets += batch
            places.add(place)
    return octets, places


def test_datagrams_come_as_they_were_sent(ears: tuple[socket.socket, socket.socket, str]) -> None:
    ear, mouth, host = ears
    inbox = Inbox(ear, has_header=False)
    sent = [bytes((size % 256,)) * size for size in (1, 0, 1400, 60_000, *range(2 * MOST))]
    for octets in sent:
        mouth.sendto(octets, ear.getsockname())
    assert all_of(inbox, ear, len(sent)) == (sent, {host})
    assert inbox.receive() == []


def test_datagrams_that_were_sent_as_one_are_many(ears: tuple[socket.socket, socket.socket, str]) -> None:
    """UDP_SEGMENT and UDP_GRO, where there are such."""
    ear, mouth, host = ears
    inbox, sender = Inbox(ear, has_header=False), PacketSender(mouth, is_udp=True)
    sizes = [1400] * 100 + [7, 1400, 1, 1, 1, 2000, 2000, 30, 1401, 1400]
    sent = [bytes((place,)) * size for place, size in enumerate(sizes)]
    waiting = deque(sent)
    assert sender.send(waiting, ear.getsockname()) == sum(sizes)
    assert not waiting
    assert all_of(inbox, ear, len(sent)) == (sent, {host})


def test_senders_are_told_apart() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind((HERE, 0))
        ear.setblocking(False)
        for number, host in enumerate(["127.0.0.1", "127.0.0.2", "127.0.0.2", "127.0.0.1"]):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
                try:
                    mouth.bind((host, 0))
                except OSError:
                    pytest.skip("this machine has one address alone")
                mouth.sendto(b"%d" % number, ear.getsockname())
        heard = [
            (octets, place) for batch, place in Inbox(ear, has_header=False).receive() for octets in batch
        ]
    assert heard == [(b"0", "127.0.0.1"), (b"1", "127.0.0.2"), (b"2", "127.0.0.2"), (b"3", "127.0.0.1")]


def test_header_of_ip_is_taken_off() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth,
    ):
        ear.bind((HERE, 0))
        ear.setblocking(False)
        for octets in (b"\x46" + bytes(23) + b"packet", b"\x45" + bytes(19), b"\x4fcut short"):
            mouth.sendto(octets, ear.getsockname())
        inbox = Inbox(ear, has_header=True)
        assert all_of(inbox, ear, 3) == ([b"packet", b"", b""], {HERE})


def test_closed_socket_has_nothing() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        inbox = Inbox(ear, has_header=False)
        ear.setblocking(False)
        assert inbox.receive() == []
    assert inbox.receive() == []
    assert LARGEST == 65536
