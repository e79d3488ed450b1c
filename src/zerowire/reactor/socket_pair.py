"""The mark of a Waker where there is no eventfd."""

from __future__ import annotations

from typing import Self

from zerowire._native import socket


class SocketPair:
    """Two sockets, one of which reads what the other writes."""

    __slots__ = ("_far", "_near")

    def __init__(self, near: socket.socket, far: socket.socket) -> None:
        self._near, self._far = near, far
        near.setblocking(False)
        far.setblocking(False)

    @classmethod
    def open(cls) -> Self:
        near, far = (socket.socket(fileno=end.detach()) for end in socket.socketpair())
        return cls(near, far)

    def fileno(self) -> int:
        return self._near.fileno()

    def set(self) -> None:
        self._far.send(b"\0")

    def clear(self) -> None:
        self._near.recv(4096)

    def __del__(self) -> None:
        self._near.close()
        self._far.close()
