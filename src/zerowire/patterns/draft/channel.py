"""CHANNEL: an exclusive connection of two sockets, for messages of one frame. RFC 52."""

from __future__ import annotations

from zerowire.constants import SocketType
from zerowire.message import Message, unlabel
from zerowire.options import Settings
from zerowire.patterns.draft.frames import alone, lone_frames
from zerowire.patterns.pair import Pair


class Channel(Pair):
    """A PAIR whose messages have one frame."""

    __slots__ = ()

    socket_type = SocketType.CHANNEL
    peers = frozenset({SocketType.CHANNEL})
    lone_frames = True

    def __init__(self, settings: Settings, seed: int) -> None:
        super().__init__(settings, seed)
        self._fair_queue = lone_frames(self)

    def send(self, message: Message) -> bool:
        return super().send(unlabel(alone(self.socket_type, message)))
