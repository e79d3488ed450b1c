"""The addresses of udp: their grammar, and what they stand for.

bind       [INTERFACE;]GROUP:PORT   or LOCAL:PORT
connect    [INTERFACE;]GROUP:PORT   or HOST:PORT

An INTERFACE is *, a name or an address; a GROUP an address of multicast; a LOCAL is *, the name
or the address of an interface, or a host's name; a HOST an address or a name.
"""

from __future__ import annotations

import socket
from errno import EINVAL, ENODEV
from functools import lru_cache
from typing import NamedTuple

from zerowire.error import ZMQError, zmq_error
from zerowire.transport.interfaces import interface_addresses, is_interface
from zerowire.transport.sockets import SocketAddress, Target
from zerowire.transport.tcp_address import HostPort, local_targets, numeric_text, peer_targets

MAX_PORT = 65535
MULTICAST: dict[int, range] = {
    socket.AF_INET: range(224, 240),
    socket.AF_INET6: range(0xFF, 0x100),
}  # by the first octet
ANY = "0.0.0.0"
MAPPED = "::ffff:"  # in front of an IPv4 address, to or from a socket that serves both


class Interface(NamedTuple):
    """Where datagrams to a group come and go: IPv4 wants the address, IPv6 the number.

    "0.0.0.0" and 0 let the system choose.
    """

    address: str
    number: int


class Place(NamedTuple):
    """What an address stands for.

    Attributes:
        family: AF_INET or AF_INET6.
        address: A group to join or to send to; else what to bind, or whom to send to.
        interface: That of the group; None if it is none.
    """

    family: int
    address: SocketAddress
    interface: Interface | None


def parse_bind(address: str, *, ipv6: bool) -> list[Place]:
    """Return what an address of bind() stands for, best first. A host's name is looked up, which may wait.

    Raises:
        ZMQError: EINVAL for a text that does not fit, ENODEV when there is no such interface or address.
    """
    where, host, port = _split(address)
    number = 0 if port in ("*", "0") else _number(address, port, "1 to 65535, or * for any free one")
    return _places(address, where, local_targets(HostPort(host, number), ipv6=ipv6, names=True))


def parse_connect(address: str, *, ipv6: bool) -> Place:
    """Return what an address of connect() stands for. A host's name is looked up, which may wait.

    Raises:
        ZMQError: EINVAL for a text that does not fit or an unknown host, ENODEV for an unknown interface.
    """
    where, host, port = _split(address)
    number = _number(address, port, "1 to 65535")
    if host == "*":
        raise _invalid(address, "has no host to send to; * is for bind only")
    return _places(address, where, peer_targets(HostPort(host, number), ipv6=ipv6))[0]


def _split(address: str) -> tuple[str, str, str]:
    """Return interface, host and port."""
    before, colon, port = address.rpartition(":")
    if not colon:
        raise _invalid(address, "has no port; write HOST:PORT")
    where, semicolon, host = before.rpartition(";")
    if semicolon and not where:
        raise _invalid(address, "has no interface before ';'")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    if not host:
        raise _invalid(address, f"has no host before ':{port}'")
    return where, host, port


def _number(address: str, text: str, allowed: str) -> int:
    number = _port(text)
    if number is None:
        raise _invalid(address, f"has the port {text!r}, which is not a number from {allowed}")
    return number


def _port(text: str) -> int | None:
    if text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= MAX_PORT:
        return int(text)
    return None


def _invalid(address: str, told: str) -> ZMQError:
    return zmq_error(EINVAL, f"udp address {address!r} {told}")


# -- groups and interfaces -----------------------------------------------------------------------------


def _places(address: str, where: str, targets: list[Target]) -> list[Place]:
    places = []
    for family, target in targets:
        if _is_group(family, target):
            places.append(Place(family, target, _find_interface(address, where, family, target)))
        elif where:
            told = f"has the interface {where!r}, which is for groups only"
            raise _invalid(address, f"{told}: addresses in 224.0.0.0/4 or ff00::/8")
        else:
            places.append(Place(family, target, None))
    return places


def _is_group(family: int, address: SocketAddress) -> bool:
    """Whether an address is one of multicast."""
    host = address[0].partition("%")[0]
    return socket.inet_pton(family, host)[0] in MULTICAST[family]


def _find_interface(address: str, where: str, family: int, group: SocketAddress) -> Interface:
    """Return the interface that a text stands for; without a text the one that the group's zone names.

    Raises:
        ZMQError: ENODEV when there is none, EINVAL for a group in place of one.
    """
    if where in ("", "*"):
        return Interface(ANY, group[3] if family == socket.AF_INET6 else 0)
    if is_interface(where):
        return _named(address, where, family)
    text = where[1:-1] if where.startswith("[") and where.endswith("]") else where
    text = text.partition("%")[0]
    try:
        octets = socket.inet_pton(family, text)
    except OSError:
        raise _unknown(address, where, "of that name or address") from None
    if octets[0] in MULTICAST[family]:
        raise _invalid(address, f"has the group {where!r} in place of an interface")
    if family == socket.AF_INET:
        return Interface(text, 0)
    for number, name in socket.if_nameindex():
        for known in interface_addresses(name, ipv6=True):
            if ":" in known and socket.inet_pton(family, known.partition("%")[0]) == octets:
                return Interface(text, number)
    raise _unknown(address, where, "with that address")


def _named(address: str, name: str, family: int) -> Interface:
    if family == socket.AF_INET6:
        return Interface(ANY, socket.if_nametoindex(name))
    found = interface_addresses(name, ipv6=False)
    if not found:
        raise _unknown(address, name, "of that name with an IPv4 address")
    return Interface(found[0], 0)


def _unknown(address: str, where: str, which: str) -> ZMQError:
    known = ", ".join(name for _, name in socket.if_nameindex()) or "none"
    told = f"has the interface {where!r}; there is none {which}; there are {known}"
    return zmq_error(ENODEV, f"udp address {address!r} {told}")


# -- the addresses of datagrams ------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def peer_address(text: bytes, family: int) -> SocketAddress | None:
    """Return where `ADDRESS:PORT` leads to from a socket of this family; None if nowhere.

    Addresses are numeric, as nobody may wait for a name server here.
    """
    host, _, port_text = text.decode("ascii", "replace").rpartition(":")
    port = _port(port_text)
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        return None
    if port is None or not host or "\0" in host:  # what follows a NUL the system would not see
        return None
    try:
        if ":" not in host:
            socket.inet_pton(socket.AF_INET, host)  # getaddrinfo() also takes 127.1
            host = MAPPED + host if family == socket.AF_INET6 else host
        found = socket.getaddrinfo(host, port, family, socket.SOCK_DGRAM, 0, socket.AI_NUMERICHOST)
    except (OSError, UnicodeError, ValueError):
        return None
    return found[0][4]


@lru_cache(maxsize=1024)
def peer_text(address: SocketAddress) -> bytes:
    """Return `ADDRESS:PORT` of where a datagram came from, as peer_address() takes it."""
    host: str = address[0]
    if host.startswith(MAPPED) and "." in host:
        return f"{host.removeprefix(MAPPED)}:{address[1]}".encode()
    return numeric_text(address)[1].encode()
