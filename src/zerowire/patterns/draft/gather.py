"""GATHER: collect messages of one frame. RFC 49."""

from __future__ import annotations

from zerowire.constants import SocketType
from zerowire.options import Settings
from zerowire.patterns.draft.frames import Sifted
from zerowire.patterns.pull import Pull
from zerowire.routing.sieve import Sieve


class Gather(Sifted, Pull):
    """A PULL whose messages have one frame."""

    __slots__ = ("_sieve",)

    socket_type = SocketType.GATHER
    peers = frozenset({SocketType.SCATTER})
    lone_frames = True

    def __init__(self, settings: Settings, seed: int) -> None:
        super().__init__(settings, seed)
        self._sieve = Sieve(self._fair_queue, self._pass_on)
