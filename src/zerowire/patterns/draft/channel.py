"""CHANNEL: an exclusive connection of two sockets, for messages of one frame. RFC 52."""

from __future__ import annotations

from zerowire.constants import SocketType
from zerowire.message import Message, unlabel
from zerowire.options import Settings
from zerowire.patterns.draft.frames import Sifted, alone
from zerowire.patterns.pair import Pair
from zerowire.routing.sieve import Sieve


class Channel(Sifted, Pair):
    """A PAIR whose messages have one frame."""

    __slots__ = ("_sieve",)

    socket_type = SocketType.CHANNEL
    peers = frozenset({SocketType.CHANNEL})
    lone_frames = True

    def __init__(self, settings: Settings, seed: int) -> None:
        super().__init__(settings, seed)
        self._sieve = Sieve(self._fair_queue, self._pass_on)

    def send(self, message: Message) -> bool:
        return super().send(unlabel(alone(self.socket_type, message)))
