"""SCATTER: deal messages of one frame out. RFC 49."""

from __future__ import annotations

from collections.abc import Callable

from zerowire.constants import SocketType
from zerowire.message import Message, unlabel
from zerowire.patterns.draft.frames import alone
from zerowire.patterns.push import Push


class Scatter(Push):
    """A PUSH whose messages have one frame."""

    __slots__ = ()

    socket_type = SocketType.SCATTER
    peers = frozenset({SocketType.GATHER})
    lone_frames = True

    def sender(self) -> Callable[[Message], bool]:
        return self.send

    def send(self, message: Message) -> bool:
        return super().send(unlabel(alone(self.socket_type, message)))
