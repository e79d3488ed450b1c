"""What a handle for tasks takes from its socket, and gives to it; with the socket's lock held."""

from __future__ import annotations

from typing import cast

from zerowire.constants import Flag
from zerowire.engine.returned import Receipt, Returned
from zerowire.engine.socket import SocketCore
from zerowire.error import ZMQError
from zerowire.message import Message, Part, message_of
from zerowire.routing.pipe import Pipe

SNDMORE = int(Flag.SNDMORE)


def take(core: SocketCore, whole: bool) -> Receipt | None:
    """Take a message, or a frame of one, if it is there; called with the lock held.

    Raises:
        ZMQError: What the socket type has against receiving: ENOTSUP, EFSM.
    """
    returned: Returned = core.returned
    if core.receives_parts:
        part = core.incoming.next_receipt()
        if part is not None:
            rest = core.incoming.rest() if whole else None
            return (
                part if rest is None else returned.receipt([cast(Part, part.message), *rest], part.metadata)
            )
    receipt = returned.claim() if returned.has_receipts else None
    if receipt is None:
        core.was_called = True
        message = core.take()
        if message is None:
            return None
        pipe: Pipe | None = core.pattern.came_from()
        receipt = returned.receipt(message, {} if pipe is None else pipe.metadata)
    if core.is_watched:
        core.tell_waiters()
    if not whole and isinstance(receipt.message, list):
        return core.incoming.open_receipt(receipt.message, receipt.metadata)
    return receipt


def put(core: SocketCore, parts: list[Part], more: int) -> bool:
    """Send frames; False when they, or what is left of them, have to wait.

    Args:
        core: The socket.
        parts: The frames. If they join others, those that are on their way are removed.
        more: Whether more of the same message follow the last one.

    Raises:
        ZMQError: Whatever the socket type has against them.
    """
    if not more and not core.sends_parts:
        return core.try_send(message_of(parts))
    while parts:
        is_last = len(parts) == 1
        if not put_part(core, parts[0], more if is_last else SNDMORE):
            return False
        del parts[0]
    return True


def put_part(core: SocketCore, part: Part, more: int) -> bool:
    """Send one frame; False if its message cannot go now."""
    outgoing = core.outgoing
    if outgoing.continues(part, more):
        return bool(outgoing.begin(part))
    try:
        if not core.try_send(outgoing.complete(part)):
            return False
    except ZMQError:
        outgoing.sent()
        raise
    outgoing.sent()
    return True


def waiting(core: SocketCore, parts: list[Part]) -> Message:
    """Return what decides whether frames can be sent: their message, as far as it is known."""
    return core.outgoing.complete(parts[0]) if core.sends_parts else message_of(parts)
