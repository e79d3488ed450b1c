"""The addresses of tcp: their grammar, and what they stand for.

bind       INTERFACE:PORT       an interface is *, a name, an address, or a host's name
connect    [SOURCE;]HOST:PORT   a source is INTERFACE:PORT, without hosts' names
"""

from __future__ import annotations

import re
from errno import EINVAL, ENODEV
from typing import NamedTuple

from zerowire._native import socket
from zerowire.error import zmq_error
from zerowire.transport.interfaces import interface_addresses, is_interface
from zerowire.transport.sockets import SocketAddress, Target

MAX_PORT = 65535
# TCP-3, for one part of the address; a source may also begin with the wildcard.
CONNECT_SYNTAX = r"[A-Za-z0-9\[:][A-Za-z0-9.:%\-_*\[\]]*"


class HostPort(NamedTuple):
    """Where to bind, or whom to reach; port 0 lets the system choose."""

    host: str
    port: int


class ConnectAddress(NamedTuple):
    """A parsed address of connect()."""

    source: HostPort | None
    peer: HostPort


def parse_bind(address: str) -> HostPort:
    """Parse INTERFACE:PORT.

    Raises:
        ZMQError: EINVAL for a text that does not fit (TCP-2).
    """
    host, port = _split(address, "bind")
    if port in ("*", "0"):
        return HostPort(host, 0)
    return HostPort(host, _number(address, port, "1 to 65535, or * for any free one", low=1))


def parse_connect(address: str) -> ConnectAddress:
    """Parse [SOURCE;]HOST:PORT.

    Raises:
        ZMQError: EINVAL for a text that does not fit (TCP-3).
    """
    before, separator, text = address.rpartition(";")
    source = parse_bind(before) if separator else None
    if source is not None and not _is_plain(before.removeprefix("*")):
        raise zmq_error(EINVAL, f"tcp source address {before!r} is not ADDRESS:PORT or INTERFACE:PORT")
    host, port = _split(text, "connect")
    number = _number(address, port, "0 to 65535", low=0)
    if host == "*":
        raise zmq_error(EINVAL, f"tcp address {text!r} to connect to has no host; * is for bind only")
    if not _is_plain(text):
        raise zmq_error(EINVAL, f"tcp address {text!r} to connect to is not HOST:PORT")
    return ConnectAddress(source, HostPort(host, number))


def _is_plain(text: str) -> bool:
    return bool(re.fullmatch(CONNECT_SYNTAX, text, re.ASCII))


def _split(address: str, purpose: str) -> tuple[str, str]:
    host, colon, port = address.rpartition(":")
    if not colon:
        raise zmq_error(EINVAL, f"tcp address {address!r} to {purpose} has no port; write HOST:PORT")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    if not host:
        number = ENODEV if purpose == "bind" else EINVAL
        raise zmq_error(number, f"tcp address {address!r} to {purpose} has no host before ':{port}'")
    return host, port


def _number(address: str, port: str, allowed: str, *, low: int) -> int:
    if port.isascii() and port.isdigit() and len(port) <= 9 and low <= int(port) <= MAX_PORT:
        return int(port)
    raise zmq_error(EINVAL, f"port {port!r} in tcp address {address!r} is not a number from {allowed}")


def local_targets(place: HostPort, *, ipv6: bool, names: bool) -> list[Target]:
    """Return the addresses that an interface stands for, best first (TCP-1).

    Args:
        ipv6: Whether IPv6 addresses are wanted too.
        names: Whether hosts' names are looked up, which may wait.

    Raises:
        ZMQError: ENODEV when there is no such interface or address.
    """
    host, port = place
    if host == "*":
        everything: list[Target] = [(socket.AF_INET, ("0.0.0.0", port))]
        return [(socket.AF_INET6, ("::", port, 0, 0)), *everything] if ipv6 else everything
    hosts = interface_addresses(host, ipv6=ipv6) if is_interface(host) else [host]
    flags = 0 if names else socket.AI_NUMERICHOST
    targets = [target for each in hosts for target in _find(HostPort(each, port), ipv6, flags)]
    if not targets:
        raise zmq_error(ENODEV, _not_found("no interface, address or host", host, ipv6))
    return targets


def peer_targets(peer: HostPort, *, ipv6: bool) -> list[Target]:
    """Return the addresses of a peer's host, best first. May wait for a name server.

    Raises:
        ZMQError: EINVAL when it has none.
    """
    targets = _find(peer, ipv6, 0)
    if not targets:
        raise zmq_error(EINVAL, _not_found("no host", peer.host, ipv6))
    return targets


def is_numeric(host: str) -> bool:
    """Whether a host is an address, so that nobody needs to be asked for it."""
    return bool(_find(HostPort(host, 0), True, socket.AI_NUMERICHOST))


def numeric_text(address: SocketAddress) -> tuple[str, str]:
    """Return host and `host:port` of a socket's address, with zone and brackets where needed."""
    if len(address) == 2:  # IPv4: the system has said it all
        host, port = address
        return host, f"{host}:{port}"
    host, port = socket.getnameinfo(address, socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)
    return host, f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _find(place: HostPort, ipv6: bool, flags: int) -> list[Target]:
    family = socket.AF_UNSPEC if ipv6 else socket.AF_INET
    try:
        found = socket.getaddrinfo(place.host, place.port, family, socket.SOCK_STREAM, 0, flags)
    except (OSError, UnicodeError, ValueError):
        return []
    inet = (socket.AF_INET, socket.AF_INET6)
    return [(family, address) for family, _, _, _, address in found if family in inet]


def _not_found(what: str, host: str, ipv6: bool) -> str:
    hint = "" if ipv6 or ":" not in host else "; an IPv6 address needs the option IPV6"
    return f"{what} {host!r} was found{hint}"
