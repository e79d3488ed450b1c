"""Packets to groups and back, on this machine."""

from __future__ import annotations

import os
import select
import socket
import sys
from collections import deque
from collections.abc import Callable, Iterator
from errno import EADDRINUSE, ENETUNREACH, EPERM
from typing import Any

import pytest

from tests.transport.conftest import PATIENCE, MakeSettings
from zerowire.error import ZMQError
from zerowire.transport import epgm, pgm, pgm_sockets
from zerowire.transport.pgm_address import parse
from zerowire.transport.pgm_packets import PacketSocket
from zerowire.transport.pgm_sockets import Channel, Medium

NAK, SPMR, ODATA = 8, 12, 4
HOSTS = {4: "127.0.0.1", 6: "[::1]"}
# Several runs of the tests share the loopback interface.
GROUPS = {
    4: [f"239.255.{os.getpid() >> 8 & 255}.{number}" for number in range(3)],
    6: [f"[ff01::{os.getpid():x}:{number}]" for number in range(3)],
}
Join: Any = Callable[..., Channel]


def has_ipv6() -> bool:
    """Whether the loopback interface carries multicast of IPv6; that of Linux does not, as a rule."""
    level = socket.IPPROTO_IPV6
    try:
        number = socket.if_nametoindex("lo")
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
            sock.setsockopt(level, socket.IPV6_MULTICAST_IF, number)
            group = socket.inet_pton(socket.AF_INET6, "ff01::77")
            sock.setsockopt(level, socket.IPV6_JOIN_GROUP, group + number.to_bytes(4, sys.byteorder))
            sock.bind(("::", 0))
            sock.sendto(b"", ("ff01::77", sock.getsockname()[1], 0, number))
            return bool(select.select([sock], [], [], 0.2)[0])
    except OSError:
        return False


def has_raw_sockets() -> bool:
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, 113).close()
    except OSError:
        return False
    return True


VERSIONS = [
    4,
    pytest.param(6, marks=pytest.mark.skipif(not has_ipv6(), reason="no multicast of IPv6 on lo")),
]
MEDIA = [
    epgm.TRANSPORT,
    pytest.param(
        pgm.TRANSPORT, marks=pytest.mark.skipif(not has_raw_sockets(), reason="no right to raw sockets")
    ),
]


@pytest.fixture(params=MEDIA, ids=lambda medium: medium.scheme)
def medium(request: pytest.FixtureRequest) -> Medium:
    found: Medium = request.param
    return found


@pytest.fixture(params=VERSIONS, ids=lambda version: f"ipv{version}")
def version(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found


@pytest.fixture
def port() -> int:
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        number: int = sock.getsockname()[1]
        return number


@pytest.fixture
def join(medium: Medium, version: int, port: int, make_settings: MakeSettings) -> Iterator[Join]:
    """Return `join(group, publishes=False, **settings)`, which opens a channel on the loopback interface."""
    channels: list[Channel] = []

    def open_one(group: int = 0, *, publishes: bool = False, **values: Any) -> Channel:
        address = f"{HOSTS[version]};{GROUPS[version][group]}:{port}"
        channels.append(medium.open(address, make_settings(**values), publishes=publishes))
        return channels[-1]

    yield open_one
    for channel in channels:
        channel.close()


def hear(sock: PacketSocket, timeout: float = PATIENCE) -> bytes | None:
    """Return the next packet, None when there is none in time."""
    if not select.select([sock], [], [], timeout)[0]:
        return None
    packets = [octets for batch, _ in sock.receive() for octets in batch]
    assert len(packets) <= 1
    return packets[0] if packets else None


def say(channel: Channel, *packets: bytes) -> int:
    """Send packets to the group; return the octets that the system has taken."""
    return channel.send(deque(packets))


def packet(kind: int, number: int = 0) -> bytes:
    """Return as much of a packet as the filter looks at."""
    return bytes((0, 1, 0, 2, kind, 0, 0, 0)) + number.to_bytes(24, "big")


def test_all_listeners_of_a_group_hear_it_and_no_others(join: Join) -> None:
    """libzmq hears every group that anybody on its machine has joined at the port."""
    first, second, stranger = join(), join(), join(1)
    publisher = join(publishes=True)
    assert say(publisher, packet(ODATA, 1)) == 32
    for channel in (first, second):
        ((ear, group),) = channel.ears
        assert group == channel.place.group
        select.select([ear], [], [], PATIENCE)
        assert ear.receive() == [([packet(ODATA, 1)], str(publisher.place.interface.address))]
        assert ear.receive() == []
    assert stranger.ears[0][0].receive() == []


def test_listener_of_several_groups_knows_which_it_was(
    medium: Medium, version: int, port: int, make_settings: MakeSettings, join: Join
) -> None:
    first, second, third = GROUPS[version]
    address = f"{HOSTS[version]};{first},{second};{third}:{port}"
    channel = medium.open(address, make_settings(), publishes=False)
    try:
        assert [str(group) for _, group in channel.ears] == [first.strip("[]"), second.strip("[]")]
        say(join(1, publishes=True), packet(ODATA, 2))
        assert hear(channel.ears[1][0]) == packet(ODATA, 2)
        assert channel.ears[0][0].receive() == []
    finally:
        channel.close()


def test_source_hears_what_is_said_to_it_alone(join: Join) -> None:
    publisher, subscriber = join(publishes=True), join()
    own, place = publisher.ears[0]
    assert place is None
    subscriber.send_to(packet(NAK, 3), str(publisher.place.interface.address))
    assert hear(own) == packet(NAK, 3)


@pytest.mark.skipif(sys.platform != "linux", reason="needs a filter of Linux")
def test_source_hears_questions_to_the_group_and_no_data(join: Join) -> None:
    """Else it would read again all that it has sent."""
    publisher, subscriber = join(publishes=True), join()
    (group_ear,) = [ear for ear, group in publisher.ears if group is not None]
    say(publisher, packet(ODATA))
    say(subscriber, packet(SPMR, 4))
    assert hear(group_ear) == packet(SPMR, 4)
    publisher.send_here(packet(NAK, 5), str(publisher.place.group))
    assert hear(group_ear) == packet(NAK, 5)
    assert group_ear.receive() == []


def test_without_a_filter_a_source_hears_its_own_address_alone(
    join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pgm_sockets, "attach_filter", lambda sock, has_ports: False)
    assert [group for _, group in join(publishes=True).ears] == [None]


def test_several_sources_share_an_address(join: Join) -> None:
    for _ in range(3):
        join(publishes=True)


def test_options_reach_the_system(join: Join, version: int) -> None:
    """PGM-1"""
    channel = join(publishes=True, multicast_hops=7, multicast_loop=False, sndbuf=40_000, rcvbuf=50_000)
    sender = channel._sender
    if version == 4:
        level, names = socket.IPPROTO_IP, ("IP_MULTICAST_TTL", "IP_MULTICAST_LOOP", "IP_TOS")
    else:
        level, names = socket.IPPROTO_IPV6, ("IPV6_MULTICAST_HOPS", "IPV6_MULTICAST_LOOP", "IPV6_TCLASS")
    found = [sender.getsockopt(level, getattr(socket, name)) for name in names]
    assert found == [7, 0, 0xB8]
    channel.send_here(packet(ODATA), str(channel.place.group))
    assert [sender.getsockopt(level, getattr(socket, name)) for name in names] == found
    assert sender.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) >= 40_000
    for sock in channel._sockets:
        assert 50_000 <= sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) <= 100_000
    assert join(tos=0x20)._sender.getsockopt(level, getattr(socket, names[2])) == 0x20


def test_system_keeps_more_for_a_faster_rate(join: Join) -> None:
    def room(**values: Any) -> int:
        sock = join(**values)._sockets[-1]
        size: int = sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        return size

    assert room(rate=100_000) > room(rate=100)
    assert room(rate=100_000, rcvbuf=4096) <= 8192


def test_fastest_rate_is_no_more_than_the_system_can_be_asked_for(join: Join) -> None:
    assert join(rate=2**31 - 1)._sockets


def test_group_that_no_packet_could_reach_is_refused(make_settings: MakeSettings) -> None:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex("lo"))
            sock.connect(("ff08::1", 1))
    except OSError as error:
        if error.errno != ENETUNREACH:
            pytest.skip("no IPv6 here")
    else:
        pytest.skip("there is a way to groups of IPv6 on lo")
    with pytest.raises(ZMQError, match=r"epgm://\[::1\];\[ff08::1\]:5555"):
        epgm.TRANSPORT.open("[::1];[ff08::1]:5555", make_settings(), publishes=True)


def test_packet_that_cannot_be_sent_counts_as_lost_on_the_way(join: Join, version: int) -> None:
    channel = join(publishes=True)
    assert say(channel, bytes(70_000)) == 70_000  # too large for IP
    nobody = "203.0.113.1" if version == 4 else "2001:db8::1"
    channel.send_to(packet(NAK), nobody)


def test_closed_channel_is_closed(join: Join) -> None:
    channel = join(publishes=True)
    assert channel.is_open
    channel.close()
    channel.close()
    assert not channel.is_open
    assert {ear.fileno() for ear, _ in channel.ears} == {-1}
    assert channel.ears[0][0].receive() == []


def test_overhead_is_that_of_the_headers_before_ours(join: Join, medium: Medium, version: int) -> None:
    assert (
        join().overhead
        == {("epgm", 4): 28, ("epgm", 6): 48, ("pgm", 4): 20, ("pgm", 6): 40}[medium.scheme, version]
    )


def test_raw_sockets_need_a_right(make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """libzmq ends the process."""

    def refuse(*_: Any) -> None:
        raise PermissionError(EPERM, "operation not permitted")

    monkeypatch.setattr(pgm_sockets, "parse", lambda address: PLACE)
    monkeypatch.setattr(socket, "socket", refuse)
    with pytest.raises(
        ZMQError, match=r"pgm://lo:5555 needs the right .* \(CAP_NET_RAW\); .* take epgm://"
    ) as caught:
        pgm.TRANSPORT.open("lo:5555", make_settings(), publishes=True)
    assert caught.value.errno == EPERM


PLACE = parse(f"127.0.0.1;{GROUPS[4][0]}:5555")


def test_port_that_somebody_keeps_for_himself(make_settings: MakeSettings, port: int) -> None:
    """libzmq ends the process here, too."""
    with socket.socket(type=socket.SOCK_DGRAM) as owner:
        owner.bind(("", port))
        for publishes in (True, False):
            with pytest.raises(ZMQError, match=f"address already in use: epgm://.*{port}") as caught:
                epgm.TRANSPORT.open(f"127.0.0.1;{GROUPS[4][0]}:{port}", make_settings(), publishes=publishes)
            assert caught.value.errno == EADDRINUSE


def test_endpoint_is_known_by_its_text_alone(make_settings: MakeSettings) -> None:
    assert epgm.TRANSPORT.resolve("lo:5555", make_settings()) == []
