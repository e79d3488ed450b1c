"""Join two sockets, so that what comes to one goes out through the other.

A Lane is one direction. When no lane can go on the calling thread waits for what each of
them needs: room at its target, or else a message at its source.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NoReturn

from zerowire.api import blocking
from zerowire.api.descriptors import wait_for
from zerowire.api.lane import Lane, Tap
from zerowire.api.poller import POLLIN, poll_one
from zerowire.api.standby import Standby
from zerowire.constants import SocketType
from zerowire.engine.socket import SocketCore
from zerowire.error import Again
from zerowire.message import Message, frames_of, message_of, octets_of

if TYPE_CHECKING:
    from zerowire.api.socket import Socket

COUNTER = struct.Struct("=Q")


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
        is_busy = not steering.is_paused and run(lanes)
        steering.obey()
        if steering.is_terminated:
            return 0
        if not is_busy:
            needs = {} if steering.is_paused else needs_of(lanes)
            needs[steering.core] = needs.get(steering.core, 0) | POLLIN
            wait(needs)


def device(device_type: int, frontend: Socket, backend: Socket) -> int:
    """Run a proxy: the old name for it.

    Args:
        device_type: QUEUE, FORWARDER or STREAMER; makes no difference.
        frontend: As for proxy().
        backend: As for proxy().
    """
    return proxy(frontend, backend)


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
        if not core.can_receive():
            core.serve()
            if not core.can_receive():
                return None
        return core.try_receive()


def run_for_ever(lanes: Sequence[Lane]) -> NoReturn:
    """Move messages until an error ends it."""
    while True:
        if not run(lanes):
            wait(needs_of(lanes))


def run(lanes: Sequence[Lane]) -> bool:
    """Give each direction a turn; True if one of them could go on at once."""
    busy = [lane.run() for lane in lanes]
    return any(busy)


def needs_of(lanes: Sequence[Lane]) -> dict[SocketCore, int]:
    """Return what to wait for, so that one direction at least can go on."""
    needs: dict[SocketCore, int] = {}
    for lane in lanes:
        core, event = lane.needs()
        needs[core] = needs.get(core, 0) | event
    for core, events in needs.items():
        if events & POLLIN and not core.pattern.sends:
            needs[core] = POLLIN  # to wait for one thing is quicker than for two
    return needs


def wait(needs: dict[SocketCore, int]) -> None:
    """Wait until something happens to these sockets that may let a lane go on, and serve them."""
    if len(needs) == 1:
        ((core, events),) = needs.items()
        poll_one(core, events, -1)
        return
    standbys = [Standby(core, events) for core, events in needs.items()]
    interests: dict[int, int] = {}
    found: dict[int, int] = {}
    try:
        times = [standby.begin(interests) for standby in standbys]
        for core in needs:
            core.context.flush_batches()
        found = wait_for(interests, min((time for time in times if time is not None), default=None))
    finally:
        for standby in standbys:
            standby.end(found)
    for standby in standbys:
        standby.serve()
