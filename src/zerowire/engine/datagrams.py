"""What is in the datagrams of a socket type, and where they go."""

from __future__ import annotations

from typing import Protocol

from zerowire.message import Message, octets_of
from zerowire.transport.sockets import SocketAddress
from zerowire.transport.udp import LARGEST
from zerowire.transport.udp_address import peer_address, peer_text
from zerowire.zmtp.datagram import MAX_SIZE, decode, encode
from zerowire.zmtp.violation import Violation


class Form(Protocol):
    """Makes datagrams of messages, and messages of datagrams."""

    size: int  # octets of a datagram that decode() wants to see

    def encode(self, message: Message) -> tuple[bytes, SocketAddress] | None:
        """Return a datagram and where it goes; None if the message cannot be sent."""

    def decode(self, datagram: bytes, source: SocketAddress) -> Message:
        """Return the message.

        Raises:
            RemoteProtocolError: It is none.
        """


class Grouped:
    """A group and a body: RADIO and DISH."""

    size = MAX_SIZE + 1

    def __init__(self, target: SocketAddress, limit: int) -> None:
        """Args:
        target: Where all datagrams go.
        limit: Refuse bodies of more octets than this; -1 refuses none (MAXMSGSIZE).
        """
        self._target = target
        self._limit = limit

    def encode(self, message: Message) -> tuple[bytes, SocketAddress] | None:
        datagram = encode(message)
        return None if datagram is None else (datagram, self._target)

    def decode(self, datagram: bytes, source: SocketAddress) -> Message:
        return decode(datagram, self._limit)


class Addressed:
    """Nothing but the data, as the message has the address: DGRAM."""

    size = LARGEST

    def __init__(self, family: int, limit: int) -> None:
        """Args:
        family: Of the socket: AF_INET or AF_INET6.
        limit: As Grouped has it.
        """
        self._family = family
        self._limit = limit

    def encode(self, message: Message) -> tuple[bytes, SocketAddress] | None:
        assert isinstance(message, list)
        address, data = message
        target = peer_address(bytes(octets_of(address)), self._family)
        return None if target is None else (bytes(octets_of(data)), target)

    def decode(self, datagram: bytes, source: SocketAddress) -> Message:
        if 0 <= self._limit < len(datagram):
            raise Violation.NONE.found(f"{len(datagram)} octets, beyond the limit of {self._limit}")
        return [peer_text(source), datagram]
