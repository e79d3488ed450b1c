"""The double queue between a socket and one peer.

A pipe has two ends. What one end pushes the other pops, whole messages in order.
For a network peer the other end is held by the link that speaks to it; for an
inproc peer it is held by the other socket.

    socket ==[ Pipe ]== Queue ==> ==[ Pipe ]== link or other socket
                    <== Queue <==

Each direction is a Queue with a high-water mark. The writer finds no room once
the mark is reached, and finds room again only after the low-water mark's worth of
messages was taken, so that a slow reader does not wake the writer for every message.

The two ends may belong to different threads, each under its own socket's lock. All
that they share is the two queues. Either side writes its flag and only then looks at
the other's state, so one of them always sees the change (`full` and `idle` below).
"""

from __future__ import annotations

from collections import deque
from typing import Any, Protocol

from zerowire.message import NO_METADATA, Message, Metadata, size_of


class PipeObserver(Protocol):
    """Who is told what happened at its end of a pipe."""

    def on_readable(self, pipe: Pipe) -> None:
        """Messages have come after pop() had found none."""

    def on_writable(self, pipe: Pipe) -> None:
        """There is room again after the high-water mark had been reached."""

    def on_closed(self, pipe: Pipe) -> None:
        """The other end has left. What it pushed before can still be popped."""


class Queue:
    """One direction of a pipe."""

    __slots__ = (
        "ended",
        "full",
        "hwm",
        "idle",
        "items",
        "octets",
        "pushed",
        "reader",
        "refused",
        "writer",
    )

    items: deque[Message]
    reader: Pipe
    writer: Pipe

    def __init__(self, hwm: int, *, conflate: bool = False) -> None:
        self.items = deque(maxlen=1) if conflate else deque()
        self.hwm = 0 if conflate else hwm
        self.full = False  # the writer reached the mark; cleared by the reader
        self.idle = True  # the reader found nothing; cleared by the writer, who then tells it
        self.ended = False  # the writer has left: nothing more will come
        self.refused = False  # the reader has left: nothing more is wanted
        self.pushed = 0
        self.octets = 0

    @property
    def low_water(self) -> int:
        """The length at which a full queue opens again."""
        return self.hwm - (self.hwm + 1) // 2

    def set_hwm(self, hwm: int) -> None:
        """Change the mark of a live queue; 0 is no limit."""
        if self.items.maxlen is None:
            self.hwm = hwm
            self.full = 0 < hwm <= len(self.items)


class Pipe:
    """One end of the double queue between a socket and one peer."""

    __slots__ = (
        "_inbound",
        "_outbound",
        "endpoint",
        "is_closed",
        "metadata",
        "observer",
        "receiving",
        "routing_id",
        "sending",
        "state",
    )

    def __init__(self, outbound: Queue, inbound: Queue, observer: PipeObserver) -> None:
        self._outbound = outbound
        self._inbound = inbound
        outbound.writer = self
        inbound.reader = self
        self.observer = observer
        self.is_closed = False
        self.routing_id = b""  # what the peer calls itself, or what the socket calls the peer
        self.metadata: Metadata = NO_METADATA  # of the peer's present connection
        self.endpoint = ""
        # Marks that the owner's strategies keep on the pipe, so that membership costs nothing.
        self.receiving = False  # stands in the FairQueue's turn
        self.sending = False  # stands in the LoadBalancer's or FanOut's turn
        self.state: Any = None  # what the socket type remembers about this peer

    # -- sending --------------------------------------------------------------------------

    @property
    def has_room(self) -> bool:
        """Whether push() would take a message now."""
        queue = self._outbound
        return not (queue.full or queue.refused or queue.ended)

    def push(self, message: Message) -> bool:
        """Queue a message for the other end; False when there is no room."""
        queue = self._outbound
        if queue.full or queue.refused or queue.ended:
            return False
        items = queue.items
        items.append(message)
        queue.pushed += 1
        queue.octets += size_of(message) if type(message) is list else len(message)
        hwm = queue.hwm
        if hwm and len(items) >= hwm:
            queue.full = True
            if len(items) <= queue.low_water:  # the reader ran meanwhile and saw full unset
                queue.full = False
        if queue.idle:
            queue.idle = False
            queue.reader.observer.on_readable(queue.reader)
        return True

    # -- receiving ------------------------------------------------------------------------

    @property
    def has_messages(self) -> bool:
        """Whether pop() would return a message now."""
        return bool(self._inbound.items)

    @property
    def at_end(self) -> bool:
        """Whether the other end has left and all it pushed was popped."""
        return self._inbound.ended and not self._inbound.items

    def pop(self) -> Message | None:
        """Take the next message from the other end; None when there is none now."""
        queue = self._inbound
        items = queue.items
        if not items:
            queue.idle = True
            if not items:
                return None
            queue.idle = False  # the writer ran meanwhile and saw idle unset
        message = items.popleft()
        if queue.full and len(items) <= queue.low_water:
            queue.full = False
            queue.writer.observer.on_writable(queue.writer)
        return message

    # -- the end --------------------------------------------------------------------------

    def close(self) -> None:
        """Leave the pipe: push nothing more, want nothing more. Idempotent.

        The other end can still pop what this one pushed.
        """
        if self.is_closed:
            return
        self.is_closed = True
        self._outbound.ended = True
        self._inbound.refused = True
        other = self._outbound.reader
        if not other.is_closed:
            other.observer.on_closed(other)
