"""XSUB: receive from publishers, and subscribe by sending messages. RFC 29.

A frame that begins with the octet 01 subscribes to the topic behind it, one that begins
with 00 cancels. Every publisher is told every subscription: at once, when it is attached,
and again when its connection was lost and made anew. Whatever else the application sends
goes upstream to all publishers.
"""

from __future__ import annotations

from typing import ClassVar

from zerowire.constants import SocketOption, SocketType
from zerowire.message import Message
from zerowire.options import Option, Settings, boolean, computed
from zerowire.patterns.base import Pattern
from zerowire.routing.fair_queue import FairQueue
from zerowire.routing.fan_out import FanOut
from zerowire.routing.pipe import Pipe
from zerowire.routing.subscriptions import SUBSCRIBE, Topics, is_subscription, split_subscriptions

TOPICS_COUNT = computed(SocketOption.TOPICS_COUNT, doc="The number of distinct topics subscribed to.")


class XSub(Pattern):
    """Receive from all publishers in turn, unfiltered; send subscriptions to all of them."""

    __slots__ = ("_fair_queue", "_fan_out", "_topics", "only_first_subscribe", "xsub_verbose_unsubscribe")

    only_first_subscribe: bool
    xsub_verbose_unsubscribe: bool

    socket_type = SocketType.XSUB
    peers = frozenset({SocketType.PUB, SocketType.XPUB})
    default_linger = 0
    options: ClassVar[tuple[Option, ...]] = (
        boolean(
            SocketOption.ONLY_FIRST_SUBSCRIBE, False, doc="Look for subscriptions in first frames alone."
        ),
        boolean(
            SocketOption.XSUB_VERBOSE_UNSUBSCRIBE, False, doc="Pass on every cancellation, not only the last."
        ),
        TOPICS_COUNT,
    )

    def __init__(self, settings: Settings, seed: int) -> None:
        super().__init__(settings, seed)
        self._fair_queue = FairQueue()
        self._fan_out = FanOut()
        self._topics = Topics()

    # -- peers ------------------------------------------------------------------------------

    def attach(self, pipe: Pipe) -> None:
        self._fan_out.attach(pipe)
        self._fair_queue.attach(pipe)
        self._subscribe_at(pipe)

    def detach(self, pipe: Pipe) -> None:
        self._fan_out.detach(pipe)
        self._fair_queue.detach(pipe)

    def on_reconnected(self, pipe: Pipe) -> None:
        pipe.retract(is_subscription)
        self._subscribe_at(pipe)

    def on_readable(self, pipe: Pipe) -> None:
        self._fair_queue.activate(pipe)

    def _subscribe_at(self, pipe: Pipe) -> None:
        for topic in self._topics:
            pipe.push_command(SUBSCRIBE + topic)

    # -- subscriptions ----------------------------------------------------------------------

    @property
    def topics_count(self) -> int:
        """The number of distinct topics subscribed to."""
        return len(self._topics)

    def _apply(self, subscription: bytes) -> None:
        topic = subscription[1:]
        if subscription[:1] == SUBSCRIBE:
            self._topics.add(topic)  # publishers are told of repeated ones too, for XPUB_VERBOSE
        elif not self._topics.remove(topic) and not self._passes_all_cancellations:
            return
        for pipe in tuple(self._fan_out.pipes):
            pipe.push_command(subscription)

    @property
    def _passes_all_cancellations(self) -> bool:
        return self.xsub_verbose_unsubscribe

    # -- messages ---------------------------------------------------------------------------

    def can_send(self) -> bool:
        return True

    def send(self, message: Message) -> bool:
        subscriptions, rest = split_subscriptions(message, only_first=self.only_first_subscribe)
        for subscription in subscriptions:
            self._apply(subscription)
        if rest is not None:
            self.dropped += self._fan_out.send(rest)
        return True

    def receive(self) -> Message | None:
        message = self._fair_queue.receive()
        self._last_pipe = self._fair_queue.last_pipe
        return message

    def can_receive(self) -> bool:
        return self._fair_queue.has_input
