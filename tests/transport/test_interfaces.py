"""Network interfaces by name (TCP-1)."""

from __future__ import annotations

import ipaddress
import socket
import sys
from pathlib import Path

import pytest

from zerowire.transport import interfaces
from zerowire.transport.interfaces import interface_addresses, is_interface


@pytest.fixture
def loopback() -> str:
    for name in ("lo", "lo0"):
        if is_interface(name):
            return name
    pytest.skip("no loopback interface")


def test_knows_the_names_of_interfaces(loopback: str) -> None:
    assert is_interface(loopback)
    assert not is_interface("nosuch0")


def test_has_no_interfaces_where_the_system_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "if_nameindex")
    assert not is_interface("lo")


def test_finds_the_ipv4_address(loopback: str) -> None:
    assert interface_addresses(loopback, ipv6=False) == ["127.0.0.1"]


def test_finds_ipv6_addresses_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loopback: str
) -> None:
    table = tmp_path / "if_inet6"
    table.write_text(
        "fe8000000000000000fc00fffe000001 04 40 20 80     eth0\n"
        f"00000000000000000000000000000001 01 80 10 80       {loopback}\n"
        f"fe800000000000000000000000000001 01 80 10 80       {loopback}\n"
    )
    monkeypatch.setattr(interfaces, "INET6_TABLE", table)
    assert interface_addresses(loopback, ipv6=True) == ["127.0.0.1", "::1", f"fe80::1%{loopback}"]


def test_every_address_is_numeric(loopback: str) -> None:
    for address in interface_addresses(loopback, ipv6=True):
        assert ipaddress.ip_address(address.partition("%")[0]).is_loopback


def test_has_no_ipv4_address_where_the_system_does_not_tell(
    loopback: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    assert interface_addresses(loopback, ipv6=False) == []


def test_unknown_interface_has_no_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interfaces, "INET6_TABLE", tmp_path / "missing")
    assert interface_addresses("nosuch0", ipv6=True) == []
