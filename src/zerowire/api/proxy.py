"""Join two sockets, so that what comes to one goes out through the other.

A Lane is one direction. It takes a message only when its target has room, so that the
high-water marks of both sides hold, and carries it whole. When no lane can go on the
calling thread waits for what each of them needs: room at its target, or else a message at
its source. Sockets that only send or only receive need no special care: they are never
ready for the other. No two sockets are ever locked at once.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NoReturn

from zerowire.api import blocking
from zerowire.api.poller import POLLIN, POLLOUT, SocketWatch, readiness, wait_watches
from zerowire.constants import SocketType
from zerowire.engine.socket import SocketCore
from zerowire.error import Again
from zerowire.message import Message, frames_of, message_of, octets_of, size_of

if TYPE_CHECKING:
    from zerowire.api.socket import Socket

BURST = 1000  # messages that one direction may move before the other has its turn
COUNTER = struct.Struct("=Q")

Tap = Callable[[Message], Message]  # sees each message, and returns what goes on


def proxy(frontend: Socket, backend: Socket, capture: Socket | None = None) -> int:
    """Move messages between two sockets, both ways, for ever.

    Args:
        frontend: ROUTER, XSUB or PULL, say.
        backend: DEALER, XPUB or PUSH, say; may be the frontend itself.
        capture: A socket that gets a copy of every message. The proxy waits for it if it has
            to; a copy that it cannot take within its SNDTIMEO is dropped.

    Raises:
        ContextTerminated: How a proxy usually ends.
        ZMQError: ENOTSOCK when one of the sockets is closed.
    """
    run_for_ever(lanes_between(core_of(frontend), core_of(backend), tap_of(capture)))


def proxy_steerable(
    frontend: Socket, backend: Socket, capture: Socket | None = None, control: Socket | None = None
) -> int:
    """Do what proxy() does, and obey commands that come to another socket.

    Args:
        frontend: As for proxy().
        backend: As for proxy().
        capture: As for proxy().
        control: PAIR, REP, ROUTER or PULL, say. It receives `PAUSE`, `RESUME`, `TERMINATE`
            and `STATISTICS`. The latter is answered with eight frames, each an unsigned
            64-bit number: the frames and octets received and sent by the frontend, then by
            the backend. A REP socket answers anything else with an empty message.

    Returns:
        0 after TERMINATE.

    Raises:
        ContextTerminated, ZMQError: As for proxy().
    """
    if control is None:
        return proxy(frontend, backend, capture)
    lanes = lanes_between(core_of(frontend), core_of(backend), tap_of(capture))
    steering = Steering(core_of(control), lanes)
    while True:
        if not steering.is_paused:
            run(lanes)
        steering.obey()
        if steering.is_terminated:
            return 0
        watches = [] if steering.is_paused else watches_of(lanes)
        wait_watches([SocketWatch(None, steering.core, POLLIN), *watches], -1)


def device(device_type: int, frontend: Socket, backend: Socket) -> int:
    """Run a proxy: the old name for it.

    Args:
        device_type: QUEUE, FORWARDER or STREAMER; makes no difference.
        frontend: As for proxy().
        backend: As for proxy().
    """
    return proxy(frontend, backend)


class Lane:
    """One direction of a proxy.

    Attributes:
        frames, octets: What has passed.
    """

    __slots__ = ("_tap", "frames", "octets", "source", "target")

    def __init__(self, source: SocketCore, target: SocketCore, tap: Tap | None) -> None:
        self.source = source
        self.target = target
        self.frames = 0
        self.octets = 0
        self._tap = tap

    def run(self) -> None:
        """Move messages until there are none, there is no room, or it is the other's turn."""
        has_room = self.has_room
        moved = 0
        while has_room and moved < BURST:
            message = take(self.source)
            if message is None:
                break
            has_room = self._give(message if self._tap is None else self._tap(message))
            moved += 1
        if moved:
            self._flush()

    def _give(self, message: Message) -> bool:
        """Send a message; tell whether there is room for another."""
        target = self.target
        with target.lock:
            target.enter()
            if not target.try_send(message):  # another thread took the room
                blocking.send(target, message, -1)
            has_room = target is self.source or target.pattern.can_send()
        self.frames += len(frames_of(message))
        self.octets += size_of(message)
        return has_room

    def _flush(self) -> None:
        """Write what waits for company: the next wait may be for another socket."""
        target = self.target
        with target.lock:
            target.enter()
            if target.dirty:
                target.flush()

    @property
    def has_room(self) -> bool:
        """Whether the target could take a message."""
        target = self.target
        if target is self.source:
            return True  # a REP socket that answers itself can send only what it has received
        with target.lock:
            target.enter()
            if readiness(target, POLLOUT):
                return True
            target.serve()
            return readiness(target, POLLOUT) != 0

    def needs(self) -> tuple[SocketCore, int]:
        """Return the socket that this direction waits for, and what it is to become."""
        return (self.source, POLLIN) if self.has_room else (self.target, POLLOUT)


class Steering:
    """What the control socket of a proxy has said."""

    def __init__(self, core: SocketCore, lanes: Sequence[Lane]) -> None:
        self.core = core
        self.is_paused = False
        self.is_terminated = False
        self._lanes = lanes

    def obey(self) -> None:
        """Follow all commands that have come."""
        while not self.is_terminated:
            message = take(self.core)
            if message is None:
                return
            *envelope, command = frames_of(message)
            reply: Message | None = b"" if self.core.type is SocketType.REP else None
            match bytes(octets_of(command)):
                case b"PAUSE":
                    self.is_paused = True
                case b"RESUME":
                    self.is_paused = False
                case b"TERMINATE":
                    self.is_terminated = True
                case b"STATISTICS":
                    reply = [*envelope, *map(COUNTER.pack, self._statistics())]
            if reply is not None:
                self._answer(reply)

    def _statistics(self) -> Iterable[int]:
        front_to_back, back_to_front = self._lanes[0], self._lanes[-1]
        for received, sent in ((front_to_back, back_to_front), (back_to_front, front_to_back)):
            yield from (received.frames, received.octets, sent.frames, sent.octets)

    def _answer(self, reply: Message) -> None:
        if not self.core.pattern.sends:
            return
        with self.core.lock:
            self.core.enter()
            self.core.try_send(reply)  # who asks and does not listen gets no answer


def core_of(socket: Socket) -> SocketCore:
    """Return the core of a Socket.

    Raises:
        TypeError: It is none.
    """
    core = getattr(socket, "_core", None)
    if not isinstance(core, SocketCore):
        raise TypeError(f"a proxy joins Sockets, not {socket!r}")
    return core


def lanes_between(front: SocketCore, back: SocketCore, tap: Tap | None) -> list[Lane]:
    """Return both directions, or the only one when a socket is joined with itself."""
    if front is back:
        return [Lane(front, front, tap)]
    return [Lane(front, back, tap), Lane(back, front, tap)]


def tap_of(capture: Socket | None) -> Tap | None:
    """Return what hands copies to a capture socket."""
    if capture is None:
        return None
    core = core_of(capture)

    def tap(message: Message) -> Message:
        give_copy(core, message)
        return message

    return tap


def give_copy(core: SocketCore, message: Message) -> None:
    """Send a message to a capture socket; waits, and drops the copy after SNDTIMEO."""
    with core.lock:
        core.enter()
        try:
            if not core.try_send(message):
                blocking.send(core, message, core.settings.sndtimeo)
        except Again:
            return


def take(core: SocketCore) -> Message | None:
    """Receive a message if there is one; never out of turn, so that REQ and REP do not object."""
    with core.lock:
        core.enter()
        if core.incoming.frames and (rest := core.incoming.rest()):  # of a message that this thread began
            return message_of(rest)
        if not core.pattern.can_receive():
            core.serve()
            if not core.pattern.can_receive():
                return None
        return core.try_receive()


def run_for_ever(lanes: Sequence[Lane]) -> NoReturn:
    """Move messages until an error ends it."""
    while True:
        run(lanes)
        wait_watches(watches_of(lanes), -1)


def run(lanes: Sequence[Lane]) -> None:
    """Give each direction a turn."""
    for lane in lanes:
        lane.run()


def watches_of(lanes: Sequence[Lane]) -> list[SocketWatch]:
    """Return what to wait for, so that one direction at least can go on."""
    flags: dict[SocketCore, int] = {}
    for lane in lanes:
        core, event = lane.needs()
        flags[core] = flags.get(core, 0) | event
    return [SocketWatch(core, core, event) for core, event in flags.items()]
