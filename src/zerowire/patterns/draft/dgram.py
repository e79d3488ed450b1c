"""DGRAM: send and receive datagrams of plain UDP, each with the address of the other side.

A message is always two frames, the address and the data, towards the application and in
the pipe alike. An address is text, b"127.0.0.1:5555" say, without a NUL; the application may
send one with a NUL behind it, as libzmq delivers them, and the pipe gets it without.

The udp transport makes one pipe and attaches it when it is bound. It pushes [address, data]
for each datagram that arrives, and sends what it pops; what it cannot send it drops.
"""

from __future__ import annotations

from errno import EINVAL
from functools import lru_cache
from ipaddress import ip_address

from zerowire.constants import SocketType
from zerowire.error import zmq_error
from zerowire.message import Message, octets_of
from zerowire.patterns.pair import Pair


class Dgram(Pair):
    """Talk to whoever an address leads to, by the one pipe that there is."""

    __slots__ = ()

    socket_type = SocketType.DGRAM
    peers = frozenset({SocketType.DGRAM})

    def send(self, message: Message) -> bool:
        if not isinstance(message, list) or len(message) != 2:
            count = len(message) if isinstance(message, list) else 1
            told = f"a DGRAM socket sends messages of two frames, [address, data], not of {count}"
            raise zmq_error(EINVAL, f"{told}: send_multipart([b'127.0.0.1:5555', data])")
        address, data = message
        text = bytes(octets_of(address)).rstrip(b"\0")
        if not is_address(text):
            told = "is no address of a datagram; write b'127.0.0.1:5555' or b'[::1]:5555'"
            raise zmq_error(EINVAL, f"{text!r} {told}, as names are not looked up")
        return super().send([text, data])


@lru_cache(maxsize=1024)
def is_address(text: bytes) -> bool:
    """Return whether a text is ADDRESS:PORT; an address of IPv6 stands in brackets."""
    host, _, port = text.decode("ascii", "replace").rpartition(":")
    is_six = host.startswith("[") and host.endswith("]")
    try:
        version = ip_address(host[1:-1] if is_six else host).version
    except ValueError:
        return False
    return version == (6 if is_six else 4) and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536
