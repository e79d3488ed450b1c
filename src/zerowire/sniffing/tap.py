"""Octets that pass through us, from who connects to a listener of ours to a target, and back.

They are forwarded as they are, before anybody looks at them; whoever has the ends does not notice
us but for the time it takes. Each direction keeps no more than LIMIT octets that were not sent yet.
"""

from __future__ import annotations

import selectors
import time
from collections.abc import Callable

from zerowire.error import ZMQError
from zerowire.options import Settings
from zerowire.sniffing.conversation import Conversation
from zerowire.sniffing.seen import Seen
from zerowire.transport import endpoint as endpoints
from zerowire.transport import schemes
from zerowire.transport.base import Connecter, Stream

SIZE = 1 << 16  # octets in a read
LIMIT = 1 << 20
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
REST = 0.05  # seconds without accepting, when the system has no descriptors left

OnSeen = Callable[[Seen], object]


class Lane:
    """One direction of a relay."""

    def __init__(self, source: Stream, target: Stream) -> None:
        self.source = source
        self.target = target
        self.waiting = bytearray()
        self.has_ended = False  # the source says no more
        self.is_done = False  # and the target knows

    @property
    def may_read(self) -> bool:
        """Whether there is room for more."""
        return not self.has_ended and len(self.waiting) < LIMIT

    def receive(self) -> bytes:
        """Take octets from the source and pass on what fits; return them."""
        octets = self.source.receive(SIZE)
        if octets is None:
            return b""
        self.has_ended = not octets
        self.waiting += octets
        self.send()
        return octets

    def send(self) -> None:
        """Pass on what fits, and then the end."""
        if self.waiting:
            del self.waiting[: self.target.send(self.waiting)]
        if self.has_ended and not self.waiting and not self.is_done:
            self.is_done = True
            self.target.end()


class Relay:
    """One connection through the tap: first being made, then lanes in both directions."""

    def __init__(self, near: Stream, connecter: Connecter, target: str) -> None:
        self.near = near
        self.connecter: Connecter | None = connecter
        self.far: Stream | None = None
        self.lanes: list[Lane] = []  # from who has connected, and back
        self.conversation = Conversation(name_of(near.remote), target)

    @property
    def is_over(self) -> bool:
        """Whether both sides have said all."""
        return bool(self.lanes) and all(lane.is_done for lane in self.lanes)

    def link(self, far: Stream) -> None:
        """Begin to pass octets."""
        self.far, self.connecter = far, None
        self.lanes = [Lane(self.near, far), Lane(far, self.near)]

    def close(self) -> None:
        """Close both ends."""
        for end in (self.near, self.far, self.connecter):
            if end is not None:
                end.close()


class Tap:
    """A listener that passes all octets on to a target, and tells what they say.

    Call step() in a loop. Nothing is connected to the target before somebody connects to us.

    Args:
        listen: The endpoint to bind, tcp or ipc.
        target: The endpoint to pass octets on to.
        on_seen: Called with everything that was seen, in order, after it was passed on.

    Raises:
        ZMQError: An endpoint cannot be used, or is in use.
    """

    def __init__(self, listen: str, target: str, on_seen: OnSeen) -> None:
        self.connections = 0
        self._on_seen = on_seen
        self._settings = Settings()
        self._target = endpoints.parse(target)
        self._transport = schemes.find(self._target.scheme)
        self._transport.check_connect(self._target.address, self._settings)
        own = endpoints.parse(listen)
        self._listener = schemes.find(own.scheme).listen(own.address, self._settings)
        self.endpoint = self._listener.endpoint
        self._relays: list[Relay] = []
        self._selector = selectors.DefaultSelector()
        self._rests_until = 0.0

    def close(self) -> None:
        """Stop listening, and close all connections. Idempotent."""
        for relay in self._relays:
            relay.close()
        self._relays = []
        self._listener.close()
        self._selector.close()

    def step(self, timeout: float | None = None) -> None:
        """Wait until something is ready, and pass it on.

        Args:
            timeout: Seconds to wait at most; None for as long as it takes.
        """
        self._watch()
        if self._is_resting:
            timeout = REST if timeout is None else min(timeout, REST)
        for key, events in self._selector.select(timeout):
            relay = key.data
            if relay is None:
                self._accept()
            elif relay in self._relays:
                self._serve(relay, key.fd, events)

    @property
    def _is_resting(self) -> bool:
        return time.monotonic() < self._rests_until

    def _watch(self) -> None:
        """Watch what can go on now."""
        wanted: dict[int, tuple[int, Relay | None]] = {}
        if not self._is_resting:
            wanted[self._listener.fileno()] = READ, None
        for relay in self._relays:
            for fd, events in interests(relay).items():
                wanted[fd] = events, relay
        self._selector.close()  # descriptors come and go, with the same numbers
        self._selector = selectors.DefaultSelector()
        for fd, (events, owner) in wanted.items():
            self._selector.register(fd, events, owner)

    def _accept(self) -> None:
        try:
            stream = self._listener.accept()
        except ZMQError:
            self._rests_until = time.monotonic() + REST
            return
        if stream is None:
            return
        self.connections += 1
        connecter = self._transport.connecter(self._target.address, self._settings)
        relay = Relay(stream, connecter, self._target.address)
        self._relays.append(relay)
        relay.conversation.opened(time.time())
        self._attempt(relay, begins=True)

    def _attempt(self, relay: Relay, *, begins: bool) -> None:
        """Begin to connect to the target, or go on with that."""
        assert relay.connecter is not None
        try:
            if begins and relay.connecter.needs_lookup:
                relay.connecter.lookup()
            far = relay.connecter.start() if begins else relay.connecter.finish()
        except ZMQError as error:
            self._end(relay, f"no connection to the target: {error}")
            return
        if far is not None:
            relay.link(far)
        self._tell(relay)

    def _serve(self, relay: Relay, fd: int, events: int) -> None:
        if relay.connecter is not None:
            self._attempt(relay, begins=False)
            return
        try:
            for side, lane in enumerate(relay.lanes):
                if events & WRITE and lane.target.fileno() == fd:
                    lane.send()
                if events & READ and lane.source.fileno() == fd and lane.may_read:
                    self._pass_on(relay, side, lane)
        except ZMQError as error:
            self._end(relay, f"reset: {error}")
            return
        if relay.is_over:
            self._forget(relay)

    def _pass_on(self, relay: Relay, side: int, lane: Lane) -> None:
        octets = lane.receive()
        if octets:
            relay.conversation.feed(side, octets, time.time())
        elif lane.has_ended:
            relay.conversation.closed(side, "end", time.time())
        self._tell(relay)

    def _end(self, relay: Relay, how: str) -> None:
        relay.conversation.closed(0, how, time.time())
        self._tell(relay)
        self._forget(relay)

    def _forget(self, relay: Relay) -> None:
        relay.close()
        self._relays.remove(relay)

    def _tell(self, relay: Relay) -> None:
        for seen in relay.conversation.seen():
            self._on_seen(seen)


def interests(relay: Relay) -> dict[int, int]:
    """Return what each descriptor of a relay is watched for."""
    if relay.connecter is not None:
        return {relay.connecter.fileno(): WRITE}
    events: dict[int, int] = {}
    for lane in relay.lanes:
        if lane.may_read:
            events[lane.source.fileno()] = events.get(lane.source.fileno(), 0) | READ
        if lane.waiting:
            events[lane.target.fileno()] = events.get(lane.target.fileno(), 0) | WRITE
    return events


def name_of(endpoint: str) -> str:
    """Return an endpoint without its scheme; a peer of ipc has no name."""
    return endpoint.partition("://")[2] or "peer"
