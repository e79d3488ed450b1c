"""The addresses of pgm and epgm: their grammar, and what they stand for.

    [INTERFACE][;[GROUP{,GROUP}][;GROUP]]:PORT

An interface is a name, an address, or the network that it is in. The groups between the
semicolons are listened to, the one behind them is sent to; without it the first of the others
is. INTERFACE may be missing, and be a group instead.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from errno import EINVAL, ENODEV
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple, TypeAlias

from zerowire.error import ZMQError, zmq_error
from zerowire.transport.interfaces import interface_addresses, is_interface

Address: TypeAlias = IPv4Address | IPv6Address

DEFAULT_GROUPS = {4: ip_address("239.192.0.1"), 6: ip_address("ff08::1")}
MAX_PORT = 65535
MOST_CHARACTERS = 255
SHORT_NETWORK = re.compile(r"\d{1,3}(\.\d{1,3}){0,2}", re.ASCII)  # the network 10.77.0.0/24, say, as 10.77.0


class Interface(NamedTuple):
    """One of our interfaces: the address to use, and the number that IPv6 wants (0: none)."""

    address: Address
    number: int


class Place(NamedTuple):
    """A parsed address.

    Attributes:
        interface: Where packets come and go.
        heard: The groups to listen to.
        group: The one to send to.
        port: The port of the session.
    """

    interface: Interface
    heard: tuple[Address, ...]
    group: Address
    port: int


def parse(address: str) -> Place:
    """Parse an address, and find the interface. A host's name for it is looked up, which may wait.

    Raises:
        ZMQError: EINVAL for a text that does not fit, ENODEV when there is no such interface.
    """
    network, colon, port_text = address.rpartition(":")
    if not colon:
        raise _invalid(address, "has no port; write INTERFACE;GROUP:PORT")
    if len(network) > MOST_CHARACTERS:
        raise _invalid(address, f"is longer than {MOST_CHARACTERS} characters")
    port = _port(address, port_text)
    where, heard, sent = _split(address, network)
    groups = [_group(address, text) for text in heard]
    group = _group(address, sent) if sent else None
    named = [*groups, *([group] if group else [])]
    if len({each.version for each in named}) > 1:
        raise _invalid(address, "has groups of IPv4 and of IPv6; take one of them")
    if where:
        interface = _interface(address, where, named[0].version if named else None)
    else:
        interface = _route(address, named[0] if named else DEFAULT_GROUPS[4])
    if not groups:
        groups = [group or DEFAULT_GROUPS[interface.address.version]]
    return Place(interface, tuple(groups), group or groups[0], port)


def _invalid(address: str, told: str) -> ZMQError:
    return zmq_error(EINVAL, f"multicast address {address!r} {told}")


def _port(address: str, text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= MAX_PORT:
        return int(text)
    raise _invalid(address, f"has the port {text!r}, which is not a number from 1 to {MAX_PORT}")


def _split(address: str, network: str) -> tuple[str, list[str], str]:
    """Return the interface, the groups to listen to, and the one to send to."""
    where, *rest = (part.strip() for part in network.split(";"))
    if len(rest) > 2:
        raise _invalid(address, "has more than INTERFACE;GROUPS;GROUP before the port")
    if not rest and ("," in where or _is_group(where)):
        where, rest = "", [where]
    heard, sent = (*rest, "", "")[:2]
    return where, [part.strip() for part in heard.split(",")] if heard else [], sent


def _bare(text: str) -> str:
    """Return an address without brackets, and without a zone: the interface says as much."""
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    return text.partition("%")[0]


def _address(text: str) -> Address | None:
    try:
        return ip_address(_bare(text))
    except ValueError:
        return None


def _is_group(text: str) -> bool:
    address = _address(text)
    return address is not None and address.is_multicast


def _group(endpoint: str, text: str) -> Address:
    address = _address(text)
    if address is None or not address.is_multicast:
        raise _invalid(
            endpoint, f"has the group {text!r}, which is not an address in 224.0.0.0/4 or ff00::/8"
        )
    return address


# -- interfaces ----------------------------------------------------------------------------------------


def _interface(endpoint: str, text: str, version: int | None) -> Interface:
    """Return the interface that a text stands for. Names of interfaces come before names of hosts.

    Args:
        version: Of IP, if the groups tell it.
    """
    if text == "*":
        raise _invalid(endpoint, "has the interface '*'; leave it empty for the one that leads to the group")
    found = [each for each in _candidates(endpoint, text) if version in (None, each.address.version)]
    if not found:
        known = ", ".join(f"{name} ({address})" for name, address in _addresses()) or "none"
        kind = f" with an IPv{version} address" if version else ""
        raise zmq_error(
            ENODEV,
            f"multicast address {endpoint!r} has the interface {text!r}; there is none{kind} of that name, "
            f"address or network; there are {known}",
        )
    return min(found, key=lambda each: each.address.is_link_local)  # the others reach further


def _route(endpoint: str, group: Address) -> Interface:
    """Return the interface through which the system would send to a group."""
    family = socket.AF_INET if group.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect((str(group), 1))
            text = sock.getsockname()[0]
    except OSError as error:
        told = f"no interface leads to {group}; name one, as in eth0;{group}:5555"
        raise zmq_error(ENODEV, f"multicast address {endpoint!r}: {told}") from error
    found = next(_known(ip_address(text.partition("%")[0])), None)
    if found is None:
        told = f"the interface of {text}, which leads to {group}, is not listed; name one"
        raise zmq_error(ENODEV, f"multicast address {endpoint!r}: {told}")
    return found


def _candidates(endpoint: str, text: str) -> Iterator[Interface]:
    """Yield what a text may stand for."""
    address = _address(text)
    if is_interface(text):
        for each in _addresses_of(text):
            yield Interface(each, socket.if_nametoindex(text))
    elif address is not None:
        if address.is_multicast or address.is_unspecified:
            raise _invalid(endpoint, f"has {text!r} in place of an interface")
        yield from _known(address)
    elif "/" in text or SHORT_NETWORK.fullmatch(text):
        yield from _in_network(endpoint, text)
    else:
        for found in _hosts(text):
            yield from _known(found)


def _known(address: Address) -> Iterator[Interface]:
    """Yield the interface that has an address; IPv4 works with others, too, if the system has them."""
    for name, each in _addresses():
        if each == address:
            yield Interface(address, socket.if_nametoindex(name))
            return
    if address.version == 4 and _is_local(address):
        yield Interface(address, 0)


def _is_local(address: Address) -> bool:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((str(address), 0))
    except OSError:
        return False
    return True


def _in_network(endpoint: str, text: str) -> Iterator[Interface]:
    """Yield the interfaces in a network, which may be short of its last octets."""
    if "/" not in text:
        octets = text.split(".")
        text = f"{'.'.join([*octets, *['0'] * (4 - len(octets))])}/{8 * len(octets)}"
    try:
        network = ip_network(_bare(text.replace("]", "").replace("[", "")), strict=False)
    except ValueError:
        raise _invalid(endpoint, f"has {text!r} in place of an interface, which is no network") from None
    for name, address in _addresses():
        if address in network:
            yield Interface(address, socket.if_nametoindex(name))


def _addresses() -> Iterator[tuple[str, Address]]:
    """Yield all interfaces, with each of their addresses."""
    for _, name in socket.if_nameindex():
        for address in _addresses_of(name):
            yield name, address


def _addresses_of(name: str) -> Iterator[Address]:
    for text in interface_addresses(name, ipv6=True):
        yield ip_address(text.partition("%")[0])


def _hosts(name: str) -> list[Address]:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return []
    inet = (socket.AF_INET, socket.AF_INET6)
    return [
        ip_address(str(address[0]).partition("%")[0]) for family, _, _, _, address in found if family in inet
    ]
