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
A side may be told once too often, never once too seldom.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from zerowire.leaf.ring import Ring
from zerowire.message import NO_METADATA, Message, Metadata, size_of

if TYPE_CHECKING:
    from zerowire.routing.observer import PipeObserver


class Queue:
    """One direction of a pipe."""

    __slots__ = (
        "ended",
        "full",
        "hwm",
        "idle",
        "items",
        "low_water",
        "octets",
        "pushed",
        "reader",
        "refused",
        "shut",
        "weighs",
        "writer",
    )

    items: Ring[Message]
    reader: Pipe
    writer: Pipe

    def __init__(self, hwm: int, *, conflate: bool = False, weighs: bool = False) -> None:
        """Args:
        hwm: The high-water mark in messages; 0 is no limit.
        conflate: Keep the last message only, without a mark.
        weighs: Count octets too, as there is no wire that does.
        """
        self.items = Ring(maxlen=1) if conflate else Ring()
        self.hwm = 0 if conflate else hwm
        self.low_water = _low_water(self.hwm)  # the length at which a full queue opens again
        self.full = False  # the writer reached the mark; cleared by the reader
        self.idle = True  # the reader found nothing; cleared by the writer, who then tells it
        self.ended = False  # the writer has left: nothing more will come
        self.refused = False  # the reader has left: nothing more is wanted
        self.shut = False  # one of them has
        self.pushed = 0  # messages, since the beginning
        self.weighs = weighs
        self.octets = 0  # of the payloads pushed, if it weighs them

    def set_hwm(self, hwm: int) -> None:
        """Change the mark of a live queue; 0 is no limit."""
        if self.items.maxlen is not None:
            return
        was_full = self.full
        self.hwm = hwm
        self.low_water = _low_water(hwm)
        self.full = False
        if 0 < hwm <= len(self.items):
            self.on_full()
        if was_full and not self.full:
            self.writer.observer.on_writable(self.writer)

    def on_full(self) -> None:
        """The writer has reached the mark."""
        self.full = True
        if len(self.items) <= self.low_water:  # the reader ran meanwhile and saw full unset
            self.full = False

    def on_low_water(self) -> None:
        """The reader has emptied a full queue down to its low-water mark."""
        self.full = False
        self.writer.observer.on_writable(self.writer)

    def wake_reader(self) -> None:
        """Tell the reader, who had found nothing, that there is something."""
        self.idle = False
        self.reader.observer.on_readable(self.reader)


def _low_water(hwm: int) -> int:
    return hwm - (hwm + 1) // 2


class Pipe:
    """One end of the double queue between a socket and one peer."""

    __slots__ = (
        "assigned",
        "connecting",
        "dropped",
        "endpoint",
        "inbound",
        "is_closed",
        "metadata",
        "observer",
        "outbound",
        "receiving",
        "routing_id",
        "sending",
        "state",
    )

    def __init__(self, outbound: Queue, inbound: Queue, observer: PipeObserver) -> None:
        self.outbound = outbound  # for the link and for statistics; never replaced
        self.inbound = inbound
        outbound.writer = self
        inbound.reader = self
        self.observer = observer
        self.is_closed = False
        self.dropped = 0  # messages that were for this peer and found no room
        # Set by the owner before the pipe is attached.
        self.routing_id = b""  # what the peer calls itself, or what the socket calls the peer
        self.assigned = False  # routing_id was chosen here (CONNECT_ROUTING_ID), not by the peer
        self.connecting = False  # made by connect(): the peer is unknown before on_identified()
        self.metadata: Metadata = NO_METADATA  # of the peer's present connection
        self.endpoint = ""
        # Marks that the owner's strategies keep on the pipe, so that membership costs nothing.
        self.receiving = False  # stands in the FairQueue's turn
        self.sending = False  # stands in the LoadBalancer's turn
        self.state: Any = None  # what the socket type remembers about this peer

    # -- sending --------------------------------------------------------------------------

    @property
    def has_room(self) -> bool:
        """Whether push() would take a message now."""
        queue = self.outbound
        return not (queue.full or queue.shut)

    def push(self, message: Message) -> bool:
        """Queue a message for the other end; False when there is no room."""
        queue = self.outbound
        if queue.full or queue.shut:
            return False
        items = queue.items
        items.append(message)
        queue.pushed += 1
        if queue.weighs:
            queue.octets += len(message) if type(message) is bytes else size_of(message)
        if 0 < queue.hwm <= len(items):
            queue.on_full()
        if queue.idle:
            queue.wake_reader()
        return True

    def push_command(self, message: Message, *, first: bool = False) -> bool:
        """Queue what must not be lost, whether there is room or not; False if nobody will read it.

        Args:
            message: A subscription, say.
            first: Overtake what waits already.
        """
        queue = self.outbound
        if queue.shut:
            return False
        if first:
            queue.items.appendleft(message)
        else:
            queue.items.append(message)
        self.announce(1)
        return True

    def announce(self, count: int) -> None:
        """Account for messages that were appended to outbound.items directly, and tell the reader."""
        queue = self.outbound
        queue.pushed += count
        if queue.hwm and len(queue.items) >= queue.hwm:
            queue.on_full()
        if queue.idle and queue.items:
            queue.wake_reader()

    def retract(self, is_unwanted: Callable[[Message], bool]) -> None:
        """Take back messages that were not popped yet. Not while another thread may pop them."""
        queue = self.outbound
        kept = [message for message in queue.items if not is_unwanted(message)]
        queue.items.clear()
        queue.items.extend(kept)
        queue.reader.taken()

    # -- receiving ------------------------------------------------------------------------

    @property
    def has_messages(self) -> bool:
        """Whether pop() would return a message now."""
        return bool(self.inbound.items)

    @property
    def at_end(self) -> bool:
        """Whether the other end has left and all it pushed was popped."""
        return self.inbound.ended and not self.inbound.items

    def pop(self) -> Message | None:
        """Take the next message from the other end; None when there is none now."""
        queue = self.inbound
        items = queue.items
        if not items and self.expect_messages():
            return None
        message = items.popleft()
        if queue.full and len(items) <= queue.low_water:
            queue.on_low_water()
        return message

    def expect_messages(self) -> bool:
        """Ask to be told of the next message, as a pop() in vain does; False if one is here already."""
        queue = self.inbound
        queue.idle = True
        if queue.items:  # the writer ran meanwhile and saw idle unset
            queue.idle = False
        return queue.idle

    def taken(self) -> None:
        """Tell the writer if there is room again, after items were taken from inbound.items directly."""
        queue = self.inbound
        if queue.full and len(queue.items) <= queue.low_water:
            queue.on_low_water()

    def deliver(self, message: Message, *, first: bool = False) -> None:
        """Put a message of this end's own making among those it will pop: a notice about the peer."""
        if first:
            self.inbound.items.appendleft(message)
        else:
            self.inbound.items.append(message)

    # -- the end --------------------------------------------------------------------------

    def close(self) -> None:
        """Leave the pipe: push nothing more, want nothing more. Idempotent.

        The other end can still pop what this one pushed.
        """
        if self.is_closed:
            return
        self.is_closed = True
        self.outbound.ended = True
        self.inbound.refused = True
        self.outbound.shut = self.inbound.shut = True
        other = self.outbound.reader
        if not other.is_closed:
            other.observer.on_closed(other)
