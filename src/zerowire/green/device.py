"""Join two sockets, while other greenlets run.

A Direction moves whole messages one way, and takes none before its target has room. Should
something end it, kill() say, what it has taken goes back to where it came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn, cast

from gevent import sleep

from zerowire.api.lane import BURST, LOCK_STEP, Lane
from zerowire.api.poller import POLLIN, POLLOUT, readiness
from zerowire.api.proxy import Steering, core_of, take
from zerowire.api.socket import Socket
from zerowire.engine.socket import SocketCore
from zerowire.error import Again
from zerowire.green import waiting
from zerowire.green.poll import SocketWatch, make_pass
from zerowire.message import Message, frames_of


def device(device_type: int, isocket: Socket, osocket: Socket | int = -1) -> NoReturn:
    """Move messages between two sockets, both ways, while other greenlets run.

    Args:
        device_type: QUEUE, FORWARDER or STREAMER; makes no difference.
        isocket: The socket at the front.
        osocket: The one at the back; -1 joins the front with itself.

    Raises:
        ContextTerminated: How it usually ends.
        ZMQError: ENOTSOCK when one of the sockets is closed.
    """
    proxy(isocket, isocket if isinstance(osocket, int) else osocket)


def proxy(frontend: Socket, backend: Socket, capture: Socket | None = None) -> NoReturn:
    """Move messages between two sockets. Arguments and errors are those of zerowire.proxy()."""
    directions = directions_between(core_of(frontend), core_of(backend), capture)
    while True:
        if run(directions):
            sleep(0)  # others have their turn
        else:
            wait(needs_of(directions))


def proxy_steerable(
    frontend: Socket, backend: Socket, capture: Socket | None = None, control: Socket | None = None
) -> int:
    """Do what proxy() does, and obey commands. Arguments and result: zerowire.proxy_steerable()."""
    if control is None:
        proxy(frontend, backend, capture)
    directions = directions_between(core_of(frontend), core_of(backend), capture)
    steering = Steering(core_of(control), cast("Sequence[Lane]", directions))
    while True:
        is_busy = not steering.is_paused and run(directions)
        steering.obey()
        if steering.is_terminated:
            return 0
        if is_busy:
            sleep(0)
            continue
        needs = {} if steering.is_paused else needs_of(directions)
        needs[steering.core] = needs.get(steering.core, 0) | POLLIN
        wait(needs)


class Direction:
    """Moves messages from one socket to another.

    Attributes:
        frames, octets: What has passed.
    """

    def __init__(self, source: SocketCore, target: SocketCore, capture: Socket | None) -> None:
        self.frames = 0
        self.octets = 0
        self._source = source
        self._target = target
        self._capture = capture

    def run(self) -> bool:
        """Move messages until there are none, or no room; True if only the other's turn ends it."""
        for _ in range(BURST):
            message = take(self._source) if self._has_room() else None
            if message is None:
                return False
            try:
                self._pass_on(message)
            except BaseException:
                self._give_back(message)
                raise
        return True

    def needs(self) -> tuple[SocketCore, int]:
        """Return the socket that this direction waits for, and what it is to become."""
        return (self._source, POLLIN) if self._has_room() else (self._target, POLLOUT)

    def _has_room(self) -> bool:
        target = self._target
        if target is self._source:
            return True  # a REP socket that answers itself can send only what it has received
        with target.lock:
            target.enter()
            if not readiness(target, POLLOUT):
                target.serve()
            return bool(readiness(target, POLLOUT))

    def _pass_on(self, message: Message) -> None:
        frames = frames_of(message)
        if self._capture is not None:
            try:
                self._capture.send_multipart(frames, copy=False)
            except Again:
                pass  # as zerowire.proxy() does after SNDTIMEO
        target = self._target
        with target.lock:
            target.enter()
            waiting.send(target, message, -1)
        self.frames += len(frames)
        self.octets += sum(map(len, frames))

    def _give_back(self, message: Message) -> None:
        source = self._source
        with source.lock:
            if source.type not in LOCK_STEP and not source.is_closed:
                source.returned.give_back([message])


def directions_between(front: SocketCore, back: SocketCore, capture: Socket | None) -> list[Direction]:
    """Return both directions, or the only one when a socket is joined with itself."""
    if front is back:
        return [Direction(front, front, capture)]
    return [Direction(front, back, capture), Direction(back, front, capture)]


def run(directions: Sequence[Direction]) -> bool:
    """Give each direction a turn; True if one of them could go on at once."""
    busy = [direction.run() for direction in directions]
    return any(busy)


def needs_of(directions: Sequence[Direction]) -> dict[SocketCore, int]:
    """Return what to wait for, so that one direction at least can go on."""
    needs: dict[SocketCore, int] = {}
    for core, event in (direction.needs() for direction in directions):
        needs[core] = needs.get(core, 0) | event
    return {
        core: events if core.pattern.sends or not events & POLLIN else POLLIN
        for core, events in needs.items()
    }


def wait(needs: dict[SocketCore, int]) -> None:
    """Let other greenlets run until one of these sockets may be what it is to become."""
    make_pass([SocketWatch(core, core, events) for core, events in needs.items()], None)
