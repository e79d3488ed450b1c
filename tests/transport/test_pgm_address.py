"""The grammar of multicast endpoints, and the interfaces that it names."""

from __future__ import annotations

import socket
from errno import EINVAL, ENODEV
from ipaddress import ip_address
from typing import Any, Self

import pytest

from zerowire.error import ZMQError
from zerowire.transport import pgm_address
from zerowire.transport.pgm_address import Interface, Place, parse

INTERFACES = {
    "lo": ["127.0.0.1", "::1"],
    "eth0": ["10.77.0.1", "fe80::1%eth0", "fd77::1"],
    "eth1": ["192.0.2.9"],
    "tun.6": ["fd66::1"],
}
NUMBERS = {name: number for number, name in enumerate(INTERFACES, 1)}
HOSTS = {"here.example": "192.0.2.9", "there.example": "198.51.100.1"}


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A machine with INTERFACES, and a name server that knows HOSTS; the names it was asked for."""
    asked: list[str] = []

    def getaddrinfo(name: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(name)
        if name not in HOSTS:
            raise socket.gaierror(socket.EAI_AGAIN, "no name server")
        return [(socket.AF_INET, socket.SOCK_DGRAM, 0, "", (HOSTS[name], 0))]

    monkeypatch.setattr(pgm_address, "is_interface", INTERFACES.__contains__)
    monkeypatch.setattr(pgm_address, "interface_addresses", lambda name, ipv6: INTERFACES[name])
    monkeypatch.setattr(socket, "if_nameindex", lambda: [(number, name) for name, number in NUMBERS.items()])
    monkeypatch.setattr(socket, "if_nametoindex", NUMBERS.__getitem__)
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def place(interface: str, name: str, heard: list[str], group: str, port: int = 5555) -> Place:
    return Place(
        Interface(ip_address(interface), NUMBERS[name]),
        tuple(ip_address(each) for each in heard),
        ip_address(group),
        port,
    )


G1, G2, G3 = "239.192.1.1", "239.192.1.2", "239.192.1.3"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"eth0;{G1}:5555", place("10.77.0.1", "eth0", [G1], G1)),
        (f"lo;{G1}:5555", place("127.0.0.1", "lo", [G1], G1)),
        (f"10.77.0.1;{G1}:1", place("10.77.0.1", "eth0", [G1], G1, 1)),
        (f"127.0.0.1;{G1}:65535", place("127.0.0.1", "lo", [G1], G1, 65535)),
        (f"10.77.0.0/24;{G1}:5555", place("10.77.0.1", "eth0", [G1], G1)),
        (f"10.77.0.200/24;{G1}:5555", place("10.77.0.1", "eth0", [G1], G1)),
        (f"10.77.0;{G1}:5555", place("10.77.0.1", "eth0", [G1], G1)),
        (f"192.0.2;{G1}:5555", place("192.0.2.9", "eth1", [G1], G1)),
        (f"10;{G1}:5555", place("10.77.0.1", "eth0", [G1], G1)),
        (f"here.example;{G1}:5555", place("192.0.2.9", "eth1", [G1], G1)),
        (f"eth0;{G1},{G2};{G3}:5555", place("10.77.0.1", "eth0", [G1, G2], G3)),
        (f"eth0; {G1} , {G2} ; {G3} :5555", place("10.77.0.1", "eth0", [G1, G2], G3)),
        (f"eth0;;{G3}:5555", place("10.77.0.1", "eth0", [G3], G3)),
        ("eth0:5555", place("10.77.0.1", "eth0", ["239.192.0.1"], "239.192.0.1")),
        ("eth0;:5555", place("10.77.0.1", "eth0", ["239.192.0.1"], "239.192.0.1")),
        ("eth0;;:5555", place("10.77.0.1", "eth0", ["239.192.0.1"], "239.192.0.1")),
        ("[fd77::1];[ff08::1]:5555", place("fd77::1", "eth0", ["ff08::1"], "ff08::1")),
        ("fd77::1;ff08::1:5555", place("fd77::1", "eth0", ["ff08::1"], "ff08::1")),
        ("eth0;[ff08::1]:5555", place("fd77::1", "eth0", ["ff08::1"], "ff08::1")),
        ("[fe80::1%eth0];[ff02::7%eth0]:5555", place("fe80::1", "eth0", ["ff02::7"], "ff02::7")),
        ("[fd77::]/64;[ff08::1]:5555", place("fd77::1", "eth0", ["ff08::1"], "ff08::1")),
        ("[fd77::1]:5555", place("fd77::1", "eth0", ["ff08::1"], "ff08::1")),
        ("tun.6:5555", place("fd66::1", "tun.6", ["ff08::1"], "ff08::1")),
    ],
)
def test_forms_of_an_address(text: str, expected: Place) -> None:
    """PGM-1; libzmq takes all of them but lo by its name."""
    assert parse(text) == expected


def test_name_of_an_interface_is_no_question_for_a_name_server(machine: list[str]) -> None:
    """libzmq asks one first, and fails when it does not answer."""
    parse(f"eth0;{G1}:5555")
    assert machine == []
    parse(f"here.example;{G1}:5555")
    assert machine == ["here.example"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("eth0", "has no port; write INTERFACE;GROUP:PORT"),
        (f"eth0;{G1}", "has no port"),
        (f"eth0;{G1}:0", "port '0', which is not a number from 1 to 65535"),
        (f"eth0;{G1}:65536", "port '65536'"),
        (f"eth0;{G1}:*", "port '\\*'"),
        (f"eth0;{G1}:", "port ''"),
        (f"eth0;{G1}:٣", "port"),
        ("eth0;10.0.0.1:5555", "group '10.0.0.1', which is not an address in 224.0.0.0/4 or ff00::/8"),
        ("eth0;news.example:5555", "group 'news.example'"),
        (f"eth0;{G1},:5555", "group ''"),
        (f"eth0;{G1};10.0.0.1:5555", "group '10.0.0.1'"),
        (f"eth0;{G1};{G2};{G3}:5555", "more than INTERFACE;GROUPS;GROUP"),
        (f"eth0;{G1},ff08::1:5555", "groups of IPv4 and of IPv6"),
        (f"*;{G1}:5555", "interface '\\*'; leave it empty"),
        (f"{G1};{G2}:5555", f"'{G1}' in place of an interface"),
        (f"0.0.0.0;{G1}:5555", "'0.0.0.0' in place of an interface"),
        (f"10.77.0.0/33;{G1}:5555", "which is no network"),
        (f"{'x' * 300};{G1}:5555", "longer than 255 characters"),
    ],
)
def test_what_does_not_fit_is_told(text: str, told: str) -> None:
    with pytest.raises(ZMQError, match=told) as caught:
        parse(text)
    assert caught.value.errno == EINVAL


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"eth9;{G1}:5555", "interface 'eth9'; there is none with an IPv4 address of that name"),
        (f"198.51.100.7;{G1}:5555", "'198.51.100.7'"),
        (f"198.51.100.0/24;{G1}:5555", "'198.51.100.0/24'"),
        (f"there.example;{G1}:5555", "'there.example'"),
        (f"tun.6;{G1}:5555", "there is none with an IPv4 address"),
        ("eth1;ff08::1:5555", r"there is none with an IPv6 address .* there are lo \(127.0.0.1\), .*eth1"),
        ("fd99::1;ff08::1:5555", "fd99::1"),
    ],
)
def test_interface_that_does_not_exist_is_told_with_those_that_do(text: str, told: str) -> None:
    with pytest.raises(ZMQError, match=told) as caught:
        parse(text)
    assert caught.value.errno == ENODEV


class Route:
    """A socket that is asked for its own address; None: there is no route."""

    def __init__(self, answer: str | None) -> None:
        self._answer = answer
        self.connected: Any = None

    def __call__(self, family: int, kind: int) -> Route:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def connect(self, address: Any) -> None:
        self.connected = address
        if self._answer is None:
            raise OSError(101, "network is unreachable")

    def getsockname(self) -> tuple[str, int]:
        assert self._answer is not None
        return self._answer, 1


@pytest.mark.parametrize(
    ("text", "route", "group"),
    [
        (f";{G1}:5555", "192.0.2.9", G1),
        (f"{G1}:5555", "192.0.2.9", G1),
        (f";{G1},{G2};{G3}:5555", "192.0.2.9", G1),
        (f"{G1},{G2}:5555", "192.0.2.9", G1),
        (":5555", "192.0.2.9", "239.192.0.1"),
        ("[ff08::1]:5555", "fd77::1", "ff08::1"),
    ],
)
def test_without_an_interface_it_is_the_one_that_leads_to_the_group(
    text: str, route: str, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """libzmq takes the address of the host's name, which most often is that of lo."""
    answer = Route(route)
    monkeypatch.setattr(socket, "socket", answer)
    assert parse(text).interface.address == ip_address(route)
    assert answer.connected == (group, 1)


def test_without_a_route_an_interface_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", Route(None))
    with pytest.raises(
        ZMQError, match=f"no interface leads to {G1}; name one, as in eth0;{G1}:5555"
    ) as caught:
        parse(f"{G1}:5555")
    assert caught.value.errno == ENODEV


def test_second_address_of_an_interface_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system lists one of IPv4 for each interface; it takes any that it has."""
    assert parse(f"127.0.0.2;{G1}:5555").interface == Interface(ip_address("127.0.0.2"), 0)
