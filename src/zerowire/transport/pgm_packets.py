"""Packets out of sockets and into them: many a call, where the system can do that.

Linux takes a run of packets of one size for one, which it takes apart as late as possible
(UDP_SEGMENT), and hands over as one what has come like that (UDP_GRO), and many of either at
once (recvmmsg). At a high rate most of the work for a packet is the system's, and most of that
is spared.
"""

from __future__ import annotations

import socket
import struct
import sys
from collections import deque
from collections.abc import Callable
from errno import EINVAL, EIO, EMSGSIZE, ENOPROTOOPT, EOPNOTSUPP
from itertools import islice
from typing import Any

from zerowire.leaf.datagrams import Inbox

SOL_UDP, UDP_SEGMENT = 17, 103
SEGMENT_SIZE = struct.Struct("=H")
MOST_IN_RUN = 64  # packets
LONGEST_RUN = 64_000  # octets
CANNOT_JOIN = frozenset({EINVAL, EIO, EMSGSIZE, ENOPROTOOPT, EOPNOTSUPP})


class PacketSocket:
    """A socket that listens."""

    __slots__ = ("_socket", "receive")

    receive: Callable[[], list[tuple[list[bytes], str]]]  # what has come, with the address that it came from

    def __init__(self, sock: socket.socket, *, has_header: bool) -> None:
        """Args:
        sock: It is bound already.
        has_header: What it receives begins with a header of IPv4.
        """
        self._socket = sock
        self.receive = Inbox(sock, has_header=has_header).receive

    def fileno(self) -> int:
        """Return the descriptor to watch; -1 once closed."""
        return self._socket.fileno()

    def close(self) -> None:
        """Release the descriptor. Idempotent."""
        self._socket.close()


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
