"""Bare blocking sockets, for what the same work costs without any library."""

from __future__ import annotations

import socket
from socket import AF_INET, AF_UNIX, IPPROTO_TCP, MSG_WAITALL, SOCK_STREAM, TCP_NODELAY


def listen(place: str, backlog: int = 1) -> socket.socket:
    """Listen at tcp://127.0.0.1:* or ipc://PATH."""
    scheme, _, address = place.partition("://")
    listener = socket.socket(AF_UNIX if scheme == "ipc" else AF_INET, SOCK_STREAM)
    listener.bind(address if scheme == "ipc" else ("127.0.0.1", 0))
    listener.listen(backlog)
    return listener


def endpoint_of(listener: socket.socket) -> str:
    """Return what connect() takes."""
    name = listener.getsockname()
    return f"ipc://{name}" if listener.family == AF_UNIX else f"tcp://{name[0]}:{name[1]}"


def accept(listener: socket.socket) -> socket.socket:
    """Take the one peer that comes."""
    stream, _ = listener.accept()
    return at_once(stream)


def connect(endpoint: str) -> socket.socket:
    """Connect to what endpoint_of() has returned."""
    scheme, _, address = endpoint.partition("://")
    stream = socket.socket(AF_UNIX if scheme == "ipc" else AF_INET, SOCK_STREAM)
    host, _, port = address.rpartition(":")
    stream.connect(address if scheme == "ipc" else (host, int(port)))
    return at_once(stream)


def at_once(stream: socket.socket) -> socket.socket:
    """Have every message leave at once."""
    if stream.family == AF_INET:
        stream.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    return stream


def fill(stream: socket.socket, view: memoryview) -> None:
    """Receive exactly as many octets as the view has."""
    received = stream.recv_into(view, len(view), MSG_WAITALL)
    while received < len(view):
        more = stream.recv_into(view[received:], 0, MSG_WAITALL)
        if not more:
            raise EOFError(f"the peer left after {received} octets of {len(view)}")
        received += more
