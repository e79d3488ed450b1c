"""Packets out of sockets and into them: many a call, where the system can do that.

Linux takes a run of packets of one size for one, which it takes apart as late as possible
(UDP_SEGMENT), and hands over as one what has come like that (UDP_GRO). At a high rate most of
the work for a packet is the system's, and most of that is spared.
"""

from __future__ import annotations

import socket
import struct
import sys
from collections import deque
from contextlib import suppress
from errno import EINVAL, EIO, EMSGSIZE, ENOPROTOOPT, EOPNOTSUPP
from itertools import islice
from typing import Any

LARGEST = 65536
SOL_UDP, UDP_SEGMENT, UDP_GRO = 17, 103, 104
SEGMENT_SIZE = struct.Struct("=H")
GRO_SIZE = struct.Struct("=i")
CONTROL_ROOM = 64  # octets, for one message about the size
MOST_IN_RUN = 64  # packets
LONGEST_RUN = 64_000  # octets
CANNOT_JOIN = frozenset({EINVAL, EIO, EMSGSIZE, ENOPROTOOPT, EOPNOTSUPP})


class PacketSocket:
    """A socket that listens."""

    __slots__ = ("_header", "_socket")

    def __init__(self, sock: socket.socket, *, has_header: bool) -> None:
        """Args:
        sock: It is bound already.
        has_header: What it receives begins with a header of IPv4.
        """
        self._socket = sock
        self._header = has_header

    def fileno(self) -> int:
        """Return the descriptor to watch; -1 once closed."""
        return self._socket.fileno()

    def receive(self) -> tuple[list[bytes], str] | None:
        """Return the next packets and where they came from; None when there are none now."""
        try:
            packet, address = self._socket.recvfrom(LARGEST)
        except OSError:  # nothing there; or a packet that somebody sent before was refused
            return None
        if self._header:
            packet = packet[4 * (packet[0] & 15) :]
        return [packet], address[0]

    def close(self) -> None:
        """Release the descriptor. Idempotent."""
        self._socket.close()


class JoinedPacketSocket(PacketSocket):
    """A socket of UDP that listens, and may be given many packets as one."""

    __slots__ = ()

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock, has_header=False)
        with suppress(OSError):  # not on every version
            sock.setsockopt(SOL_UDP, UDP_GRO, 1)

    def receive(self) -> tuple[list[bytes], str] | None:
        try:
            octets, control, _, address = self._socket.recvmsg(LARGEST, CONTROL_ROOM)
        except OSError:
            return None
        if not control:
            return [octets], address[0]
        (size,) = GRO_SIZE.unpack(control[0][2])
        return [octets[place : place + size] for place in range(0, len(octets), size)], address[0]


class PacketSender:
    """A socket that sends."""

    __slots__ = ("_joins", "_socket")

    def __init__(self, sock: socket.socket, *, is_udp: bool) -> None:
        """Args:
        sock: It is bound already.
        is_udp: Packets are in UDP.
        """
        self._socket = sock
        self._joins = is_udp and sys.platform == "linux"

    def send(self, packets: deque[bytes], address: Any) -> int:
        """Send packets, and take what the system has taken off the queue; return the octets of that.

        What is lost because the network is down counts as lost on the way.
        """
        octets = 0
        while packets:
            count = self._send_run(run_of(packets) if self._joins else [packets[0]], address)
            if not count:
                break
            for _ in range(count):
                octets += len(packets.popleft())
        return octets

    def _send_run(self, run: list[bytes], address: Any) -> int:
        """Send packets, and return how many the system has taken."""
        try:
            if len(run) == 1:
                self._socket.sendto(run[0], address)
            else:
                size = SEGMENT_SIZE.pack(len(run[0]))
                self._socket.sendmsg(run, [(SOL_UDP, UDP_SEGMENT, size)], 0, address)
        except BlockingIOError:
            return 0
        except OSError as error:
            if len(run) > 1 and error.errno in CANNOT_JOIN:  # an old system, a small MTU
                self._joins = False
                return self._send_run(run[:1], address)
        return len(run)


def run_of(packets: deque[bytes]) -> list[bytes]:
    """Return those packets at the head of a queue that can be sent as one: the last may be shorter."""
    size = len(packets[0])
    run: list[bytes] = []
    room = LONGEST_RUN
    for packet in islice(packets, MOST_IN_RUN):
        left = len(packet)
        room -= left
        if left > size or (room < 0 and run):
            break
        run.append(packet)
        if left < size:
            break
    return run
