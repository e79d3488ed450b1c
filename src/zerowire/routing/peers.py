"""Peers by routing id."""

from __future__ import annotations

from collections.abc import Collection

from zerowire.routing.pipe import Pipe


class PeerTable:
    """Which pipe a routing id leads to.

    A peer that does not name itself gets a generated id of five octets: a zero, which
    names chosen by people should not begin with, and a big-endian counter.
    """

    __slots__ = ("_counter", "_pipes")

    def __init__(self, seed: int) -> None:
        """Args:
        seed: Where the counter of generated ids begins.
        """
        self._pipes: dict[bytes, Pipe] = {}
        self._counter = seed

    def __contains__(self, routing_id: bytes) -> bool:
        return routing_id in self._pipes

    @property
    def pipes(self) -> Collection[Pipe]:
        """All pipes in the table."""
        return self._pipes.values()

    def find(self, routing_id: bytes) -> Pipe | None:
        """Return the pipe of this peer, or None."""
        return self._pipes.get(routing_id)

    def add(self, routing_id: bytes, pipe: Pipe) -> None:
        """Let an id lead to a pipe, and no longer to another."""
        self._pipes[routing_id] = pipe

    def remove(self, routing_id: bytes, pipe: Pipe) -> None:
        """Forget an id, unless it leads to another pipe by now."""
        if self._pipes.get(routing_id) is pipe:
            del self._pipes[routing_id]

    def generate_id(self) -> bytes:
        """Return an id that no peer has."""
        while True:
            routing_id = b"\x00" + (self._counter & 0xFFFFFFFF).to_bytes(4, "big")
            self._counter += 1
            if routing_id not in self._pipes:
                return routing_id
