"""PUB: publish to whom it may concern. RFC 29."""

from __future__ import annotations

from zerowire.constants import SocketType
from zerowire.message import Message
from zerowire.patterns.base import Pattern
from zerowire.patterns.xpub import XPub
from zerowire.routing.pipe import Pipe


class Pub(XPub):
    """An XPUB whose application is not told who subscribes, and receives nothing else either."""

    __slots__ = ()

    socket_type = SocketType.PUB

    def _keep(self, message: Message, pipe: Pipe, is_users: bool) -> None:
        self.dropped += is_users

    def receive(self) -> Message | None:
        return Pattern.receive(self)
