"""udp: datagrams to one address or to a group, each by itself.

    Udp.bind()    -> DatagramSocket.receive(), and send() to whom one likes
    Udp.connect() -> DatagramSocket.send()

What is lost is lost. Nothing here waits: the owner watches the descriptor and comes back.
"""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import ENODEV

from zerowire.error import ZMQError
from zerowire.options import Settings
from zerowire.transport.sockets import SocketAddress, system_error
from zerowire.transport.tcp import REPAIRS, UNAVAILABLE
from zerowire.transport.tcp_address import numeric_text
from zerowire.transport.tcp_options import prepare
from zerowire.transport.udp_address import ANY, Interface, Place, parse_bind, parse_connect

LARGEST = 65536  # octets; no datagram has more
SO_REUSEPORT: int | None = getattr(socket, "SO_REUSEPORT", None)
IP_MULTICAST_ALL, IPV6_MULTICAST_ALL = 49, 29  # Linux: also hear groups that only others have joined
SO_MEMINFO, MEMINFO_SIZE, MEMINFO_DROPS = 55, 36, slice(32, 36)  # Linux: the last of nine numbers


class Udp:
    """Opens sockets for datagrams."""

    scheme = "udp"

    def bind(self, address: str, settings: Settings) -> DatagramSocket:
        """Listen at `[INTERFACE;]GROUP:PORT` or `LOCAL:PORT`.

        Args:
            address: The name of a host is looked up, which may wait.
            settings: MULTICAST_HOPS, MULTICAST_LOOP, IPV6, SNDBUF, RCVBUF, TOS and others.

        Raises:
            ZMQError: EINVAL for an address that does not fit, ENODEV when there is no such
                interface; EADDRINUSE, EADDRNOTAVAIL, EACCES and others.
        """
        places = parse_bind(address, ipv6=settings.ipv6)
        for place in places:
            try:
                with _opened(place, settings) as sock:
                    _bind(sock, place)
            except OSError as error:
                if error.errno in UNAVAILABLE and place is not places[-1]:
                    continue
                raise _explained(error, address) from error
            return DatagramSocket(sock, place, f"udp://{_bound_text(address, sock, place)}")
        raise AssertionError("there is always a place")

    def connect(self, address: str, settings: Settings) -> DatagramSocket:
        """Prepare to send to `[INTERFACE;]GROUP:PORT` or `HOST:PORT`. Arguments and errors as bind()."""
        place = parse_connect(address, ipv6=settings.ipv6)
        try:
            with _opened(place, settings) as sock:
                return DatagramSocket(sock, place, f"udp://{address}")
        except OSError as error:
            raise system_error(error, f"udp://{address}") from error

    def resolve(self, address: str, settings: Settings) -> list[str]:
        """Return nothing: an endpoint is known by its own text (EP-6)."""
        return []


class DatagramSocket:
    """A socket of UDP.

    Attributes:
        endpoint: Where it is bound, with the port that it really has; or what it was connected to.
        family: AF_INET or AF_INET6.
        target: Whom it was connected to.
    """

    __slots__ = ("_receive", "_send", "_socket", "endpoint", "family", "target")

    def __init__(self, sock: socket.socket, place: Place, endpoint: str) -> None:
        self._socket = sock
        self._receive = sock.recvfrom
        self._send = sock.sendto
        self.endpoint = endpoint
        self.family = place.family
        self.target = place.address

    def fileno(self) -> int:
        """Return the descriptor to watch; -1 once closed."""
        return self._socket.fileno()

    def receive(self, size: int = LARGEST) -> tuple[bytes, SocketAddress] | None:
        """Return the next datagram and where it came from; None when there is none now.

        Args:
            size: How many octets of it are wanted; the rest is cut off.
        """
        try:
            return self._receive(size)
        except OSError:  # nothing there; or somebody could not be reached before
            return None

    def send(self, data: bytes, address: SocketAddress) -> bool:
        """Send a datagram; False when the system cannot take it now.

        Raises:
            ZMQError: The system will never take it: EMSGSIZE, ENETUNREACH, EPERM and others.
        """
        try:
            self._send(data, address)
        except BlockingIOError:
            return False
        except OSError as error:
            raise system_error(error, f"datagram of {len(data)} octets to {address[0]}") from error
        return True

    @property
    def overflowed(self) -> int:
        """Datagrams that came when the system had no room for them; 0 where it does not say."""
        if sys.platform == "linux":
            with suppress(OSError):
                memory = self._socket.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, MEMINFO_SIZE)
                return int.from_bytes(memory[MEMINFO_DROPS], sys.byteorder)
        return 0

    def close(self) -> None:
        """Release the descriptor. Idempotent."""
        self._socket.close()


@contextmanager
def _opened(place: Place, settings: Settings) -> Iterator[socket.socket]:
    """Open a socket, which is closed if something goes wrong."""
    sock = socket.socket(place.family, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        prepare(sock, settings)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        _spread(sock, place, settings)
        yield sock
    except BaseException:
        sock.close()
        raise


def _spread(sock: socket.socket, place: Place, settings: Settings) -> None:
    """Say how far datagrams to groups go, and through which interface."""
    hops, loop, interface = settings.multicast_hops, settings.multicast_loop, place.interface
    if place.family == socket.AF_INET:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, hops)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, loop)
        if interface is not None and interface.address != ANY:
            address = socket.inet_aton(interface.address)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, address)
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, hops)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, loop)
        if interface is not None and interface.number:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, interface.number)


def _bind(sock: socket.socket, place: Place) -> None:
    """Bind a socket, and join the group if it is one (UDP-3)."""
    is_ipv6, port = place.family == socket.AF_INET6, place.address[1]
    if is_ipv6:
        with suppress(OSError):  # not on every system
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)  # `*` is for both
    if port:
        _share(sock, place)
    if place.interface is None:
        sock.bind(place.address)
        return
    # Not to the group itself: what is said to us alone is heard, too, as answers are.
    sock.bind(("::" if is_ipv6 else ANY, port))
    if not port:  # the system has chosen one that nobody had
        _share(sock, place)
    _join(sock, place.family, place.address[0], place.interface)


def _explained(error: OSError, address: str) -> ZMQError:
    """Say what to do about a bind() that has failed."""
    repair = REPAIRS.get(error.errno or 0, "")
    if error.errno == ENODEV and ";" not in address:  # a host without a default route
        repair = f"; no interface leads to this group: name one, as in udp://eth0;{address}"
    return system_error(error, f"udp://{address}{repair}")


def _share(sock: socket.socket, place: Place) -> None:
    """Let others bind the same port."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if place.interface is not None and SO_REUSEPORT is not None:
        sock.setsockopt(socket.SOL_SOCKET, SO_REUSEPORT, 1)


def _join(sock: socket.socket, family: int, group: str, interface: Interface) -> None:
    octets = socket.inet_pton(family, group.partition("%")[0])
    if family == socket.AF_INET:
        member = octets + socket.inet_aton(interface.address)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        level, everything = socket.IPPROTO_IP, IP_MULTICAST_ALL
    else:
        member = octets + struct.pack("@I", interface.number)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, member)
        level, everything = socket.IPPROTO_IPV6, IPV6_MULTICAST_ALL
    if sys.platform == "linux":
        with suppress(OSError):  # not on every version
            sock.setsockopt(level, everything, 0)


def _bound_text(address: str, sock: socket.socket, place: Place) -> str:
    """Return the address with what the system has chosen."""
    local = sock.getsockname()
    if place.interface is None:
        return numeric_text(local)[1]
    group = numeric_text((place.address[0], local[1], *place.address[2:]))[1]
    where, semicolon, _ = address.rpartition(";")
    return f"{where}{semicolon}{group}"


TRANSPORT = Udp()
