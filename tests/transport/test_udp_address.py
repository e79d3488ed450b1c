"""The grammar of udp addresses, and what they stand for (UDP-2)."""

from __future__ import annotations

import socket
from errno import EINVAL, ENODEV

import pytest

from zerowire.error import ZMQError
from zerowire.transport import udp_address
from zerowire.transport.udp_address import (
    ANY,
    Interface,
    Place,
    parse_bind,
    parse_connect,
    peer_address,
    peer_text,
)

V4, V6 = socket.AF_INET, socket.AF_INET6
WHEREVER = Interface(ANY, 0)
LOOPBACK = next((name for _, name in socket.if_nameindex() if name.startswith("lo")), "")

needs_loopback = pytest.mark.skipif(not LOOPBACK, reason="no loopback interface")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("*:5555", Place(V4, (ANY, 5555), None)),
        ("*:*", Place(V4, (ANY, 0), None)),
        ("127.0.0.1:0", Place(V4, ("127.0.0.1", 0), None)),
        ("239.0.0.1:5555", Place(V4, ("239.0.0.1", 5555), WHEREVER)),
        ("*;239.0.0.1:*", Place(V4, ("239.0.0.1", 0), WHEREVER)),
        ("127.0.0.1;224.0.0.251:5353", Place(V4, ("224.0.0.251", 5353), Interface("127.0.0.1", 0))),
    ],
)
def test_bind_address_parses(address: str, expected: Place) -> None:
    """UDP-2"""
    assert parse_bind(address, ipv6=False) == [expected]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7:5555", Place(V4, ("192.0.2.7", 5555), None)),
        ("239.255.255.255:1", Place(V4, ("239.255.255.255", 1), WHEREVER)),
        ("240.0.0.1:1", Place(V4, ("240.0.0.1", 1), None)),
        ("127.0.0.1;239.0.0.1:1", Place(V4, ("239.0.0.1", 1), Interface("127.0.0.1", 0))),
    ],
)
def test_connect_address_parses(address: str, expected: Place) -> None:
    """UDP-2"""
    assert parse_connect(address, ipv6=False) == expected


@pytest.mark.usefixtures("needs_ipv6")
def test_ipv6_needs_brackets_and_the_option() -> None:
    """UDP-2"""
    assert parse_connect("[::1]:5555", ipv6=True) == Place(V6, ("::1", 5555, 0, 0), None)
    assert parse_bind("*:5555", ipv6=True)[0] == Place(V6, ("::", 5555, 0, 0), None)
    assert parse_connect("[ff0e::7]:5555", ipv6=True) == Place(V6, ("ff0e::7", 5555, 0, 0), WHEREVER)
    assert parse_connect("239.0.0.1:5555", ipv6=True) == Place(V4, ("239.0.0.1", 5555), WHEREVER)
    for parse, number in ((parse_connect, EINVAL), (parse_bind, ENODEV)):
        with pytest.raises(ZMQError, match="needs the option IPV6") as caught:
            parse("[::1]:5555", ipv6=False)
        assert caught.value.errno == number


@needs_loopback
def test_interface_by_its_name() -> None:
    """UDP-2"""
    number = socket.if_nametoindex(LOOPBACK)
    place = parse_connect(f"{LOOPBACK};239.0.0.1:5555", ipv6=False)
    assert place.interface == Interface("127.0.0.1", 0)
    assert parse_bind(f"{LOOPBACK}:5555", ipv6=False)[0].address == ("127.0.0.1", 5555)
    assert parse_connect(f"{LOOPBACK};[ff0e::7]:5555", ipv6=True).interface == Interface(ANY, number)
    zoned = parse_connect(f"[ff02::7%{LOOPBACK}]:5555", ipv6=True)
    assert zoned.interface == Interface(ANY, number)
    assert zoned.address[3] == number


@needs_loopback
def test_interface_by_its_address_is_enough_for_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    """libzmq wants its name: ENODEV."""
    monkeypatch.setattr(udp_address, "interface_addresses", lambda name, *, ipv6: ["127.0.0.1", "fd77::1"])
    number, _ = socket.if_nameindex()[0]
    for where in ("fd77::1", "[fd77::1]"):
        place = parse_connect(f"{where};[ff0e::7]:5555", ipv6=True)
        assert place.interface == Interface("fd77::1", number)
    with pytest.raises(ZMQError, match="there is none with that address; there are") as caught:
        parse_connect("fd77::2;[ff0e::7]:5555", ipv6=True)
    assert caught.value.errno == ENODEV


@needs_loopback
def test_interface_without_an_ipv4_address_is_none_for_its_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(udp_address, "interface_addresses", lambda name, *, ipv6: [])
    with pytest.raises(ZMQError, match="none of that name with an IPv4 address") as caught:
        parse_connect(f"{LOOPBACK};239.0.0.1:5555", ipv6=False)
    assert caught.value.errno == ENODEV


@pytest.mark.parametrize(
    ("address", "number", "told"),
    [
        ("127.0.0.1", EINVAL, "has no port; write HOST:PORT"),
        (":5555", EINVAL, "has no host before ':5555'"),
        ("[]:5555", EINVAL, "has no host"),
        ("127.0.0.1:", EINVAL, "has the port ''"),
        ("127.0.0.1:80x", EINVAL, "has the port '80x', which is not a number from 1 to 65535"),
        ("127.0.0.1:65536", EINVAL, "has the port '65536'"),
        ("127.0.0.1:-1", EINVAL, "has the port '-1'"),
        ("127.0.0.1:٣", EINVAL, "has the port"),
        (";239.0.0.1:5555", EINVAL, "has no interface before ';'"),
        ("*;127.0.0.1:5555", EINVAL, "has the interface '*', which is for groups only"),
        ("127.0.0.1;127.0.0.1:5555", EINVAL, "for groups only: addresses in 224.0.0.0/4 or ff00::/8"),
        ("239.0.0.2;239.0.0.1:5555", EINVAL, "has the group '239.0.0.2' in place of an interface"),
        ("nosuch0;239.0.0.1:5555", ENODEV, "has the interface 'nosuch0'; there is none of that name"),
        ("::1;239.0.0.1:5555", ENODEV, "has the interface '::1'; there is none"),
    ],
)
def test_address_that_does_not_fit_is_refused(address: str, number: int, told: str) -> None:
    """UDP-2"""
    for parse in (parse_bind, parse_connect):
        with pytest.raises(ZMQError) as caught:
            parse(address, ipv6=False)
        assert caught.value.errno == number
        assert told in str(caught.value)
        assert repr(address) in str(caught.value)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("*:5555", "has no host to send to; * is for bind only"),
        ("127.0.0.1:*", "has the port '*', which is not a number from 1 to 65535"),
        ("127.0.0.1:0", "has the port '0'"),
        ("nosuch.invalid:5555", "no host 'nosuch.invalid' was found"),
    ],
)
def test_what_only_bind_understands_cannot_be_connected_to(
    address: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UDP-2: port * is for bind only."""
    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(ZMQError) as caught:
        parse_connect(address, ipv6=False)
    assert caught.value.errno == EINVAL
    assert told in str(caught.value)


def nobody(*_: object) -> None:
    raise socket.gaierror(socket.EAI_NONAME, "unknown")


# -- the addresses of datagrams ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "family", "address"),
    [
        (b"127.0.0.1:5555", V4, ("127.0.0.1", 5555)),
        (b"239.0.0.1:1", V4, ("239.0.0.1", 1)),
        (b"[::1]:5555", V6, ("::1", 5555, 0, 0)),
    ],
)
def test_address_of_a_datagram_is_text(text: bytes, family: int, address: tuple[object, ...]) -> None:
    """DGRAM-1; libzmq cannot send to IPv6."""
    assert peer_address(text, family) == address
    assert peer_text(address) == text


def test_ipv4_through_a_socket_of_ipv6_looks_like_ipv4() -> None:
    assert peer_address(b"127.0.0.1:5555", V6) == ("::ffff:127.0.0.1", 5555, 0, 0)
    assert peer_text(("::ffff:127.0.0.1", 5555, 0, 0)) == b"127.0.0.1:5555"


@needs_loopback
def test_link_local_address_keeps_its_zone() -> None:
    text = f"[fe80::1%{LOOPBACK}]:5555".encode()
    address = peer_address(text, V6)
    assert address is not None
    assert address[3] == socket.if_nametoindex(LOOPBACK)
    assert peer_text(address) == text


@pytest.mark.parametrize("family", [V4, V6])
@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"127.0.0.1",
        b":5555",
        b"127.0.0.1:",
        b"127.0.0.1:0",
        b"127.0.0.1:65536",
        b"127.0.0.1:+1",
        b"127.1:5555",
        b"localhost:5555",
        b"::1:5555",
        b"[]:5555",
        b"[::1:5555",
        b"\xff\xfe:5555",
        b"127.0.0.1\0:5555",
        b"[::1\0]:5555",
        b"1" * 300 + b":5555",
    ],
)
def test_what_is_no_address_leads_nowhere(text: bytes, family: int) -> None:
    """DGRAM-1: numeric addresses only, as nobody may wait for a name server here."""
    assert peer_address(text, family) is None


def test_ipv6_cannot_be_reached_from_a_socket_of_ipv4() -> None:
    assert peer_address(b"[::1]:5555", V4) is None
