"""One direction of a proxy.

A Lane takes a batch of messages from its source under that socket's lock, and sends it to
its target under the other's: no two sockets are ever locked at once. It takes no more than
its target has room for, so that the high-water marks of both sides hold. Should another
thread take that room meanwhile, the lane waits for it with what it has taken, in order;
should something end the proxy, what is not sent goes back to where it came from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from zerowire.api import blocking
from zerowire.api.poller import POLLIN, POLLOUT
from zerowire.constants import SocketType
from zerowire.engine.socket import SocketCore
from zerowire.message import Message, message_of
from zerowire.routing.pipe import Pipe

BURST = 1000  # messages that one direction may move before the other has its turn
LOCK_STEP = frozenset({SocketType.REQ, SocketType.REP})  # send and receive in turn
FANNING_OUT = frozenset({SocketType.PUB, SocketType.XPUB, SocketType.XSUB})  # send to many at once

Tap = Callable[[Message], Message]  # sees each message, and returns what goes on


class Lane:
    """Moves messages from one socket to another.

    Attributes:
        source, target: From where to where.
        frames, octets: What has passed.
    """

    __slots__ = ("_batch", "_gone", "_most", "_tap", "frames", "octets", "source", "target")

    def __init__(self, source: SocketCore, target: SocketCore, tap: Tap | None) -> None:
        self.source = source
        self.target = target
        self.frames = 0
        self.octets = 0
        self._tap = tap
        self._most = 1 if source.type in LOCK_STEP else BURST
        self._batch: list[Message] = []  # what was taken
        self._gone = 0  # how many of them were sent, or failed to

    def run(self) -> bool:
        """Move messages until there are none, or no room; True if only the other's turn ends it."""
        left = BURST
        try:
            while left > 0:
                room = self.room(min(left, self._most))
                if not room or not self._take(room):
                    return False
                left -= len(self._batch)
                self._pass_on()
        except BaseException:
            self._give_back()
            raise
        return True

    def room(self, most: int) -> int:
        """Return how many messages the target has room for, `most` at most."""
        target = self.target
        with target.guard:
            if target.needs_attention:
                target.enter()
            room = room_of(target, most)
            if not room and target.pattern.sends:
                target.serve()
                room = room_of(target, most)
        if target is self.source:
            return max(1, room)  # a REP socket that answers itself can send only what it has received
        return room

    def needs(self) -> tuple[SocketCore, int]:
        """Return the socket that this direction waits for, and what it is to become."""
        return (self.source, POLLIN) if self.room(1) else (self.target, POLLOUT)

    def _take(self, most: int) -> bool:
        """Take so many messages at most; never out of turn, so that REQ and REP do not object."""
        source = self.source
        batch = self._batch = []
        self._gone = 0
        with source.guard:
            if source.needs_attention:
                source.enter()
            if source.receives_parts and (rest := source.incoming.rest()):
                batch.append(message_of(rest))  # of a message that this thread began
                return True
            if not source.can_receive():
                source.serve()
                if not source.can_receive():
                    return False
            while most:
                message = source.take()
                if message is None:
                    break
                batch.append(message)
                most -= 1
            if source.is_watched:
                source.tell_waiters()
        return len(batch) > 0

    def _pass_on(self) -> None:
        """Send what was taken, and write it: the next wait may be for another socket."""
        batch = self._batch
        tap = self._tap
        if tap is None:
            self._send(batch)
        else:
            for message in batch:
                self._send([tap(message)])
        target = self.target
        with target.guard:
            if target.dirty:
                target.flush()

    def _send(self, messages: Sequence[Message]) -> None:
        """Send messages, the next ones of the batch."""
        target = self.target
        with target.guard:
            if target.needs_attention:
                target.enter()
            for message in messages:
                self._gone += 1
                if not target.try_send(message):  # another thread took the room
                    self._gone -= 1
                    blocking.send(target, message, -1)
                    self._gone += 1
                self._count(message)

    def _count(self, message: Message) -> None:
        if isinstance(message, list):
            self.frames += len(message)
            for part in message:
                self.octets += len(part)
        else:
            self.frames += 1
            self.octets += len(message)

    def _give_back(self) -> None:
        """Let the source have again what was not sent."""
        source = self.source
        left = self._batch[self._gone :]
        self._batch = []
        with source.guard:
            if left and source.type not in LOCK_STEP and not source.is_closed:
                source.give_back(left)


def room_of(core: SocketCore, most: int) -> int:
    """Return how many messages a socket has room for, at most so many. Called with its lock held."""
    if not core.pattern.can_send():
        return 0
    fans_out = core.type in FANNING_OUT
    total, least = 0, most
    for pipe in core.pipes:
        queue = pipe.outbound
        if queue.full or queue.shut:
            continue
        free = queue.hwm - len(queue.items) if queue.hwm else most
        total += free
        least = min(least, free)
        if total >= most and not fans_out:
            return most
    return max(1, least if fans_out else total)
