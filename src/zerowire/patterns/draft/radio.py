"""RADIO: send to the members of a group. RFC 48.

In a pipe a message is two frames, the group and the body. A peer joins and leaves by
messages of one frame: routing/groups.py says which; they are all that is ever received.

A transport without JOIN, udp say, says subscribe_to_all(pipe) once the pipe is attached
(RADIO-4). From then on every [group, body] is pushed into that pipe, whatever the group is;
what the transport cannot send it drops.
"""

from __future__ import annotations

from collections.abc import Collection

from zerowire.constants import SocketOption, SocketType
from zerowire.message import Frame, Message, Part, unlabel
from zerowire.options import Settings, boolean
from zerowire.patterns.base import Pattern
from zerowire.patterns.draft.frames import alone
from zerowire.routing.fan_out import FanOut
from zerowire.routing.groups import JOIN, Groups, read_command
from zerowire.routing.pipe import Pipe


class Radio(Pattern):
    """Send each message to all peers that have joined its group."""

    __slots__ = ("_fan_out", "_groups", "xpub_nodrop")

    xpub_nodrop: bool

    socket_type = SocketType.RADIO
    peers = frozenset({SocketType.DISH})
    lone_frames = True
    options = (
        boolean(SocketOption.XPUB_NODROP, False, doc="Wait if a member has no room, instead of dropping."),
    )

    def __init__(self, settings: Settings, seed: int) -> None:
        super().__init__(settings, seed)
        self._fan_out = FanOut()
        self._groups = Groups()

    # -- peers ------------------------------------------------------------------------------

    def attach(self, pipe: Pipe) -> None:
        self._fan_out.attach(pipe)
        self.on_readable(pipe)

    def detach(self, pipe: Pipe) -> None:
        self._fan_out.detach(pipe)
        self._groups.remove_pipe(pipe)

    def on_lost(self, pipe: Pipe) -> None:
        self._groups.remove_pipe(pipe)

    def subscribe_to_all(self, pipe: Pipe) -> None:
        """Send everything to a peer that cannot say what it wants."""
        self._groups.join_all(pipe)

    def on_readable(self, pipe: Pipe) -> None:
        while (message := pipe.pop()) is not None:
            command = read_command(message)
            if command is None:
                self.dropped += 1
            elif pipe in self._fan_out.pipes:
                verb, group = command
                change = self._groups.join if verb == JOIN else self._groups.leave
                change(group, pipe)

    # -- messages ---------------------------------------------------------------------------

    def can_send(self) -> bool:
        return True

    def check_send(self, first: Part) -> bool:
        return not self.xpub_nodrop or have_room(self._members(first))

    def send(self, message: Message) -> bool:
        body = alone(self.socket_type, message)
        members = self._members(body)
        if self.xpub_nodrop and not have_room(members):
            return False
        if members:
            self.dropped += self._fan_out.send_to(members, [group_of(body), unlabel(body)])
        return True

    def _members(self, body: Part) -> Collection[Pipe]:
        return self._groups.match(group_of(body))

    def count_subscribers(self, topic: bytes | None) -> int:
        return self._groups.pipes_count if topic is None else len(self._groups.match(topic))


def group_of(body: Part) -> bytes:
    """Return the group that a frame is for; the empty one if it names none."""
    return body.group.encode() if isinstance(body, Frame) else b""


def have_room(pipes: Collection[Pipe]) -> bool:
    """Return whether a message would find room in all of these pipes."""
    return all(pipe.has_room for pipe in pipes)
