"""One direction of a proxy.

A Lane takes a batch of messages from its source under that socket's lock, and sends it to
its target under the other's: no two sockets are ever locked at once. It takes no more than
its target has room for, so that the high-water marks of both sides hold. Should another
thread take that room meanwhile, the lane waits for it with what it has taken, in order;
should something end the proxy, what is not sent goes back to where it came from.
"""

from __future__ import annotations

from collections.abc import Callable

from zerowire.api import blocking
from zerowire.api.poller import POLLIN, POLLOUT
from zerowire.constants import SocketType
from zerowire.engine.socket import SocketCore
from zerowire.error import ZMQError
from zerowire.message import Message, message_of
from zerowire.routing.pipe import Pipe, Queue

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

    __slots__ = ("_batch", "_most", "_tap", "frames", "octets", "source", "target")

    def __init__(self, source: SocketCore, target: SocketCore, tap: Tap | None) -> None:
        self.source = source
        self.target = target
        self.frames = 0
        self.octets = 0
        self._tap = tap
        self._most = 1 if source.type in LOCK_STEP else BURST
        self._batch: list[Message] = []  # what was taken and not sent yet, the first one last

    def run(self) -> bool:
        """Move messages until there are none, or no room; True if only the other's turn ends it."""
        left = BURST
        try:
            while left > 0:
                room = self.room(min(left, self._most))
                taken = self._take(room) if room else 0
                if taken:
                    self._pass_on()
                if taken < room or not room:
                    return False
                left -= taken
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

    def _take(self, most: int) -> int:
        """Take so many messages at most; never out of turn, so that REQ and REP do not object."""
        source = self.source
        batch = self._batch
        with source.guard:
            if source.needs_attention:
                source.enter()
            if source.receives_parts and (rest := source.incoming.rest()):
                batch.append(message_of(rest))  # of a message that this thread began
                self._count(batch[0])
                return most  # there may be more
            if not source.can_receive():
                source.serve()
                if not source.can_receive():
                    return 0
            try:
                while len(batch) < most:
                    message = source.take()
                    if message is None:
                        break
                    batch.append(message)
                    self._count(message)
            finally:
                batch.reverse()
            if source.is_watched:
                source.tell_waiters()
        return len(batch)

    def _count(self, message: Message) -> None:
        if isinstance(message, list):
            self.frames += len(message)
            for part in message:
                self.octets += len(part)
        else:
            self.frames += 1
            self.octets += len(message)

    def _pass_on(self) -> None:
        """Send what was taken."""
        batch = self._batch
        if self._tap is None:
            self._send(batch)
        else:
            while batch:
                self._show(batch[-1])

    def _show(self, message: Message) -> None:
        """Let the tap see the next message of the batch, and send what it returns."""
        assert self._tap is not None
        passing = [self._tap(message)]
        self._batch.pop()
        try:
            self._send(passing)
        finally:
            if passing:
                self._batch.append(message)

    def _send(self, messages: list[Message]) -> None:
        """Send messages from the end of a list, and write them: the next wait may be for another socket."""
        target = self.target
        with target.guard:
            if target.needs_attention:
                target.enter()
            while not self._route(messages):  # another thread took the room, or a message is not welcome
                message = messages.pop()
                if not target.try_send(message):
                    messages.append(message)
                    blocking.send(target, message, -1)
                    messages.pop()

    def _route(self, messages: list[Message]) -> bool:
        """Send as many messages as can go at once; True if that is all."""
        target = self.target
        route = target.route
        is_routed = True
        while messages and is_routed:
            message = messages.pop()
            try:
                is_routed = route(message)
            except ZMQError:  # try_send() will tell why
                is_routed = False
            if not is_routed:
                messages.append(message)
        target.write_routed()
        return is_routed

    def _give_back(self) -> None:
        """Let the source have again what was not sent."""
        source = self.source
        left = self._batch
        self._batch = []
        with source.guard:
            if left and source.type not in LOCK_STEP and not source.is_closed:
                source.returned.give_back(left)


def room_of(core: SocketCore, most: int) -> int:
    """Return how many messages a socket has room for, at most so many. Called with its lock held."""
    if not core.pattern.can_send():
        return 0
    fans_out = core.type in FANNING_OUT
    total, least = 0, most
    pipe: Pipe
    for pipe in core.pipes:
        queue: Queue = pipe.outbound
        if queue.full or queue.shut:
            continue
        free = queue.hwm - len(queue.items) if queue.hwm else most
        total += free
        least = min(least, free)
        if total >= most and not fans_out:
            return most
    return max(1, least if fans_out else total)
