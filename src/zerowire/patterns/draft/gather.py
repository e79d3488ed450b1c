"""GATHER: collect messages of one frame. RFC 49."""

from __future__ import annotations

from zerowire.constants import SocketType
from zerowire.options import Settings
from zerowire.patterns.draft.frames import lone_frames
from zerowire.patterns.pull import Pull


class Gather(Pull):
    """A PULL whose messages have one frame."""

    __slots__ = ()

    socket_type = SocketType.GATHER
    peers = frozenset({SocketType.SCATTER})
    lone_frames = True

    def __init__(self, settings: Settings, seed: int) -> None:
        super().__init__(settings, seed)
        self._fair_queue = lone_frames(self)
