"""CLIENT: talk to servers without taking turns. RFC 41."""

from __future__ import annotations

from collections.abc import Callable

from zerowire.constants import SocketType
from zerowire.message import Message, unlabel
from zerowire.options import Settings
from zerowire.patterns.dealer import Dealer
from zerowire.patterns.draft.frames import Sifted, alone
from zerowire.patterns.greeting import HELLO_MSG, HICCUP_MSG
from zerowire.routing.sieve import Sieve


class Client(Sifted, Dealer):
    """A DEALER whose messages have one frame."""

    __slots__ = ("_sieve",)

    socket_type = SocketType.CLIENT
    peers = frozenset({SocketType.SERVER})
    lone_frames = True
    options = (HELLO_MSG, HICCUP_MSG)

    def __init__(self, settings: Settings, seed: int) -> None:
        super().__init__(settings, seed)
        self.probe_router = False
        self._sieve = Sieve(self._fair_queue, self._pass_on)

    def sender(self) -> Callable[[Message], bool]:
        return self.send

    def send(self, message: Message) -> bool:
        return super().send(unlabel(alone(self.socket_type, message)))
