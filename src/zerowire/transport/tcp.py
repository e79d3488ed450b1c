"""tcp: octets over the network."""

from __future__ import annotations

import socket
import sys
from errno import EACCES, EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, ECONNABORTED, EINVAL
from typing import TYPE_CHECKING

from zerowire.error import ZMQError, zmq_error
from zerowire.options import Settings
from zerowire.transport.base import PeerRefused
from zerowire.transport.sockets import (
    SocketAddress,
    SocketConnecter,
    SocketListener,
    SocketStream,
    Target,
    adopt_socket,
    open_socket,
    system_error,
)
from zerowire.transport.tcp_address import (
    is_numeric,
    local_targets,
    numeric_text,
    parse_bind,
    parse_connect,
    peer_targets,
)
from zerowire.transport.tcp_options import prepare, tune, tune_accepted

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network
    from typing import TypeAlias

    Network: TypeAlias = IPv4Network | IPv6Network

INET = (socket.AF_INET, socket.AF_INET6)
EVERYWHERE = ("0.0.0.0", "::")  # a listener there learns its address from each peer
UNAVAILABLE = (EAFNOSUPPORT, EADDRNOTAVAIL)
REPAIRS = {  # of a bind that has failed
    EACCES: "; ports below 1024 are for the system, take another",
    EADDRINUSE: "; take another port, or * for any that is free",
    EADDRNOTAVAIL: "; this machine does not have the address, take one of its own, or * for all of them",
}


class Tcp:
    """The transport."""

    scheme = "tcp"

    def listen(self, address: str, settings: Settings) -> TcpListener:
        filters = [_network(text) for text in settings.tcp_accept_filter]
        if settings.use_fd >= 0:
            sock = adopt_socket(settings.use_fd, INET, f"tcp://{address}")
        else:
            sock = _listen_at_first(_local(address, settings), f"tcp://{address}", settings)
        return TcpListener(sock, settings, filters)

    def resolve(self, address: str, settings: Settings) -> list[str]:
        try:
            return [f"tcp://{numeric_text(target)[1]}" for _, target in _local(address, settings)]
        except (OSError, ZMQError):
            return []

    def check_connect(self, address: str, settings: Settings) -> None:
        parse_connect(address)

    def connecter(self, address: str, settings: Settings) -> TcpConnecter:
        return TcpConnecter(address, settings)


def _local(address: str, settings: Settings) -> list[Target]:
    return local_targets(parse_bind(address), ipv6=settings.ipv6, names=True)


def _listen_at_first(targets: list[Target], endpoint: str, settings: Settings) -> socket.socket:
    """Listen at the first address that this system has."""
    for target in targets:
        try:
            return _listen(target, settings)
        except OSError as error:
            if error.errno in UNAVAILABLE and target is not targets[-1]:
                continue
            raise system_error(error, f"{endpoint}{REPAIRS.get(error.errno or 0, '')}") from error
    raise AssertionError("there is always a target")


def _listen(target: Target, settings: Settings) -> socket.socket:
    family, address = target
    sock = open_socket(family)
    try:
        if sys.platform == "win32":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        prepare(sock, settings)
        sock.bind(address)
        sock.listen(settings.backlog)
    except BaseException:
        sock.close()
        raise
    return sock


class TcpListener(SocketListener):
    """Accepts tcp peers that pass the filters."""

    __slots__ = ("_filters", "_is_everywhere", "_settings")

    def __init__(self, sock: socket.socket, settings: Settings, filters: list[Network]) -> None:
        host, local = numeric_text(sock.getsockname())
        super().__init__(sock, f"tcp://{local}")
        self._is_everywhere = host in EVERYWHERE
        self._settings = settings
        self._filters = filters

    def _welcome(self, sock: socket.socket, address: SocketAddress) -> SocketStream:
        host, remote = numeric_text(address)
        if self._filters and not self._passes(host):
            raise PeerRefused(EACCES, f"peer {remote} passes no filter of {self.endpoint}")
        tune_accepted(sock, self._settings)
        local = f"tcp://{numeric_text(sock.getsockname())[1]}" if self._is_everywhere else self.endpoint
        return SocketStream(sock, local, f"tcp://{remote}", host)

    def _passes(self, host: str) -> bool:
        from ipaddress import IPv6Address, ip_address

        peer = ip_address(host.partition("%")[0])
        plain = peer.ipv4_mapped if isinstance(peer, IPv6Address) else None
        return any(peer in network or (plain and plain in network) for network in self._filters)


def _network(text: str) -> Network:
    from ipaddress import ip_network  # takes longer to load than this module, and few need it

    try:
        return ip_network(text, strict=False)
    except ValueError as error:
        raise zmq_error(EINVAL, f"TCP_ACCEPT_FILTER {text!r} is not ADDRESS or ADDRESS/BITS") from error


class TcpConnecter(SocketConnecter):
    """One attempt to reach a tcp peer; each looks its host up anew (TCP-4)."""

    __slots__ = ("_found", "_settings", "_source", "peer")

    def __init__(self, address: str, settings: Settings) -> None:
        super().__init__(f"tcp://{address}")
        self._source, self.peer = parse_connect(address)
        self._settings = settings
        self._found: list[Target] | None = None

    @property
    def needs_lookup(self) -> bool:
        return self._found is None and not is_numeric(self.peer.host)

    def lookup(self) -> None:
        self._found = peer_targets(self.peer, ipv6=self._settings.ipv6)

    def _find_targets(self) -> list[Target]:
        if self._found is None:
            self.lookup()
        return list(self._found or ())

    def _open(self, family: int) -> socket.socket:
        sock = open_socket(family)
        try:
            prepare(sock, self._settings)
            tune(sock, self._settings)
            if self._source is not None:
                self._bind_source(sock)
        except BaseException:
            sock.close()
            raise
        return sock

    def _bind_source(self, sock: socket.socket) -> None:
        assert self._source is not None
        if sys.platform != "win32":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for family, address in local_targets(self._source, ipv6=self._settings.ipv6, names=False):
            if family == sock.family:
                sock.bind(address)
                return
        raise zmq_error(EAFNOSUPPORT, f"the source and the peer of {self.endpoint} differ in IP version")

    def _make_stream(self, sock: socket.socket) -> SocketStream:
        local, remote = sock.getsockname(), sock.getpeername()
        if local == remote:  # TCP-11: the system chose the port that we were calling
            raise zmq_error(ECONNABORTED, f"{self.endpoint} has reached itself: nobody listens there")
        host, text = numeric_text(remote)
        return SocketStream(sock, "tcp://" + numeric_text(local)[1], f"tcp://{text}", host)


TRANSPORT = Tcp()
