"""Between what users send and receive, and the frames of messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zerowire.api.tracker import MessageTracker
from zerowire.message import Frame, Message, Metadata, Part, label


def make_part(data: Any, copy: bool, track: bool, threshold: int) -> Part:
    """Return the frame to send for what the user gave.

    A Frame that is for a peer or a group stays one, copied or not.

    Raises:
        TypeError: It is str, or has no buffer interface.
        ValueError: It is a Frame without a tracker, and track is set.
    """
    if isinstance(data, str):
        raise TypeError("str cannot be sent: encode it, send(b'...'), or use send_string()")
    if isinstance(data, Frame):
        if track and data.tracker is None:
            raise ValueError("track is set, but the Frame was made without track=True")
        if not copy:
            return data
        if data.routing_id or data.group:
            return label(data.bytes, group=data.group, routing_id=data.routing_id)
        return data.bytes
    if copy and type(data) is bytes:
        return data
    try:
        view = memoryview(data)
    except TypeError:
        raise TypeError(why_not_octets(data)) from None
    return bytes(view) if copy else Frame(view, track=track, copy_threshold=threshold)


def address(
    part: Part, routing_id: int | None = None, group: str | bytes | None = None, **_ignored: Any
) -> Frame:
    """Return a frame to send that says what peer, or what group, it is for.

    Raises:
        ZMQError: EINVAL for a number or a name that is out of range.
    """
    frame = part.fast_copy() if isinstance(part, Frame) else label(part)
    if routing_id is not None:
        frame.set("routing_id", routing_id)
    if group is not None:
        frame.set("group", group)
    return frame


def why_not_octets(data: Any) -> str:
    """Say what to do instead of sending what has no octets."""
    if data is None:
        return "None cannot be sent: send b'' for an empty frame"
    if isinstance(data, list | tuple):
        return f"a {type(data).__name__} cannot be sent as one frame: use send_multipart()"
    return f"{type(data).__name__} is not bytes-like: encode it, or use send_json() or send_serialized()"


def check_parts(parts: Sequence[Any], copy: bool, track: bool, threshold: int) -> list[Part]:
    """Return the frames of a message, all of them checked before any is sent.

    Raises:
        TypeError: One is not bytes-like.
        IndexError: There are none.
    """
    if not parts:
        raise IndexError("a message has at least one frame: send [b''] for an empty one")
    result: list[Part] = []
    for index, data in enumerate(parts):
        if type(data) is bytes and copy:
            result.append(data)
            continue
        try:
            result.append(make_part(data, copy, track, threshold))
        except TypeError as error:
            shown = repr(data)[:40]
            raise TypeError(f"Frame {index} ({shown}) does not support the buffer interface.") from error
    return result


def part_bytes(part: Part) -> bytes:
    """Return a received frame as bytes."""
    if isinstance(part, Frame):
        return part.bytes
    return part


def bytes_of(message: Message) -> list[bytes]:
    """Return the frames of a received message as bytes, in a list that is the caller's own."""
    if isinstance(message, list):
        return [part if type(part) is bytes else part_bytes(part) for part in message]
    return [part_bytes(message)]


def make_frame(part: Part, metadata: Metadata, more: bool, track: bool) -> Frame:
    """Return a received frame as a Frame with the message's metadata."""
    frame = part.fast_copy() if isinstance(part, Frame) else Frame(part, track=track)
    frame.receive(metadata, more)
    return frame


def tracker_of(parts: Part | list[Part], track: bool) -> MessageTracker | None:
    """Return a tracker that is done when every frame is out; None unless tracking, or the Frame has one."""
    if isinstance(parts, Frame):
        return parts.tracker  # type: ignore[no-any-return]  # a MessageTracker, as api/tracker.py arranges
    if not track:
        return None
    frames = [part for part in (parts if isinstance(parts, list) else [parts]) if isinstance(part, Frame)]
    return MessageTracker(*frames)


def write_into(buffer: Any, nbytes: int) -> memoryview:
    """Return the octets of a buffer that may be written.

    Raises:
        BufferError: It is read-only or not contiguous.
        ValueError: nbytes is negative or too large.
    """
    view = memoryview(buffer)
    if view.readonly:
        raise BufferError("the buffer is read-only")
    if not view.c_contiguous:
        raise BufferError("the buffer is not contiguous")
    view = view.cast("B") if view.nbytes else memoryview(bytearray())
    if not 0 <= nbytes <= view.nbytes:
        raise ValueError(f"nbytes is {nbytes}, must be 0 (all) to {view.nbytes}, the size of the buffer")
    return view[: nbytes or None]
