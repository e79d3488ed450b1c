"""The grammar of tcp addresses, and what they stand for (TCP-1 to TCP-6)."""

from __future__ import annotations

import socket
from errno import EINVAL, ENODEV

import pytest

from zerowire.error import ZMQError
from zerowire.transport import tcp_address
from zerowire.transport.tcp_address import (
    HostPort,
    is_numeric,
    local_targets,
    numeric_text,
    parse_bind,
    parse_connect,
    peer_targets,
)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("*:5555", HostPort("*", 5555)),
        ("*:*", HostPort("*", 0)),
        ("eth0:0", HostPort("eth0", 0)),
        ("127.0.0.1:65535", HostPort("127.0.0.1", 65535)),
        ("[::1]:1", HostPort("::1", 1)),
        ("::1:5555", HostPort("::1", 5555)),
        ("[fe80::1%eth0]:5555", HostPort("fe80::1%eth0", 5555)),
        ("localhost:0080", HostPort("localhost", 80)),
    ],
)
def test_bind_address_parses(address: str, expected: HostPort) -> None:
    """TCP-1, TCP-2, TCP-5"""
    assert parse_bind(address) == expected


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("*", "no port; write HOST:PORT"),
        ("localhost", "no port"),
        ("*:", "port ''"),
        ("*:port", "port 'port'"),
        ("*:80x", "port '80x'"),
        ("*:65536", "port '65536'"),
        ("*:65537", "from 1 to 65535"),
        ("*:-1", "port '-1'"),
        ("*:00", "or \\* for any"),
        ("*:٣", "port"),
        ("[::1]", "port"),
    ],
)
def test_bind_refuses_a_bad_port(address: str, text: str) -> None:
    """TCP-2: junk and numbers beyond 16 bits are refused instead of truncated."""
    with pytest.raises(ZMQError, match=text) as caught:
        parse_bind(address)
    assert caught.value.errno == EINVAL


@pytest.mark.parametrize("address", [":5555", "[]:5555"])
def test_bind_without_a_host_finds_no_device(address: str) -> None:
    """TCP-1"""
    with pytest.raises(ZMQError, match="no host") as caught:
        parse_bind(address)
    assert caught.value.errno == ENODEV


@pytest.mark.parametrize(
    ("address", "source", "peer"),
    [
        ("localhost:5555", None, ("localhost", 5555)),
        ("my-host_1.example:5555", None, ("my-host_1.example", 5555)),
        ("127.0.0.1:0", None, ("127.0.0.1", 0)),
        ("::1:5555", None, ("::1", 5555)),
        ("[fe80::1%eth0]:5555", None, ("fe80::1%eth0", 5555)),
        ("10.0.0.1:4444;10.0.0.2:5555", ("10.0.0.1", 4444), ("10.0.0.2", 5555)),
        ("eth0:0;host:5555", ("eth0", 0), ("host", 5555)),
        ("*:0;host:5555", ("*", 0), ("host", 5555)),
        ("*:*;host:5555", ("*", 0), ("host", 5555)),
        ("[::1]:0;[::2]:5555", ("::1", 0), ("::2", 5555)),
    ],
)
def test_connect_address_parses(address: str, source: object, peer: object) -> None:
    """TCP-3, TCP-5, TCP-6"""
    assert parse_connect(address) == (source, peer)


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("localhost", "no port"),
        ("localhost:*", "port '\\*'"),
        ("localhost:", "port ''"),
        ("localhost:80x", "port '80x'"),
        ("localhost:65536", "from 0 to 65535"),
        ("*:5555", "\\* is for bind only"),
        (":5555", "no host"),
        ("-host:5555", "not HOST:PORT"),
        ("a b:5555", "not HOST:PORT"),
        ("a/b:5555", "not HOST:PORT"),
        ("bücher.example:5555", "not HOST:PORT"),
        ("10.0.0.1;host:5555", "no port"),
        (";host:5555", "no port"),
        ("a/b:0;host:5555", "source address"),
        ("**:0;host:5555", "source address"),
        ("a:0;b:0;host:5555", "source address"),
    ],
)
def test_connect_refuses_bad_syntax_at_once(address: str, text: str) -> None:
    """TCP-3: what is only wrong at connecting time is found out later."""
    with pytest.raises(ZMQError, match=text) as caught:
        parse_connect(address)
    assert caught.value.errno == EINVAL


def test_wildcard_stands_for_all_addresses() -> None:
    """TCP-1: `::` comes first with IPV6, and IPv4 is left for systems without it."""
    any_v4 = (socket.AF_INET, ("0.0.0.0", 7))
    assert local_targets(HostPort("*", 7), ipv6=False, names=True) == [any_v4]
    assert local_targets(HostPort("*", 7), ipv6=True, names=True) == [
        (socket.AF_INET6, ("::", 7, 0, 0)),
        any_v4,
    ]


def test_interface_stands_for_its_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """TCP-1"""
    monkeypatch.setattr(tcp_address, "is_interface", lambda name: name == "net7")
    monkeypatch.setattr(
        tcp_address, "interface_addresses", lambda name, ipv6: ["10.0.0.1", *(["::1"] if ipv6 else [])]
    )
    assert local_targets(HostPort("net7", 7), ipv6=False, names=False) == [(socket.AF_INET, ("10.0.0.1", 7))]
    assert [address[0] for _, address in local_targets(HostPort("net7", 7), ipv6=True, names=False)] == [
        "10.0.0.1",
        "::1",
    ]


def test_host_name_is_an_interface_only_on_bind() -> None:
    """TCP-1, TCP-6: a source needs no name server."""
    assert local_targets(HostPort("localhost", 7), ipv6=False, names=True)[0][1] == ("127.0.0.1", 7)
    with pytest.raises(ZMQError) as caught:
        local_targets(HostPort("localhost", 7), ipv6=False, names=False)
    assert caught.value.errno == ENODEV


@pytest.mark.parametrize("host", ["nosuch0", "a..b", "x" * 64, "no host"])
def test_unknown_interface_is_no_device(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """TCP-1, TCP-8"""
    ask = socket.getaddrinfo
    numeric = socket.AI_NUMERICHOST
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, port, family, kind, proto, _: ask(host, port, family, kind, proto, numeric),
    )
    with pytest.raises(ZMQError, match="was found") as caught:
        local_targets(HostPort(host, 7), ipv6=False, names=True)
    assert caught.value.errno == ENODEV


def test_ipv6_address_needs_the_option() -> None:
    """TCP-5: IPV6 must be set before."""
    with pytest.raises(ZMQError, match="needs the option IPV6") as caught:
        local_targets(HostPort("::1", 7), ipv6=False, names=True)
    assert caught.value.errno == ENODEV
    with pytest.raises(ZMQError, match="needs the option IPV6") as caught:
        peer_targets(HostPort("::1", 7), ipv6=False)
    assert caught.value.errno == EINVAL
    assert peer_targets(HostPort("::1", 7), ipv6=True)[0][0] == socket.AF_INET6


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("localhost", False), ("", False), ("1.2.3.4.5", False)],
)
def test_knows_addresses_from_names(host: str, expected: bool) -> None:
    assert is_numeric(host) is expected


def test_numeric_text_has_brackets_for_ipv6() -> None:
    assert numeric_text(("127.0.0.1", 7)) == ("127.0.0.1", "127.0.0.1:7")
    assert numeric_text(("::1", 7, 0, 0)) == ("::1", "[::1]:7")
