"""DISH: receive what is sent to the groups that one has joined. RFC 48.

In a pipe a message is two frames, the group and the body; the application receives the
body, a Frame that knows its group. What has another shape, or is for a group that was not
joined, is dropped here: a RADIO sends only what its peers have joined, but a LEAVE takes a
while to reach it, and over udp everybody gets everything (RADIO-4).

So a transport pushes each [group, body] that arrives into its end of the pipe and need not
look at groups. A DISH pushes JOIN and LEAVE, messages of one frame (routing/groups.py), into
every pipe: a transport that cannot pass them on pops and forgets them.
"""

from __future__ import annotations

from collections.abc import Collection
from errno import EINVAL

from zerowire.constants import SocketType
from zerowire.error import zmq_error
from zerowire.message import MAX_GROUP, Message, label, octets_of
from zerowire.options import Settings
from zerowire.patterns.draft.frames import Sifted
from zerowire.routing.fair_queue import FairQueue
from zerowire.routing.fan_out import FanOut
from zerowire.routing.groups import JOIN, LEAVE
from zerowire.routing.pipe import Pipe
from zerowire.routing.sieve import Sieve


class Dish(Sifted):
    """Receive from all radios in turn; tell them which groups are wanted."""

    __slots__ = ("_fair_queue", "_groups", "_radios", "_sieve")

    socket_type = SocketType.DISH
    peers = frozenset({SocketType.RADIO})
    sends = False
    lone_frames = True
    default_linger = 0

    def __init__(self, settings: Settings, seed: int) -> None:
        super().__init__(settings, seed)
        self._radios = FanOut()
        self._fair_queue = FairQueue()
        self._sieve = Sieve(self._fair_queue, self._pass_on)
        self._groups: dict[bytes, str] = {}

    # -- peers ------------------------------------------------------------------------------

    def attach(self, pipe: Pipe) -> None:
        self._radios.attach(pipe)
        self._fair_queue.attach(pipe)
        self._join_at(pipe)

    def detach(self, pipe: Pipe) -> None:
        self._radios.detach(pipe)
        self._fair_queue.detach(pipe)

    def on_reconnected(self, pipe: Pipe) -> None:
        pipe.retract(lambda message: True)
        self._join_at(pipe)

    def on_readable(self, pipe: Pipe) -> None:
        self._fair_queue.activate(pipe)

    def _join_at(self, pipe: Pipe) -> None:
        for group in self._groups:
            pipe.push_command(JOIN + group)

    # -- groups -----------------------------------------------------------------------------

    @property
    def groups(self) -> Collection[str]:
        """What is joined at present."""
        return self._groups.values()

    def join(self, group: bytes) -> None:
        """Receive from now on what is sent to a group.

        Raises:
            ZMQError: EINVAL if it is too long, no text, or was joined before.
        """
        if len(group) > MAX_GROUP:
            raise zmq_error(EINVAL, f"group {group!r} has {len(group)} octets, must be {MAX_GROUP} at most")
        if group in self._groups:
            raise zmq_error(EINVAL, f"group {group!r} was joined before")
        try:
            self._groups[group] = group.decode()
        except UnicodeDecodeError:
            raise zmq_error(EINVAL, f"group {group!r} is no text: it must be UTF-8") from None
        self._tell(JOIN + group)

    def leave(self, group: bytes) -> None:
        """Receive no longer what is sent to a group.

        Raises:
            ZMQError: EINVAL if it was not joined.
        """
        if self._groups.pop(group, None) is None:
            joined = ", ".join(map(repr, self._groups)) or "none"
            raise zmq_error(EINVAL, f"group {group!r} was not joined; joined: {joined}")
        self._tell(LEAVE + group)

    def _tell(self, command: bytes) -> None:
        for pipe in tuple(self._radios.pipes):
            pipe.push_command(command)

    # -- messages ---------------------------------------------------------------------------

    def _pass_on(self, message: Message, pipe: Pipe) -> Message | None:
        if isinstance(message, list) and len(message) == 2:
            group = self._groups.get(bytes(octets_of(message[0])))
            if group is not None:
                return label(message[1], group=group)
        self.dropped += 1
        return None
