"""XPUB: publish, and see who wants what. RFC 29.

Peers subscribe by messages of one frame, 01 and the topic or 00 and the topic. They
take effect as soon as they come, and the application receives those that change
something (all of them with XPUB_VERBOSE and XPUB_VERBOSER). With XPUB_MANUAL it
receives all, and only what it then asks for itself takes effect.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from typing import Any

from zerowire.constants import SocketOption, SocketType
from zerowire.message import Message, Part
from zerowire.options import Accepts, Settings, boolean, computed, octets
from zerowire.patterns.base import Pattern
from zerowire.routing.fan_out import FanOut
from zerowire.routing.pipe import Pipe
from zerowire.routing.subscriptions import CANCEL, EVERYTHING, SUBSCRIBE, Subscriptions, split_subscriptions


class XPub(Pattern):
    """Send each message to all peers that subscribed to a prefix of its first frame."""

    __slots__ = (
        "_fan_out",
        "_last_subscriber",
        "_pending",
        "_requested",
        "_subscriptions",
        "invert_matching",
        "only_first_subscribe",
        "xpub_manual",
        "xpub_manual_last_value",
        "xpub_nodrop",
        "xpub_verbose",
        "xpub_verboser",
        "xpub_welcome_msg",
    )

    invert_matching: bool
    only_first_subscribe: bool
    xpub_manual: bool
    xpub_manual_last_value: bool
    xpub_nodrop: bool
    xpub_verbose: bool
    xpub_verboser: bool
    xpub_welcome_msg: bytes

    socket_type = SocketType.XPUB
    peers = frozenset({SocketType.SUB, SocketType.XSUB})
    options = (
        boolean(SocketOption.XPUB_VERBOSE, False, doc="Receive repeated subscriptions too."),
        boolean(
            SocketOption.XPUB_VERBOSER, False, doc="Receive repeated subscriptions and cancellations too."
        ),
        boolean(
            SocketOption.XPUB_NODROP, False, doc="Wait if a subscriber has no room, instead of dropping."
        ),
        boolean(SocketOption.XPUB_MANUAL, False, doc="Let the application decide about subscriptions."),
        boolean(
            SocketOption.XPUB_MANUAL_LAST_VALUE,
            False,
            doc="As XPUB_MANUAL; the next message goes only to the peer that subscribed last.",
        ),
        octets(SocketOption.XPUB_WELCOME_MSG, b"", doc="A message to send to each new peer; empty for none."),
        boolean(
            SocketOption.ONLY_FIRST_SUBSCRIBE, False, doc="Look for subscriptions in first frames alone."
        ),
        boolean(
            SocketOption.INVERT_MATCHING,
            False,
            accepts=Accepts.ANY,
            doc="Send to those whose topics do not match.",
            readable=True,
        ),
        computed(SocketOption.TOPICS_COUNT, doc="The number of distinct topics that peers subscribed to."),
    )

    def __init__(self, settings: Settings, seed: int) -> None:
        super().__init__(settings, seed)
        self._fan_out = FanOut()
        self._subscriptions = Subscriptions()
        self._requested = Subscriptions()  # what peers asked for while the application decides
        self._pending: deque[tuple[Message, Pipe, bool]] = deque()  # the flag: a user's message
        self._last_subscriber: Pipe | None = None

    # -- peers ------------------------------------------------------------------------------

    def attach(self, pipe: Pipe) -> None:
        self._fan_out.attach(pipe)
        pipe.state = 0  # how many of its user's messages are pending
        self._welcome(pipe)
        self._read(pipe)

    def detach(self, pipe: Pipe) -> None:
        if pipe in self._fan_out.pipes:
            self._read(pipe)
            self._fan_out.detach(pipe)
            self._forget(pipe)

    def on_lost(self, pipe: Pipe) -> None:
        self._forget(pipe)

    def on_reconnected(self, pipe: Pipe) -> None:
        self._welcome(pipe)

    def on_readable(self, pipe: Pipe) -> None:
        self._read(pipe)

    def _welcome(self, pipe: Pipe) -> None:
        if self.xpub_welcome_msg:
            pipe.push_command(self.xpub_welcome_msg)

    # -- subscriptions ----------------------------------------------------------------------

    @property
    def topics_count(self) -> int:
        """The number of distinct topics that peers are subscribed to."""
        return self._subscriptions.topics_count

    @property
    def _is_manual(self) -> bool:
        return self.xpub_manual or self.xpub_manual_last_value

    def _read(self, pipe: Pipe) -> None:
        """Take what has come from a peer, but no more of its user's messages than RCVHWM."""
        hwm = self.settings.rcvhwm
        while not 0 < hwm <= pipe.state and (message := pipe.pop()) is not None:
            subscriptions, rest = split_subscriptions(message, only_first=self.only_first_subscribe)
            for subscription in subscriptions:
                self._apply(subscription, pipe)
            if rest is not None:
                self._keep(rest, pipe, True)

    def _apply(self, subscription: bytes, pipe: Pipe) -> None:
        if pipe not in self._fan_out.pipes:  # read after it has left
            return
        topic = subscription[1:]
        table = self._requested if self._is_manual else self._subscriptions
        if subscription[:1] == SUBSCRIBE:
            is_news = table.add(topic, pipe) or self.xpub_verbose or self.xpub_verboser
        else:
            existed, was_last = table.remove(topic, pipe)
            is_news = was_last or not existed or self.xpub_verboser  # XPUB-4b
        if is_news or self._is_manual:
            self._keep(subscription, pipe, False)

    def subscribe_to_all(self, pipe: Pipe) -> None:
        """Send everything to a peer that cannot say what it wants: a multicast group."""
        self._subscriptions.add(EVERYTHING, pipe)

    def _forget(self, pipe: Pipe) -> None:
        """Cancel all subscriptions of a peer that is gone."""
        for topic, _ in self._requested.remove_pipe(pipe):
            self._keep(CANCEL + topic, pipe, False)
        for topic, was_last in self._subscriptions.remove_pipe(pipe):
            if not self._is_manual and (was_last or self.xpub_verboser):
                self._keep(CANCEL + topic, pipe, False)
        if pipe is self._last_subscriber:
            self._last_subscriber = None

    def _keep(self, message: Message, pipe: Pipe, is_users: bool) -> None:
        """Let the application receive a message."""
        pipe.state += is_users
        self._pending.append((message, pipe, is_users))

    def set_option(self, number: int, value: Any) -> bool:
        if number not in (SocketOption.SUBSCRIBE, SocketOption.UNSUBSCRIBE):
            return super().set_option(number, value)
        if not self._is_manual:
            return False
        pipe = self.last_pipe
        if pipe is not None and pipe in self._fan_out.pipes:
            if number == SocketOption.SUBSCRIBE:
                self._subscriptions.add(value, pipe)
            else:
                self._subscriptions.remove(value, pipe)
        return True

    # -- messages ---------------------------------------------------------------------------

    def can_send(self) -> bool:
        return True

    def check_send(self, first: Message) -> bool:
        return not self.xpub_nodrop or have_room(self._match(first))

    def send(self, message: Message) -> bool:
        pipes = self._match(message)
        if self.xpub_nodrop and not have_room(pipes):
            return False
        self.dropped += self._fan_out.send_to(pipes, message)
        self._last_subscriber = None
        return True

    def _match(self, message: Message) -> Collection[Pipe]:
        first: Part = message[0] if isinstance(message, list) else message
        pipes: Collection[Pipe] = self._subscriptions.match(first)
        if self._last_subscriber is not None and self.xpub_manual_last_value:
            pipes = [pipe for pipe in pipes if pipe is self._last_subscriber]
        if self.invert_matching:
            matching = set(pipes)
            pipes = [pipe for pipe in self._fan_out.pipes if pipe not in matching]
        return pipes

    def count_subscribers(self, topic: bytes | None) -> int:
        if topic is None:
            return self._subscriptions.pipes_count
        return len(self._match(topic))

    def can_receive(self) -> bool:
        return bool(self._pending)

    def receive(self) -> Message | None:
        if not self._pending:
            return None
        message, pipe, is_users = self._pending.popleft()
        self._last_pipe = pipe
        if is_users:
            pipe.state -= 1
            self._read(pipe)
        elif isinstance(message, bytes) and message[:1] == SUBSCRIBE and pipe in self._fan_out.pipes:
            self._last_subscriber = pipe
        return message


def have_room(pipes: Collection[Pipe]) -> bool:
    """Return whether a message would find room in all of these pipes."""
    return all(pipe.has_room for pipe in pipes)
