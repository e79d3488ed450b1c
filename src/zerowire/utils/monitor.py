"""Read the messages of a monitor socket: Socket.get_monitor_socket().

Socket.events() gives the same as typed events, and needs no second socket.
"""

from __future__ import annotations

import struct
from collections.abc import Awaitable, Sequence
from typing import Any, TypedDict

from zerowire.constants import Event

EVENT = struct.Struct("=Hi")


class MonitorMessage(TypedDict):
    """What a monitor told."""

    event: Event
    value: int
    endpoint: bytes


def parse_monitor_message(msg: Sequence[bytes]) -> MonitorMessage:
    """Take a monitor's message apart.

    Args:
        msg: Its two frames: the event with its value, and the endpoint.

    Returns:
        "event", an Event; "value", an int whose meaning depends on the event; "endpoint".

    Raises:
        RuntimeError: It is not an event.
    """
    if len(msg) != 2 or len(msg[0]) != EVENT.size:
        sizes = [len(frame) for frame in msg]
        raise RuntimeError(f"an event has two frames, the first of 6 octets, not frames of {sizes} octets")
    event, value = EVENT.unpack(msg[0])
    return {"event": Event(event), "value": Event(value) if value >= 0 else value, "endpoint": msg[1]}


def recv_monitor_message(socket: Any, flags: int = 0) -> Any:
    """Receive an event from a monitor socket, as parse_monitor_message() returns it.

    Args:
        socket: What get_monitor_socket() returned; with one for asyncio, await the result.
        flags: As for recv_multipart().

    Raises:
        Again: None has come in time.
        RuntimeError: What came is not an event.
    """
    message = socket.recv_multipart(flags)
    if isinstance(message, Awaitable):
        return _parse_awaited(message)
    return parse_monitor_message(message)


async def _parse_awaited(message: Awaitable[Sequence[bytes]]) -> MonitorMessage:
    return parse_monitor_message(await message)


__all__ = ["parse_monitor_message", "recv_monitor_message"]
