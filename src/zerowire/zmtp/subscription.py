"""Subscriptions on their way to a publisher that speaks ZMTP 3.1, and groups on theirs to a RADIO.

Sockets subscribe with a message: an octet 1 (subscribe) or 0 (cancel), then the topic.
Up to ZMTP 3.0 that message is sent as it is; ZMTP 3.1 has commands for it. To join and to
leave groups there have always been commands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from zerowire.constants import SocketType
from zerowire.leaf.ring import Ring
from zerowire.message import MAX_GROUP, Message, Octets, octets_of
from zerowire.zmtp import command
from zerowire.zmtp.framing import FrameSink, FrameSource
from zerowire.zmtp.violation import Violation

TOPICS = {b"\x01": command.SUBSCRIBE, b"\x00": command.CANCEL}
GROUPS = {b"\x01": command.JOIN, b"\x00": command.LEAVE}


def names_for(kind: SocketType) -> Mapping[bytes, bytes]:
    """Return the commands that a socket type sends, or is sent, by the octets that stand for them."""
    return GROUPS if kind in (SocketType.DISH, SocketType.RADIO) else TOPICS


def as_command(message: Message, names: Mapping[bytes, bytes]) -> bytes | None:
    """Return the command that a message stands for, or None if it is another message."""
    if isinstance(message, list):
        return None
    octets = octets_of(message)
    name = names.get(bytes(octets[:1]))
    return None if name is None else command.encode(name, bytes(octets[1:]))


def as_message(kind: SocketType, name: bytes, topic: bytes) -> bytes | None:
    """Return the message that a command to a socket of this type stands for; None for other commands."""
    for verb, known in names_for(kind).items():
        if name == known:
            return verb + topic
    return None


class SubscriptionEncoder:
    """Makes commands of subscriptions, and leaves all else to another encoder."""

    __slots__ = ("_names", "_sink")

    def __init__(self, sink: FrameSink, kind: SocketType) -> None:
        self._sink = sink
        self._names = names_for(kind)

    def encode(self, queue: Iterable[Message], budget: int) -> tuple[list[Octets], int, int]:
        """Return (buffers, octets, messages) for the head of the queue."""
        buffers: list[Octets] = []
        octets = messages = 0
        for message in queue:
            body = as_command(message, self._names)
            if body is None:
                pieces, size, _ = self._sink.encode((message,), 0)
                buffers += pieces
            else:
                frame = self._sink.command(body)
                size = len(frame)
                buffers.append(frame)
            octets += size
            messages += 1
            if octets >= budget:
                break
        return buffers, octets, messages

    def command(self, body: bytes) -> bytes:
        """Return a command as octets."""
        return self._sink.command(body)

    def wire_size(self, message: Message) -> int:
        """Return how many octets encode() makes of a message."""
        body = as_command(message, self._names)
        return self._sink.wire_size(message) if body is None else self._sink.frame_size(len(body))

    def frame_size(self, size: int) -> int:
        """Return how many octets a frame with a body of `size` octets has."""
        return self._sink.frame_size(size)


class GroupDecoder:
    """Takes messages for a DISH: two frames, the group and the body (RADIO-2)."""

    __slots__ = ("_source", "_taken")

    def __init__(self, source: FrameSource) -> None:
        self._source = source
        self._taken: Ring[Message] = Ring()

    @property
    def command(self) -> bytes | None:
        """The command at which decode() stopped."""
        return self._source.command

    @command.setter
    def command(self, body: bytes | None) -> None:
        self._source.command = body

    def decode(self, into: Ring[Message], limit: int) -> int:
        """Append whole messages, at most `limit`; stop behind a command, left in `command`.

        Raises:
            RemoteProtocolError: A message has another shape. Those before it were appended.
        """
        taken = self._taken
        try:
            return self._source.decode(taken, limit)
        finally:
            while taken:
                message = taken.popleft()
                if not is_for_a_group(message):
                    taken.clear()
                    raise Violation.NONE.found("message to a DISH that is not a group and one body")
                into.append(message)


def is_for_a_group(message: Message) -> bool:
    """Whether a message is two frames, and the first may be the name of a group."""
    return isinstance(message, list) and len(message) == 2 and len(message[0]) <= MAX_GROUP
