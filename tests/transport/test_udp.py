"""Datagrams to addresses and groups, and back, on this machine (features 2.6)."""

from __future__ import annotations

import os
import select
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from errno import EADDRINUSE, EADDRNOTAVAIL, EINVAL, EMSGSIZE, ENODEV, ENOPROTOOPT
from typing import Any

import pytest

from tests.transport.conftest import PATIENCE, MakeSettings
from zerowire.error import ZMQError
from zerowire.transport import udp
from zerowire.transport.udp import TRANSPORT, DatagramSocket
from zerowire.transport.udp_address import parse_bind

# Several runs of the tests share the loopback interface.
GROUPS = [f"239.255.{os.getpid() >> 8 & 255}.{os.getpid() & 255}", f"239.254.0.{os.getpid() & 255}"]
HERE = "127.0.0.1"
Open = Callable[..., DatagramSocket]


@pytest.fixture
def opened(make_settings: MakeSettings) -> Iterator[Callable[..., DatagramSocket]]:
    """Return `opened(verb, address, **options)`: a socket, until the test ends."""
    with ExitStack() as stack:

        def make(verb: str, address: str, **options: Any) -> DatagramSocket:
            made: DatagramSocket = getattr(TRANSPORT, verb)(address, make_settings(**options))
            stack.callback(made.close)
            return made

        yield make


def address_of(sock: DatagramSocket) -> str:
    return sock.endpoint.removeprefix("udp://")


def heard(sock: DatagramSocket, timeout: float = PATIENCE) -> tuple[bytes, Any] | None:
    return sock.receive() if select.select([sock], [], [], timeout)[0] else None


def option(sock: DatagramSocket, level: int, number: int) -> int:
    return sock._socket.getsockopt(level, number)


def refusal(verb: str, address: str, settings: Any) -> ZMQError:
    with pytest.raises(ZMQError) as caught:
        getattr(TRANSPORT, verb)(address, settings)
    return caught.value


@pytest.mark.parametrize("host", [HERE, "*", "lo"])
def test_datagram_goes_to_an_address(opened: Open, host: str) -> None:
    listener = opened("bind", f"{host}:*")
    assert listener.receive() is None
    port = address_of(listener).rpartition(":")[2]
    sender = opened("connect", f"{HERE}:{port}")
    assert sender.endpoint == f"udp://{HERE}:{port}"
    assert sender.send(b"hello", sender.target)
    found = heard(listener)
    assert found is not None
    assert found[0] == b"hello"
    assert found[1][0] == HERE


@pytest.mark.usefixtures("needs_ipv6")
def test_wildcard_of_ipv6_is_for_both(opened: Open) -> None:
    listener = opened("bind", "*:*", ipv6=True)
    assert listener.endpoint.startswith("udp://[::]:")
    port = address_of(listener).rpartition(":")[2]
    for host in ("[::1]", HERE):
        sender = opened("connect", f"{host}:{port}", ipv6=True)
        sender.send(host.encode(), sender.target)
        found = heard(listener)
        assert found is not None
        assert found[0] == host.encode()


def test_second_address_is_tried_where_the_first_cannot_be_bound(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [*parse_bind("203.0.113.7:*", ipv6=False), *parse_bind(f"{HERE}:*", ipv6=False)]
    monkeypatch.setattr(udp, "parse_bind", lambda address, *, ipv6: places)
    assert opened("bind", "eth0:*").endpoint.startswith(f"udp://{HERE}:")


@pytest.mark.usefixtures("needs_ipv6")
def test_port_that_is_taken_is_not_bound_in_part(opened: Open, make_settings: MakeSettings) -> None:
    """Where both are wanted, IPv4 alone is not enough."""
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as other:
        other.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        other.bind(("::", 0))
        error = refusal("bind", f"*:{other.getsockname()[1]}", make_settings(ipv6=True))
    assert error.errno == EADDRINUSE


@pytest.mark.parametrize("where", ["", f"{HERE};", "lo;", "*;"])
def test_datagram_goes_to_all_members_of_a_group(opened: Open, where: str) -> None:
    """UDP-3"""
    first = opened("bind", f"{where}{GROUPS[0]}:*")
    address = address_of(first)
    assert address.startswith(f"{where}{GROUPS[0]}:")
    assert not address.endswith((":*", ":0"))
    second = opened("bind", address)
    sender = opened("connect", address)
    sender.send(b"hello", sender.target)
    for member in (first, second):
        found = heard(member)
        assert found is not None
        assert found[0] == b"hello"


def test_member_of_a_group_hears_what_is_said_to_it_alone(opened: Open) -> None:
    """As a DGRAM does that has sent from there."""
    member = opened("bind", f"{HERE};{GROUPS[0]}:*")
    port = address_of(member).rpartition(":")[2]
    sender = opened("connect", f"{HERE}:{port}")
    sender.send(b"hello", sender.target)
    found = heard(member)
    assert found is not None
    assert found[0] == b"hello"


@pytest.mark.skipif(sys.platform != "linux", reason="others tell groups apart by themselves")
def test_member_of_a_group_does_not_hear_another_group(opened: Open) -> None:
    """libzmq does, on Linux, if anybody on the machine has joined it."""
    member = opened("bind", f"{HERE};{GROUPS[0]}:*")
    port = address_of(member).rpartition(":")[2]
    other = opened("bind", f"{HERE};{GROUPS[1]}:{port}")
    for group in reversed(GROUPS):
        sender = opened("connect", f"{HERE};{group}:{port}")
        sender.send(group.encode(), sender.target)
    for sock, group in ((other, GROUPS[1]), (member, GROUPS[0])):
        found = heard(sock)
        assert found is not None
        assert found[0] == group.encode()
        assert sock.receive() is None


def test_options_reach_the_system(opened: Open) -> None:
    """UDP-3: MULTICAST_HOPS is the TTL; MULTICAST_LOOP has no effect on the loopback interface itself."""
    assert not option(
        opened("connect", f"{GROUPS[0]}:5555", multicast_loop=False),
        socket.IPPROTO_IP,
        socket.IP_MULTICAST_LOOP,
    )
    sender = opened("connect", f"{HERE};{GROUPS[0]}:5555", multicast_hops=7, tos=0x10, sndbuf=100_000)
    assert option(sender, socket.IPPROTO_IP, socket.IP_MULTICAST_TTL) == 7
    assert option(sender, socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP) == 1
    assert option(sender, socket.IPPROTO_IP, socket.IP_TOS) == 0x10
    assert option(sender, socket.SOL_SOCKET, socket.SO_SNDBUF) >= 100_000
    assert option(sender, socket.SOL_SOCKET, socket.SO_BROADCAST)
    assert not sender._socket.getblocking()


@pytest.mark.usefixtures("needs_ipv6")
def test_options_reach_the_system_for_ipv6(opened: Open) -> None:
    sender = opened("connect", "lo;[ff01::7]:5555", ipv6=True, multicast_hops=7, multicast_loop=False)
    level = socket.IPPROTO_IPV6
    assert option(sender, level, socket.IPV6_MULTICAST_HOPS) == 7
    assert option(sender, level, socket.IPV6_MULTICAST_LOOP) == 0
    assert option(sender, level, socket.IPV6_MULTICAST_IF) == socket.if_nametoindex("lo")
    member = opened("bind", "lo;[ff01::7]:*", ipv6=True)
    assert member.endpoint.startswith("udp://lo;[ff01::7]:")


@pytest.mark.parametrize(
    ("where", "shares_address", "shares_port"),
    [(HERE, True, False), (f"{HERE};{GROUPS[0]}", True, True)],
    ids=["address", "group"],
)
def test_port_can_be_shared(opened: Open, where: str, shares_address: bool, shares_port: bool) -> None:
    """UDP-3: SO_REUSEADDR always, SO_REUSEPORT for groups."""
    port = address_of(opened("bind", f"{where}:*")).rpartition(":")[2]
    if not shares_port:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind((HERE, 0))
            port = other.getsockname()[1]
    first = opened("bind", f"{where}:{port}")
    assert bool(option(first, socket.SOL_SOCKET, socket.SO_REUSEADDR)) is shares_address
    if udp.SO_REUSEPORT is not None:
        assert bool(option(first, socket.SOL_SOCKET, udp.SO_REUSEPORT)) is shares_port
    opened("bind", f"{where}:{port}")


def test_port_that_the_system_chooses_is_ours_alone(opened: Open, make_settings: MakeSettings) -> None:
    taken = opened("bind", f"{HERE}:*")
    error = refusal("bind", address_of(taken), make_settings())
    assert error.errno == EADDRINUSE
    assert f"{taken.endpoint}; take another port" in str(error)


@pytest.mark.parametrize(
    ("verb", "address", "number"),
    [
        ("bind", "203.0.113.7:5555", EADDRNOTAVAIL),
        ("bind", "nosuch0;239.0.0.1:5555", ENODEV),
        ("bind", f"{HERE};127.0.0.2:5555", EINVAL),
        ("connect", "*:5555", EINVAL),
    ],
)
def test_error_names_the_address(verb: str, address: str, number: int, make_settings: MakeSettings) -> None:
    error = refusal(verb, address, make_settings())
    assert error.errno == number
    assert address in str(error)


@pytest.mark.parametrize("verb", ["bind", "connect"])
def test_error_while_opening_leaves_nothing_open(
    verb: str, make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(ENOPROTOOPT, "")

    monkeypatch.setattr(udp, "_spread", refuse)
    error = refusal(verb, f"{HERE}:5555", make_settings())
    assert error.errno == ENOPROTOOPT
    assert f"udp://{HERE}:5555" in str(error)


@pytest.mark.parametrize(("address", "told"), [("239.0.0.1:*", True), (f"{HERE};239.0.0.1:*", False)])
def test_error_says_to_name_an_interface(
    address: str, told: bool, make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host without a default route; with libzmq nothing ever comes there."""

    def refuse(*_: Any) -> None:
        raise OSError(ENODEV, "")

    monkeypatch.setattr(udp, "_join", refuse)
    error = refusal("bind", address, make_settings())
    assert error.errno == ENODEV
    assert (f"name one, as in udp://eth0;{address}" in str(error)) is told


def test_datagram_that_the_system_refuses_is_an_error(opened: Open) -> None:
    sender = opened("connect", f"{HERE}:5555")
    with pytest.raises(ZMQError, match=r"datagram of 70000 octets to 127\.0\.0\.1") as caught:
        sender.send(bytes(70_000), sender.target)
    assert caught.value.errno == EMSGSIZE


def test_system_may_have_no_room_for_a_datagram(opened: Open) -> None:
    sender = opened("connect", f"{HERE}:5555")

    def full(*_: Any) -> None:
        raise BlockingIOError

    sender._send = full  # type: ignore[assignment]
    assert not sender.send(b"", sender.target)


def test_only_what_is_wanted_of_a_datagram_is_received(opened: Open) -> None:
    listener = opened("bind", f"{HERE}:*")
    sender = opened("connect", address_of(listener))
    sender.send(b"x" * 60_000, sender.target)
    sender.send(b"y" * 60_000, sender.target)
    found = heard(listener)
    assert found is not None
    assert found[0] == b"x" * 60_000
    assert listener.receive(10) == (b"y" * 10, found[1])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_what_finds_no_room_is_counted(opened: Open) -> None:
    listener = opened("bind", f"{HERE}:*", rcvbuf=2000)
    sender = opened("connect", address_of(listener))
    assert listener.overflowed == 0
    for _ in range(100):
        sender.send(bytes(500), sender.target)
    came = 0
    while listener.receive() is not None:
        came += 1
    assert 0 < came < 100
    assert listener.overflowed == 100 - came


def test_endpoint_is_known_by_its_own_text(make_settings: MakeSettings) -> None:
    """EP-6"""
    assert TRANSPORT.resolve("127.0.0.1:5555", make_settings()) == []
