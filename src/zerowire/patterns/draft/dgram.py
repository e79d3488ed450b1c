"""DGRAM: send and receive datagrams of plain UDP, each with the address of the other side.

A message is always two frames, the address and the data, towards the application and in
the pipe alike. An address is text, b"127.0.0.1:5555" say, without a NUL; the application may
send one with a NUL behind it, as libzmq delivers them, and the pipe gets it without.

The udp transport makes one pipe and attaches it when it is bound. It pushes [address, data]
for each datagram that arrives, and sends what it pops; what it cannot send it drops.
"""

from __future__ import annotations

from errno import EINVAL

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
        return super().send([bytes(octets_of(address)).rstrip(b"\0"), data])
