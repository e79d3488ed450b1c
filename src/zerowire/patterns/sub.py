"""SUB: receive what one has subscribed to. RFC 29."""

from __future__ import annotations

from typing import Any

from zerowire.constants import SocketOption, SocketType
from zerowire.message import Message
from zerowire.options import Accepts, Settings, boolean
from zerowire.patterns.base import Pattern
from zerowire.patterns.xsub import TOPICS_COUNT, XSub
from zerowire.routing.pipe import Pipe
from zerowire.routing.subscriptions import CANCEL, SUBSCRIBE


class Sub(XSub):
    """An XSUB that subscribes by options and filters what it receives.

    Publishers filter too; but a cancellation takes a while to reach them, and some
    transports reach everybody.
    """

    __slots__ = ("_next", "invert_matching")

    invert_matching: bool

    socket_type = SocketType.SUB
    sends = False
    options = (
        boolean(
            SocketOption.INVERT_MATCHING,
            False,
            accepts=Accepts.ANY,
            doc="Receive what does not match; set it at the publisher too.",
            readable=True,
        ),
        TOPICS_COUNT,
    )

    def __init__(self, settings: Settings, seed: int) -> None:
        super().__init__(settings, seed)
        self._next: tuple[Message, Pipe | None] | None = None  # found by can_receive()

    @property
    def _passes_all_cancellations(self) -> bool:
        return False

    def set_option(self, number: int, value: Any) -> bool:
        if number == SocketOption.SUBSCRIBE:
            self._apply(SUBSCRIBE + value)
        elif number == SocketOption.UNSUBSCRIBE:
            self._apply(CANCEL + value)
        else:
            return super().set_option(number, value)
        return True

    def can_send(self) -> bool:
        return False

    def send(self, message: Message) -> bool:
        return Pattern.send(self, message)

    def can_receive(self) -> bool:
        if self._next is None:
            message = self._find()
            if message is not None:
                self._next = message, self._fair_queue.last_pipe
        return self._next is not None

    def receive(self) -> Message | None:
        if self._next is not None:
            (message, self._last_pipe), self._next = self._next, None
            return message
        found = self._find()
        self._last_pipe = self._fair_queue.last_pipe
        return found

    def _find(self) -> Message | None:
        """Take the next message that is wanted."""
        topics = self._topics
        while (message := self._fair_queue.receive()) is not None:
            is_wanted = topics.has_everything or topics.match(
                message[0] if isinstance(message, list) else message
            )
            if is_wanted is not self.invert_matching:
                return message
            self.dropped += 1
        return None
