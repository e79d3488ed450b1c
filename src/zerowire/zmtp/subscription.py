"""Subscriptions on their way to a publisher that speaks ZMTP 3.1.

Sockets subscribe with a message: an octet 1 (subscribe) or 0 (cancel), then the topic.
Up to ZMTP 3.0 that message is sent as it is; ZMTP 3.1 has commands for it.
"""

from __future__ import annotations

from collections.abc import Iterable

from zerowire.message import Message, Octets, octets_of
from zerowire.zmtp import command
from zerowire.zmtp.framing import FrameSink


def as_command(message: Message) -> bytes | None:
    """Return the SUBSCRIBE or CANCEL that a message stands for, or None if it is another message."""
    if isinstance(message, list):
        return None
    octets = octets_of(message)
    if octets[:1] == b"\x01":
        return command.encode(command.SUBSCRIBE, bytes(octets[1:]))
    if octets[:1] == b"\x00":
        return command.encode(command.CANCEL, bytes(octets[1:]))
    return None


def as_message(name: bytes, topic: bytes) -> bytes | None:
    """Return the message that a command from a subscriber stands for, or None if it is another command."""
    if name == command.SUBSCRIBE:
        return b"\x01" + topic
    if name == command.CANCEL:
        return b"\x00" + topic
    return None


class SubscriptionEncoder:
    """Makes commands of subscriptions, and leaves all else to another encoder."""

    __slots__ = ("_sink",)

    def __init__(self, sink: FrameSink) -> None:
        self._sink = sink

    def encode(self, queue: Iterable[Message], budget: int) -> tuple[list[Octets], int, int]:
        """Return (buffers, octets, messages) for the head of the queue."""
        buffers: list[Octets] = []
        octets = messages = 0
        for message in queue:
            body = as_command(message)
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
        body = as_command(message)
        return self._sink.wire_size(message) if body is None else self._sink.frame_size(len(body))

    def frame_size(self, size: int) -> int:
        """Return how many octets a frame with a body of `size` octets has."""
        return self._sink.frame_size(size)
