"""Many datagrams out of a socket in one call, where the system can do that."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

LARGEST = 65536  # octets
MOST = 32  # datagrams in one call
SOL_UDP, UDP_GRO = 17, 104
CONTROL_ROOM = 64  # octets, for one message about a size
GRO_SIZE = struct.Struct("=i")


class Inbox:
    """Takes datagrams out of a socket."""

    def __init__(self, sock: Any, *, has_header: bool) -> None:
        """Args:
        sock: It does not block.
        has_header: What it receives begins with a header of IPv4, which is taken off.
        """
        self._socket = sock
        self._header = has_header
        self._has_control = hasattr(sock, "recvmsg")  # Windows has not
        with suppress(OSError):  # Linux, and UDP, alone: datagrams that came together are one
            sock.setsockopt(SOL_UDP, UDP_GRO, 1)

    def receive(self) -> list[tuple[list[bytes], str]]:
        """Return what has come, MOST times at most, each time with the address that it came from."""
        return list(self._receive())

    def _receive_one(self) -> tuple[bytes, list[Any], Any]:
        if not self._has_control:
            octets, address = self._socket.recvfrom(LARGEST)
            return octets, [], address
        octets, control, _, address = self._socket.recvmsg(LARGEST, CONTROL_ROOM)
        return octets, control, address

    def _receive(self) -> Iterator[tuple[list[bytes], str]]:
        for _ in range(MOST):
            try:
                octets, control, address = self._receive_one()
            except OSError:  # nothing there; or a packet that somebody sent before was refused
                return
            if self._header:
                octets = octets[4 * (octets[0] & 15) :]
            size = GRO_SIZE.unpack(control[0][2])[0] if control else len(octets) or 1
            yield [octets[place : place + size] for place in range(0, len(octets) or 1, size)], address[0]
