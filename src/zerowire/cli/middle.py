"""zerowire proxy, device and bridge: stand in the middle, and tell how much passes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from threading import Thread
from typing import Annotated

import typer

from zerowire.api.context import Context
from zerowire.api.proxy import proxy_steerable
from zerowire.api.socket import Socket
from zerowire.cli.console import complain, say_json
from zerowire.cli.groups import Side
from zerowire.cli.outcome import DONE
from zerowire.cli.shared import Json, Plug
from zerowire.cli.web import Http, serve_page
from zerowire.constants import SocketType
from zerowire.error import ContextTerminated, ZMQError

LINGER = 1000  # milliseconds for what is on its way when it ends

Types = tuple[SocketType, SocketType]


class Device(StrEnum):
    """The classic devices."""

    QUEUE = "queue"
    FORWARDER = "forwarder"
    STREAMER = "streamer"


class Visitor(StrEnum):
    """Who comes to the front of a bridge."""

    REQ = "req"
    PUB = "pub"
    SUB = "sub"
    PUSH = "push"
    PULL = "pull"
    PAIR = "pair"


DEVICES: dict[Device, Types] = {
    Device.QUEUE: (SocketType.ROUTER, SocketType.DEALER),
    Device.FORWARDER: (SocketType.XSUB, SocketType.XPUB),
    Device.STREAMER: (SocketType.PULL, SocketType.PUSH),
}
BRIDGES: dict[Visitor, Types] = {
    Visitor.REQ: (SocketType.ROUTER, SocketType.DEALER),
    Visitor.PUB: (SocketType.XSUB, SocketType.XPUB),
    Visitor.SUB: (SocketType.XPUB, SocketType.XSUB),
    Visitor.PUSH: (SocketType.PULL, SocketType.PUSH),
    Visitor.PULL: (SocketType.PUSH, SocketType.PULL),
    Visitor.PAIR: (SocketType.PAIR, SocketType.PAIR),
}


@dataclass
class Middle:
    """Two sockets that messages move between."""

    front: Annotated[Plug, Side("front")]
    back: Annotated[Plug, Side("back")]
    capture: Annotated[
        str | None, typer.Option(metavar="ENDPOINT", help="Publish a copy of each message here, for SUB.")
    ] = None
    control: Annotated[
        str | None,
        typer.Option(metavar="ENDPOINT", help="Obey PAUSE, RESUME, STATISTICS and TERMINATE here, from REQ."),
    ] = None
    every: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="How often to tell what passes; 0 is never.")
    ] = 1.0
    http: Http = None
    json: Json = False


def proxy(middle: Middle, front_type: str, back_type: str) -> int:
    """Move messages between sockets of any two types, both ways, until Ctrl+C or TERMINATE."""
    return join(middle, (type_called(front_type), type_called(back_type)))


def device(middle: Middle, kind: Device) -> int:
    """Run a queue for REQ and REP, a forwarder for PUB and SUB, or a streamer for PUSH and PULL."""
    return join(middle, DEVICES[kind])


def bridge(middle: Middle, visitor: Visitor) -> int:
    """Let sockets of one type come to the front, and speak for them at the back.

    The sides may have different transports and mechanisms: from tcp to ipc, from NULL to CURVE.
    """
    return join(middle, BRIDGES[visitor])


def type_called(name: str) -> SocketType:
    """Return the socket type of this name.

    Raises:
        typer.BadParameter: There is none.
    """
    try:
        return SocketType[name.upper()]
    except KeyError:
        known = ", ".join(kind.name.lower() for kind in SocketType)
        raise typer.BadParameter(f"there is no socket type {name!r}: there are {known}") from None


def join(middle: Middle, types: Types) -> int:
    """Move messages until it is over, and tell how many."""
    context = Context()
    linger = 0
    try:
        front = middle.front.open(context, types[0])
        back = middle.back.open(context, types[1])
        capture = bound(context, SocketType.PUB, middle.capture)
        control = bound(context, SocketType.REP, middle.control)
        serve_page(context, middle.http)
        meter = Meter(front, back, middle.json)
        mover = Mover(front, back, capture, control)
        mover.start()
        watch(mover, meter, middle.every)
        linger = LINGER
    finally:
        context.destroy(linger)
    return DONE


def bound(context: Context, socket_type: SocketType, endpoint: str | None) -> Socket | None:
    """Return a socket that is bound there; None if there is no need of one."""
    return None if endpoint is None else Plug(bind=[endpoint]).open(context, socket_type)


class Mover(Thread):
    """The thread in which messages move.

    Attributes:
        failure: What has ended it; None after TERMINATE, and as long as it runs.
    """

    def __init__(self, front: Socket, back: Socket, capture: Socket | None, control: Socket | None) -> None:
        super().__init__(daemon=True)
        self.failure: ZMQError | None = None
        self._sockets = front, back, capture, control

    def run(self) -> None:
        try:
            proxy_steerable(*self._sockets)
        except ContextTerminated:
            return
        except ZMQError as error:
            self.failure = error


class Meter:
    """Tells how many messages have passed since it was last asked."""

    def __init__(self, front: Socket, back: Socket, json: bool) -> None:
        self._sockets = front, back
        self._json = json
        self._before = self._passed()

    def tell(self, seconds: float) -> None:
        """Say what has passed in so many seconds, if anything has."""
        now = self._passed()
        forth, back = (round((new - old) / seconds) for new, old in zip(now, self._before, strict=True))
        if now == self._before:
            return
        self._before = now
        stats = [socket.stats() for socket in self._sockets]
        queued = sum(each.queued_in + each.queued_out for each in stats)
        dropped = sum(each.dropped for each in stats)
        if self._json:
            say_json({"forth": forth, "back": back, "total": sum(now), "queued": queued, "dropped": dropped})
        else:
            complain(
                f"{forth} forth, {back} back a second; {sum(now)} in all, {queued} wait, {dropped} dropped"
            )

    def _passed(self) -> tuple[int, int]:
        front, back = (socket.stats() for socket in self._sockets)
        return back.messages_out, front.messages_out


def watch(mover: Mover, meter: Meter, every: float) -> None:
    """Wait until it is over, and tell meanwhile what passes."""
    while mover.is_alive():
        mover.join(every or None)
        if every:
            meter.tell(every)
    if mover.failure is not None:
        raise mover.failure
