"""PEER: talk to each of one's equals by its number. RFC 51."""

from __future__ import annotations

from zerowire.constants import SocketType
from zerowire.options import Settings
from zerowire.patterns.draft.server import Server
from zerowire.patterns.greeting import DISCONNECT_MSG, HELLO_MSG, HICCUP_MSG
from zerowire.routing.pipe import Pipe


class Peer(Server):
    """A SERVER that connects to others of its kind, and knows their numbers at once."""

    __slots__ = ("connected_id", "hiccup_msg")

    hiccup_msg: bytes

    socket_type = SocketType.PEER
    peers = frozenset({SocketType.PEER})
    options = (HELLO_MSG, DISCONNECT_MSG, HICCUP_MSG)

    def __init__(self, settings: Settings, seed: int) -> None:
        super().__init__(settings, seed)
        self.connected_id = 0  # of the peer that was connected to last

    def attach(self, pipe: Pipe) -> None:
        super().attach(pipe)
        if pipe.connecting:
            self.connected_id = pipe.state

    def on_lost(self, pipe: Pipe) -> None:
        self._notify(pipe, self.hiccup_msg if pipe.connecting else self.disconnect_msg)
