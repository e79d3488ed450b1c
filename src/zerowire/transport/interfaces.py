"""The addresses of network interfaces, by the interfaces' names."""

from __future__ import annotations

import socket
import struct
import sys

from zerowire import _native

SIOCGIFADDR = 0x8915 if sys.platform == "linux" else 0xC0206921
INET6_TABLE = "/proc/net/if_inet6"


def is_interface(name: str) -> bool:
    """Whether the system has an interface of this name."""
    try:
        return any(name == known for _, known in socket.if_nameindex())
    except (AttributeError, OSError):
        return False


def interface_addresses(name: str, *, ipv6: bool) -> list[str]:
    """Return the numeric addresses of an interface: IPv4 first, then IPv6 if wanted."""
    addresses = [_ipv4_address(name)]
    if ipv6:
        addresses += _ipv6_addresses(name)
    return [address for address in addresses if address]


def _ipv4_address(name: str) -> str:
    try:
        import fcntl  # not on Windows
    except ImportError:
        return ""
    request = struct.pack("256s", name.encode()[:15])
    with _native.socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            answer = fcntl.ioctl(sock.fileno(), SIOCGIFADDR, request)
        except OSError:
            return ""
    return socket.inet_ntoa(answer[20:24])


def _ipv6_addresses(name: str) -> list[str]:
    from ipaddress import IPv6Address  # takes long to load, and few need it

    try:
        with open(INET6_TABLE, encoding="ascii") as table:
            lines = table.readlines()
    except OSError:
        return []
    found = []
    for line in lines:
        octets, *_, interface = line.split()
        if interface == name:
            address = IPv6Address(bytes.fromhex(octets))
            found.append(f"{address}%{name}" if address.is_link_local else str(address))
    return found
