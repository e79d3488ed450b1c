"""What most draft types ask of a message: that it is one frame (SOCK-3)."""

from __future__ import annotations

from errno import EINVAL
from functools import partial

from zerowire.constants import SocketType
from zerowire.error import zmq_error
from zerowire.message import Message, Part
from zerowire.patterns.base import Pattern
from zerowire.routing.pipe import Pipe
from zerowire.routing.sieve import Sieve


def alone(kind: SocketType, message: Message) -> Part:
    """Return the only frame of a message that is to be sent.

    Raises:
        ZMQError: EINVAL if there are several.
    """
    if isinstance(message, list):
        told = f"a {kind.name} socket sends messages of one frame, not of {len(message)}"
        raise zmq_error(EINVAL, f"{told}: join them, or send each by itself")
    return message


def lone_frames(pattern: Pattern) -> Sieve:
    """Return what receives messages of one frame, and counts others as dropped."""
    return Sieve(partial(_pass_on, pattern))


def _pass_on(pattern: Pattern, message: Message, _: Pipe) -> Message | None:
    if not isinstance(message, list):
        return message
    pattern.dropped += 1
    return None
