"""What travels through a socket: messages, made of frames.

A message is a value of one of two shapes, so that the common case costs nothing:

    a frame                  a message of one frame, which is that frame itself
    a list of frames         a message of several; it never has fewer than two

A frame is `bytes`, or a `Frame` when it carries more than its octets (a buffer
that is sent without a copy, a tracker, metadata). Whoever holds a message may
read it and pass it on; nobody changes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Octets: TypeAlias = bytes | memoryview


class Frame:
    """Placeholder body; see the full class."""

    def __len__(self) -> int:
        raise NotImplementedError

    @property
    def payload(self) -> Octets:
        raise NotImplementedError


Part: TypeAlias = bytes | Frame
Message: TypeAlias = bytes | Frame | list[Part]
Metadata: TypeAlias = Mapping[str, str]

NO_METADATA: Metadata = {}


def frames_of(message: Message) -> list[Part]:
    """Return the frames of a message; the list may be the message itself, so do not change it."""
    return message if isinstance(message, list) else [message]


def message_of(frames: list[Part]) -> Message:
    """Return the message that consists of these frames; takes the list over."""
    return frames[0] if len(frames) == 1 else frames


def size_of(message: Message) -> int:
    """Return the number of payload octets in all frames."""
    if isinstance(message, list):
        return sum(map(len, message))
    return len(message)


def octets_of(part: Part) -> Octets:
    """Return the payload of one frame."""
    return part.payload if isinstance(part, Frame) else part
