"""A proxy whose copies tell which way a message went."""

from __future__ import annotations

from zerowire.api.lane import Lane, Tap
from zerowire.api.proxy import core_of, give_copy, run_for_ever
from zerowire.api.socket import Socket
from zerowire.constants import SocketType
from zerowire.engine.socket import SocketCore
from zerowire.message import Message, Part, frames_of, message_of


def monitored_queue(
    in_socket: Socket,
    out_socket: Socket,
    mon_socket: Socket,
    in_prefix: bytes = b"in",
    out_prefix: bytes = b"out",
) -> int:
    """Move messages between two sockets, both ways, for ever; a third one gets copies.

    Between two ROUTER sockets the first two frames of each message change places: the
    sender names the receiver in the first frame, and the receiver finds the sender there.

    Args:
        in_socket, out_socket: What to join.
        mon_socket: A socket that gets every message, after a frame with the prefix.
        in_prefix: The frame before messages that came to in_socket.
        out_prefix: The frame before messages that came to out_socket.

    Raises:
        TypeError: A prefix is not bytes.
        ContextTerminated: How it usually ends.
        ZMQError: ENOTSOCK when one of the sockets is closed.
    """
    for prefix in (in_prefix, out_prefix):
        if not isinstance(prefix, bytes):
            raise TypeError(f"a prefix is bytes, not {prefix!r}")
    front, back, monitor = core_of(in_socket), core_of(out_socket), core_of(mon_socket)
    swaps = front.type is SocketType.ROUTER and back.type is SocketType.ROUTER
    lanes = [Lane(front, back, tap_of(monitor, in_prefix, swaps))]
    if front is not back:
        lanes.append(Lane(back, front, tap_of(monitor, out_prefix, swaps)))
    run_for_ever(lanes)


def tap_of(monitor: SocketCore, prefix: bytes, swaps: bool) -> Tap:
    """Return what copies the messages of one direction, and exchanges routing ids."""

    def tap(message: Message) -> Message:
        frames: list[Part] = frames_of(message)
        if swaps and len(frames) > 1:
            frames = [frames[1], frames[0], *frames[2:]]
        give_copy(monitor, [prefix, *frames])
        return message_of(frames)

    return tap


__all__ = ["monitored_queue"]
