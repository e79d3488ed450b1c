"""What the draft types ask of a message: that it is one frame, and what that frame carries."""

from __future__ import annotations

from errno import EINVAL

from zerowire.constants import SocketType
from zerowire.error import zmq_error
from zerowire.message import Frame, Message, Part


def alone(kind: SocketType, message: Message) -> Part:
    """Return the only frame of a message that is to be sent.

    Raises:
        ZMQError: EINVAL if there are several.
    """
    if isinstance(message, list):
        told = f"a {kind.name} socket sends messages of one frame, not of {len(message)}"
        raise zmq_error(EINVAL, f"{told}: join them, or send each by itself")
    return message


def label(part: Part, *, group: str = "", routing_id: int = 0) -> Frame:
    """Return a received frame that says what group it was for, or what peer it is from."""
    frame = part.fast_copy() if isinstance(part, Frame) else Frame(part)
    frame.group = group
    frame.routing_id = routing_id
    return frame
