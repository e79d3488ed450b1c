"""Streams that lead nowhere but to each other."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from errno import EBADF, ECONNRESET, EPIPE

from zerowire.error import zmq_error
from zerowire.transport.base import Buffer
from zerowire.transport.sockets import SocketStream

CAPACITY = 65536


class Channel:
    """One direction: octets that were written and not read yet."""

    __slots__ = ("capacity", "ended", "octets")

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.octets = bytearray()
        self.ended = False  # the writer has left

    @property
    def room(self) -> int:
        """How many octets fit now."""
        return max(0, self.capacity - len(self.octets))


class MemoryStream:
    """One end of a transport.Stream that is nothing but memory.

    It has no descriptor, so it cannot be polled: whoever tests with it says when to read
    and write. What one end sends the other can receive at once, unless `capacity` is used
    up; set that to let a stream take so many octets and no more.

    Made with pair().
    """

    __slots__ = (
        "_inbound",
        "_is_closed",
        "_outbound",
        "_peer",
        "is_broken",
        "local",
        "peer_address",
        "remote",
    )

    is_bare = False

    def __init__(self, outbound: Channel, inbound: Channel, local: str, remote: str) -> None:
        self._outbound = outbound
        self._inbound = inbound
        self._peer: MemoryStream | None = None
        self._is_closed = False
        self.is_broken = False
        self.local = local
        self.remote = remote
        self.peer_address = remote.partition("://")[2]

    @classmethod
    def pair(cls, capacity: int = CAPACITY) -> tuple[MemoryStream, MemoryStream]:
        """Return two ends that are connected.

        Args:
            capacity: Octets that are kept for a reader, in either direction.
        """
        there, back = Channel(capacity), Channel(capacity)
        first = cls(there, back, "memory://first", "memory://second")
        second = cls(back, there, "memory://second", "memory://first")
        first._peer, second._peer = second, first
        return first, second

    @property
    def capacity(self) -> int:
        """How many octets this end may be ahead of the reader."""
        return self._outbound.capacity

    @capacity.setter
    def capacity(self, octets: int) -> None:
        self._outbound.capacity = octets

    @property
    def in_flight(self) -> int:
        """Return 0: the other end can read all that was written, whatever becomes of this one."""
        return 0

    def fileno(self) -> int:
        """Return -1: there is no descriptor."""
        return -1

    def receive(self, size: int) -> bytes | None:
        """Return octets that wait; None when there are none now, b"" at the end."""
        self._check()
        inbound = self._inbound
        if not inbound.octets:
            return b"" if inbound.ended else None
        data = bytes(inbound.octets[:size])
        del inbound.octets[:size]
        return data

    def receive_vector(self, views: Sequence[memoryview]) -> int | None:
        """Write octets that wait into views; None when there are none now, 0 at the end."""
        total = 0
        for view in views:
            data = self.receive(len(view))
            if data is None:
                return total or None
            view[: len(data)] = data
            total += len(data)
        return total

    def send(self, data: Buffer) -> int:
        """Write as much as fits."""
        self._check()
        peer = self._peer
        assert peer is not None
        if peer._is_closed:
            raise zmq_error(EPIPE, f"the other end is closed: {self.remote}")
        if self._outbound.ended:
            raise zmq_error(EPIPE, f"this end has ended: {self.local}")
        taken = min(len(data), self._outbound.room)
        self._outbound.octets += memoryview(data)[:taken]
        return taken

    def send_vector(self, buffers: Sequence[Buffer]) -> int:
        """Write as much of several buffers as fits."""
        return self.send(b"".join(buffers))

    def break_off(self) -> None:
        """Be reset, as by a cable that is cut: what is on its way is lost, both ends raise ECONNRESET."""
        assert self._peer is not None
        for end in (self, self._peer):
            end.is_broken = True
            end._inbound.octets.clear()

    def end(self) -> None:
        """Write no more; what the other end sends can still be read."""
        self._check()
        self._outbound.ended = True

    def close(self) -> None:
        """Leave; the other end can still read what was sent. Idempotent."""
        self._is_closed = True
        self._outbound.ended = True

    def _check(self) -> None:
        if self._is_closed:
            raise zmq_error(EBADF, f"the stream is closed: {self.local}")
        if self.is_broken:
            raise zmq_error(ECONNRESET, f"the stream is broken: {self.remote}")


def stream_pair(buffer_size: int | None = None) -> tuple[SocketStream, SocketStream]:
    """Return two streams that are connected and have descriptors, so that a Poller can watch them.

    Args:
        buffer_size: About how many octets the system shall keep for a reader; None is its own choice.
    """
    first, second = socket.socketpair()
    for end in (first, second):
        end.setblocking(False)
        if buffer_size is not None:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer_size)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_size)
    here, there = "memory://first", "memory://second"
    return SocketStream(first, here, there, "second"), SocketStream(second, there, here, "first")
