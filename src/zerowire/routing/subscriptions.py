"""Which topics are wanted, and by whom.

A topic is a prefix: it matches every message whose first frame begins with it. Both
tables look a frame up by the lengths that topics have, one dictionary access for each
length. So a match costs the same for ten topics and for a million of the same length.
The empty topic, which matches everything, needs no look at the frame.

A subscription travels in a pipe as a message of one frame, an octet and the topic:
01 subscribes, 00 cancels.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator

from zerowire.leaf.octets import prefix
from zerowire.message import Message, Part, frames_of, message_of, octets_of
from zerowire.routing.pipe import Pipe

SUBSCRIBE = b"\x01"
CANCEL = b"\x00"
EVERYTHING = b""  # the topic that matches all messages


class _Lengths:
    """The distinct lengths of the topics in a table, in order; but not 0."""

    __slots__ = ("_counts", "ordered")

    def __init__(self) -> None:
        self.ordered: list[int] = []
        self._counts: dict[int, int] = {}

    def add(self, length: int) -> None:
        count = self._counts.get(length, 0)
        self._counts[length] = count + 1
        if length and not count:
            insort(self.ordered, length)

    def remove(self, length: int) -> None:
        self._counts[length] -= 1
        if length and not self._counts[length]:
            del self._counts[length]
            self.ordered.remove(length)

    def head(self, frame: Part) -> bytes:
        """Return as much of a frame as any topic may match."""
        return bytes(octets_of(frame)[: self.ordered[-1]]) if self.ordered else b""


class Subscriptions:
    """The topics that peers want, as the publisher keeps them.

    A peer has a topic or has it not: to subscribe twice is the same as once.
    """

    __slots__ = ("_alone", "_lengths", "_pipes", "_topics")

    def __init__(self) -> None:
        self._pipes: dict[bytes, tuple[Pipe, ...]] = {}
        self._topics: dict[Pipe, dict[bytes, None]] = {}
        # What topics of a single pipe have in common, so that a match looks at no memory of its own.
        self._alone: dict[Pipe, tuple[Pipe]] = {}
        self._lengths = _Lengths()

    @property
    def topics_count(self) -> int:
        """The number of distinct topics."""
        return len(self._pipes)

    @property
    def pipes_count(self) -> int:
        """The number of pipes that want anything."""
        return len(self._topics)

    def add(self, topic: bytes, pipe: Pipe) -> bool:
        """Subscribe a pipe; return whether it is the topic's first."""
        topics = self._topics.setdefault(pipe, {})
        if topic in topics:
            return False
        topics[topic] = None
        pipes = self._pipes.get(topic)
        if pipes is not None:
            self._pipes[topic] = (*pipes, pipe)
            return False
        self._pipes[topic] = self._alone.setdefault(pipe, (pipe,))
        self._lengths.add(len(topic))
        return True

    def remove(self, topic: bytes, pipe: Pipe) -> tuple[bool, bool]:
        """Unsubscribe a pipe; return whether it was subscribed, and whether it was the last."""
        topics = self._topics.get(pipe)
        if topics is None or topic not in topics:
            return False, False
        del topics[topic]
        if not topics:
            del self._topics[pipe]
            self._alone.pop(pipe, None)
        pipes = tuple([other for other in self._pipes[topic] if other is not pipe])
        if pipes:
            self._pipes[topic] = pipes
            return True, False
        del self._pipes[topic]
        self._lengths.remove(len(topic))
        return True, True

    def remove_pipe(self, pipe: Pipe) -> list[tuple[bytes, bool]]:
        """Unsubscribe a pipe from all its topics; return each with whether it was the last."""
        return [(topic, self.remove(topic, pipe)[1]) for topic in list(self._topics.get(pipe, ()))]

    def match(self, frame: Part) -> tuple[Pipe, ...]:
        """Return the pipes that want a message with this first frame, each once."""
        found = self._pipes.get(EVERYTHING)
        if not self._lengths.ordered:
            return () if found is None else found
        head = frame if type(frame) is bytes else self._lengths.head(frame)
        size = len(head)
        for length in self._lengths.ordered:
            if length > size:
                break
            pipes = self._pipes.get(prefix(head, length))
            if pipes is None:
                continue
            found = pipes if found is None else tuple(dict.fromkeys((*found, *pipes)))
        return () if found is None else found


class Topics:
    """The topics that a subscriber wants: N equal subscriptions need N cancellations."""

    __slots__ = ("_counts", "_lengths", "has_everything")

    def __init__(self) -> None:
        self._counts: dict[bytes, int] = {}
        self._lengths = _Lengths()
        self.has_everything = False  # one of them is the empty topic

    def __len__(self) -> int:
        return len(self._counts)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._counts)

    def add(self, topic: bytes) -> bool:
        """Count a subscription; return whether it is the topic's first."""
        count = self._counts.get(topic, 0)
        self._counts[topic] = count + 1
        if count:
            return False
        self._lengths.add(len(topic))
        self.has_everything = EVERYTHING in self._counts
        return True

    def remove(self, topic: bytes) -> bool:
        """Discount a subscription; return whether it was the topic's last. Unknown ones are ignored."""
        count = self._counts.get(topic, 0)
        if count > 1:
            self._counts[topic] = count - 1
        elif count:
            del self._counts[topic]
            self._lengths.remove(len(topic))
            self.has_everything = EVERYTHING in self._counts
        return count == 1

    def match(self, frame: Part) -> bool:
        """Return whether a message with this first frame is wanted."""
        if self.has_everything:
            return True
        head = frame if type(frame) is bytes else self._lengths.head(frame)
        counts = self._counts
        for length in self._lengths.ordered:  # noqa: SIM110 - runs for every message received
            if prefix(head, length) in counts:  # beyond the frame's end this is the frame, which is as well
                return True
        return False


def is_subscription(message: Message) -> bool:
    """Return whether a message is one frame that subscribes or cancels."""
    if isinstance(message, list) or not len(message):
        return False
    return octets_of(message)[0] <= 1


def split_subscriptions(message: Message, *, only_first: bool) -> tuple[list[bytes], Message | None]:
    """Part a message into the subscriptions in it and the rest, which is the user's own.

    Args:
        message: What was sent upstream.
        only_first: Look at later frames only if the first one is a subscription.
    """
    if not isinstance(message, list):
        return ([bytes(octets_of(message))], None) if is_subscription(message) else ([], message)
    if only_first and not is_subscription(message[0]):
        return [], message
    subscriptions = [bytes(octets_of(frame)) for frame in message if is_subscription(frame)]
    rest = [frame for frame in frames_of(message) if not is_subscription(frame)]
    return subscriptions, message_of(rest) if rest else None
