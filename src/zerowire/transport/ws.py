"""ws: octets over tcp, which the other side of the link wraps into WebSockets.

bind       INTERFACE:PORT[/PATH]       a server answers whatever path it is asked for (WS-1)
connect    [SOURCE;]HOST:PORT[/PATH]
"""

from __future__ import annotations

import re
from collections.abc import Callable
from errno import EINVAL

from zerowire.error import zmq_error
from zerowire.options import Settings
from zerowire.transport.base import Stream
from zerowire.transport.sockets import SocketStream
from zerowire.transport.tcp import TRANSPORT as TCP
from zerowire.transport.tcp import TcpConnecter, TcpListener
from zerowire.transport.tcp_address import parse_connect

Dress = Callable[[SocketStream], Stream]  # makes the stream of a tcp connection

PATH_SYNTAX = r"[!-~]*"


class WebSockets:
    """The transport, as it is; wss adds who encrypts."""

    scheme = "ws"

    def listen(self, address: str, settings: Settings) -> WebSocketListener:
        place, path = self.split(address)
        dress = self.as_server(settings)
        return WebSocketListener(TCP.listen(place, settings), self.scheme, path, dress)

    def resolve(self, address: str, settings: Settings) -> list[str]:
        place, path = self.split(address)
        return [f"{self.scheme}://{there[6:]}{path}" for there in TCP.resolve(place, settings)]

    def check_connect(self, address: str, settings: Settings) -> None:
        place, _ = self.split(address)
        TCP.check_connect(place, settings)
        self.as_client(parse_connect(place).peer.host, settings)

    def connecter(self, address: str, settings: Settings) -> WebSocketConnecter:
        place, path = self.split(address)
        dress = self.as_client(parse_connect(place).peer.host, settings)
        return WebSocketConnecter(TCP.connecter(place, settings), self.scheme, path, dress)

    def as_server(self, settings: Settings) -> Dress:
        """Return what makes the stream of an accepted connection.

        Raises:
            ZMQError: EINVAL: an option does not do.
        """
        return plain

    def as_client(self, host: str, settings: Settings) -> Dress:
        """Return what makes the stream of a connection to a host. Raises as as_server() does."""
        return plain

    def split(self, address: str) -> tuple[str, str]:
        """Return the address for tcp, and the path.

        Raises:
            ZMQError: EINVAL for a path that HTTP does not know.
        """
        place, _, path = address.partition("/")
        if not re.fullmatch(PATH_SYNTAX, path, re.ASCII):
            raise zmq_error(
                EINVAL, f"path {'/' + path!r} of {self.scheme}://{address} is not ASCII; write it with %XX"
            )
        return place, f"/{path}"


def plain(stream: SocketStream) -> Stream:
    """Return the stream as it is."""
    return stream


class WebSocketListener:
    """Accepts peers over tcp."""

    __slots__ = ("_dress", "_path", "_scheme", "_tcp", "endpoint")

    def __init__(self, tcp: TcpListener, scheme: str, path: str, dress: Dress) -> None:
        self._tcp = tcp
        self._scheme = scheme
        self._path = path
        self._dress = dress
        self.endpoint = f"{scheme}://{tcp.endpoint[6:]}{path}"

    def fileno(self) -> int:
        return self._tcp.fileno()

    def accept(self) -> Stream | None:
        stream = self._tcp.accept()
        return None if stream is None else dressed(stream, self._scheme, self._path, self._dress)

    def close(self) -> None:
        self._tcp.close()


class WebSocketConnecter:
    """One attempt to reach a peer over tcp."""

    __slots__ = ("_dress", "_path", "_scheme", "_tcp")

    def __init__(self, tcp: TcpConnecter, scheme: str, path: str, dress: Dress) -> None:
        self._tcp = tcp
        self._scheme = scheme
        self._path = path
        self._dress = dress
        tcp.endpoint = f"{scheme}://{tcp.endpoint[6:]}{path}"  # which errors name

    @property
    def needs_lookup(self) -> bool:
        return self._tcp.needs_lookup

    def lookup(self) -> None:
        self._tcp.lookup()

    def start(self) -> Stream | None:
        return self._ready(self._tcp.start())

    def fileno(self) -> int:
        return self._tcp.fileno()

    def finish(self) -> Stream | None:
        return self._ready(self._tcp.finish())

    def close(self) -> None:
        self._tcp.close()

    def _ready(self, stream: SocketStream | None) -> Stream | None:
        return None if stream is None else dressed(stream, self._scheme, self._path, self._dress)


def dressed(stream: SocketStream, scheme: str, path: str, dress: Dress) -> Stream:
    """Return the stream of a tcp connection, with endpoints that say what it is used for."""
    stream.local = f"{scheme}://{stream.local[6:]}{path}"
    stream.remote = f"{scheme}://{stream.remote[6:]}{path}"
    return dress(stream)


TRANSPORT = WebSockets()
