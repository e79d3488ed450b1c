"""The sockets of one multicast endpoint: one that sends, and others that listen.

A socket that listens to a group is bound to it, so that it gets packets of no other group,
and lets other programs of this machine listen too. What is said to us alone comes to our own
address, which is more particular than the wildcard that others may have bound.
"""

from __future__ import annotations

import socket
import struct
import sys
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from errno import EACCES, EPERM
from typing import Any

from zerowire.error import ZMQError, zmq_error
from zerowire.options import Settings
from zerowire.transport.pgm_address import Address, parse
from zerowire.transport.pgm_filter import attach_filter
from zerowire.transport.pgm_packets import PacketSender, PacketSocket
from zerowire.transport.sockets import system_error
from zerowire.transport.tcp_options import prepare

EXPEDITED = 0xB8  # the type of service of libzmq's packets
UNREAD_TIME = 0.1  # seconds of the rate that the system shall keep for us
KERNEL_SHARE = 2  # octets of the system's memory that an octet of a packet takes, about
MOST_ROOM = 1 << 30  # octets; the system takes no number beyond 31 bits
IP_MULTICAST_ALL, IPV6_MULTICAST_ALL = 49, 29  # Linux: also hear groups that only others have joined
SO_REUSEPORT: int | None = getattr(socket, "SO_REUSEPORT", None)


class Medium:
    """How packets travel.

    Attributes:
        scheme: What endpoints call it.
        kind: Type and protocol of the sockets.
        has_ports: Whether packets go to ports of their own, beside those in PGM's header.
        overheads: Octets of headers before PGM's, by version of IP.
    """

    def __init__(
        self, scheme: str, kind: tuple[int, int], *, has_ports: bool, overheads: Mapping[int, int]
    ) -> None:
        self.scheme = scheme
        self.kind = kind
        self.has_ports = has_ports
        self.overheads = overheads

    def open(self, address: str, settings: Settings, *, publishes: bool) -> Channel:
        """Open the sockets of an endpoint.

        Args:
            address: What follows `scheme://`. The name of a host is looked up, which may wait.
            settings: MULTICAST_HOPS, MULTICAST_LOOP, SNDBUF, RCVBUF, TOS and others.
            publishes: Listen to what receivers say, instead of to sources.

        Raises:
            ZMQError: EINVAL for an address that does not fit, ENODEV when there is no such
                interface, EPERM without the right to such sockets; EADDRINUSE and others.
        """
        return Channel(self, address, settings, publishes=publishes)

    def resolve(self, address: str, settings: Settings) -> list[str]:
        """Return nothing: an endpoint is known by its own text alone."""
        return []


class Channel:
    """What one endpoint sends and hears.

    Attributes:
        place: Its address, parsed.
        overhead: Octets of other protocols' headers in each packet.
        ears: Sockets that listen, each with the group that it listens to: None for our own address.
    """

    def __init__(self, medium: Medium, address: str, settings: Settings, *, publishes: bool) -> None:
        """Open the sockets: Medium.open() says more."""
        self.place = place = parse(address)
        self.overhead = medium.overheads[place.group.version]
        self.ears: list[tuple[PacketSocket, Address | None]] = []
        self._medium = medium
        self._settings = settings
        self._text = f"{medium.scheme}://{address}"
        self._port = place.port if medium.has_ports else 0
        self._family = socket.AF_INET if place.group.version == 4 else socket.AF_INET6
        self._sockets: list[socket.socket] = []
        try:
            self._sender = self._open_sender()
            self._out = PacketSender(self._sender, is_udp=medium.has_ports)
            if publishes:
                self._listen_to_receivers()
            else:
                for group in place.heard:
                    self.ears.append((self._packets(self._open_ear(group)), group))
        except OSError as error:
            self.close()
            raise self._explained(error) from error
        except ZMQError:
            self.close()
            raise

    # -- packets -------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether close() was not called."""
        return self._sender.fileno() >= 0

    @property
    def shares_ports(self) -> bool:
        """Whether what is said to our address may come to another program instead of us."""
        return self._medium.has_ports

    def send(self, packets: deque[bytes]) -> int:
        """Send packets to the group, and take what the system has taken off the queue.

        What is lost because the network is down counts as lost on the way.

        Returns:
            The octets of what was taken.
        """
        return self._out.send(packets, self._group_address)

    def send_to(self, packet: bytes, host: str) -> None:
        """Send a packet to a host or a group; it is lost if the system cannot take it now."""
        self._out.send(deque([packet]), self._to(host))

    def send_here(self, packet: bytes, group: str) -> None:
        """Send a packet to a group, but only to listeners on this machine."""
        settings = self._settings
        self._spread(self._sender, 0, is_heard_here=True)
        self.send_to(packet, group)
        self._spread(self._sender, settings.multicast_hops, is_heard_here=settings.multicast_loop)

    def close(self) -> None:
        """Release all descriptors. Idempotent."""
        for sock in self._sockets:
            sock.close()

    # -- sockets -------------------------------------------------------------------------------

    def _open(self) -> socket.socket:
        sock = socket.socket(self._family, *self._medium.kind)
        self._sockets.append(sock)
        sock.setblocking(False)
        prepare(sock, self._settings)
        return sock

    def _open_sender(self) -> socket.socket:
        sock = self._open()
        interface = self.place.interface
        self._group_address = self._to(str(self.place.group))
        if not self._settings.tos:
            self._set_class(sock)
        if self._family == socket.AF_INET:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, interface.address.packed)
        else:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, interface.number)
        self._spread(sock, self._settings.multicast_hops, is_heard_here=self._settings.multicast_loop)
        sock.bind(self._to(str(interface.address), 0))
        self._check_route()
        return sock

    def _check_route(self) -> None:
        """Raise OSError if no packet could be sent to the group: IPv6 has no way to it through lo."""
        if self._family == socket.AF_INET6:
            with socket.socket(self._family, socket.SOCK_DGRAM) as probe:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, self.place.interface.number)
                probe.connect(self._to(str(self.place.group), self.place.port))

    def _set_class(self, sock: socket.socket) -> None:
        with suppress(OSError, AttributeError):  # not on every system
            if self._family == socket.AF_INET:
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, EXPEDITED)
            else:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, EXPEDITED)

    def _spread(self, sock: socket.socket, hops: int, *, is_heard_here: bool) -> None:
        """Say how far packets to groups go."""
        if self._family == socket.AF_INET:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, hops)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, is_heard_here)
        else:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, hops)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, is_heard_here)

    def _listen_to_receivers(self) -> None:
        """Hear what is said to us alone, and what is said to all sources where that can be told apart."""
        own = self._open()
        _share(own)
        own.bind(self._to(str(self.place.interface.address)))
        self.ears.append((self._packets(own), None))
        for group in dict.fromkeys((self.place.group, *self.place.heard)):
            ear = self._open_ear(group)
            if attach_filter(ear, has_ports=self._medium.has_ports):
                self.ears.append((self._packets(ear), group))
            else:
                ear.close()

    def _open_ear(self, group: Address) -> socket.socket:
        """Open a socket that listens to a group."""
        sock = self._open()
        _share(sock)
        if self._settings.rcvbuf < 0:
            self._make_room(sock)
        everything = sys.platform == "win32"  # where no socket is bound to a group
        sock.bind(self._to("" if everything else str(group)))
        interface = self.place.interface
        if self._family == socket.AF_INET:
            member = group.packed + interface.address.packed
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        else:
            member = group.packed + struct.pack("@I", interface.number)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, member)
        if sys.platform == "linux":
            self._hear_own_groups_alone(sock)
        return sock

    def _hear_own_groups_alone(self, sock: socket.socket) -> None:
        with suppress(OSError):  # not on every version
            if self._family == socket.AF_INET:
                sock.setsockopt(socket.IPPROTO_IP, IP_MULTICAST_ALL, 0)
            else:
                sock.setsockopt(socket.IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0)

    def _make_room(self, sock: socket.socket) -> None:
        """Have the system keep as much as comes while we look elsewhere."""
        wanted = min(int(self._settings.rate * 125 * UNREAD_TIME) * KERNEL_SHARE, MOST_ROOM)
        if wanted > sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, wanted)

    def _packets(self, sock: socket.socket) -> PacketSocket:
        is_raw = not self._medium.has_ports
        return PacketSocket(sock, has_header=is_raw and self._family == socket.AF_INET)

    def _to(self, host: str, port: int | None = None) -> Any:
        """Return an address as the system wants it."""
        number = self._port if port is None else port
        if self._family == socket.AF_INET:
            return (host, number)
        return (host, number, 0, self.place.interface.number)

    def _explained(self, error: OSError) -> ZMQError:
        if not self._medium.has_ports and error.errno in (EPERM, EACCES):
            return zmq_error(
                EPERM,
                f"{self._text} needs the right to open raw sockets (CAP_NET_RAW); without it take epgm://, "
                "which goes through UDP",
            )
        return system_error(error, self._text)


def _share(sock: socket.socket) -> None:
    """Let others bind the same address."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if SO_REUSEPORT is not None:
        sock.setsockopt(socket.SOL_SOCKET, SO_REUSEPORT, 1)
