"""inproc peers: two sockets that share a pipe.

Each socket's end is observed by a Post, which hands what the other thread did to this
socket's mailbox: a socket never takes another socket's lock.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from zerowire.engine import records  # noqa: F401  # a peer may leave when nothing can be loaded any more
from zerowire.error import ZMQError
from zerowire.routing.pipe import Pipe
from zerowire.transport.inproc import Offer, combined_hwm, make_offer, octets_of

if TYPE_CHECKING:
    from zerowire.engine.socket import SocketCore


class Post:
    """Observes a pipe's end on behalf of a socket that lives in another thread."""

    def __init__(self, core: SocketCore) -> None:
        self._core = core

    def on_readable(self, pipe: Pipe) -> None:
        """Tell the socket that messages have come."""
        self._core.post(self._core.pattern.on_readable, pipe)

    def on_writable(self, pipe: Pipe) -> None:
        """Tell the socket that there is room again."""
        self._core.post(self._core.pattern.on_writable, pipe)

    def on_closed(self, pipe: Pipe) -> None:
        """Tell the socket that its peer has left."""
        self._core.post(self._leave, pipe)

    def identify(self, offer: Offer, routing_id: bytes, sndhwm: int, rcvhwm: int) -> None:
        """Somebody has bound the name of an offer that was parked."""
        near = offer.near
        if offer.is_bound or near.is_closed:
            return
        offer.is_bound = True
        end = self._core.pipes[near]
        end.shares = (rcvhwm, sndhwm)
        end.set_hwm(near, self._core.settings.sndhwm, self._core.settings.rcvhwm)
        if not near.assigned:
            near.routing_id = routing_id
        self._core.pattern.on_identified(near)

    def _leave(self, pipe: Pipe) -> None:
        end = self._core.pipes.get(pipe)
        if end is not None:
            end.on_peer_left()


class InprocEnd:
    """One peer of a socket over inproc. It has nothing to send by itself: the pipe is the wire."""

    unsent = 0
    link = None

    def __init__(self, core: SocketCore, endpoint: str, pipe: Pipe, offer: Offer | None = None) -> None:
        self.core = core
        self.endpoint = endpoint
        self.pipe = pipe
        self._offer = offer
        self.shares = (0, 0)  # what the other socket adds to our SNDHWM and RCVHWM

    def set_hwm(self, pipe: Pipe, sndhwm: int, rcvhwm: int) -> None:
        """Change our share of the marks; the other socket's stays (INP-8)."""
        if not self.is_ready:  # alone so far: the binder will add its share
            assert self._offer is not None
            self._offer.sndhwm, self._offer.rcvhwm = sndhwm, rcvhwm
            pipe.outbound.set_hwm(sndhwm)
            pipe.inbound.set_hwm(rcvhwm)
            return
        theirs_rcv, theirs_snd = self.shares
        pipe.outbound.set_hwm(combined_hwm(sndhwm, theirs_rcv))
        pipe.inbound.set_hwm(combined_hwm(theirs_snd, rcvhwm))

    @property
    def wire_octets(self) -> tuple[int, int]:
        """Payload octets that the peer has taken, and that it has sent."""
        return octets_of(self.pipe)

    @property
    def is_ready(self) -> bool:
        """Whether somebody is at the other end."""
        return self._offer is None or self._offer.is_bound

    def on_peer_left(self) -> None:
        """The other socket closed its end; what it had not received is lost."""
        self.core.lost += len(self.pipe.outbound.items)
        self.core.on_disconnected(self.pipe)
        self.close()

    def stop(self) -> None:
        """Leave; the peer can still receive what was sent. Idempotent."""
        self.core.detach(self.pipe)
        if self._offer is not None:
            self.core.context.inproc.withdraw(self._offer)
            self._offer = None
        self.core.on_task_done(self)

    close = stop


class InprocName:
    """A name that a socket has bound."""

    unsent = 0

    def __init__(self, core: SocketCore, endpoint: str, name: str) -> None:
        self.core = core
        self.endpoint = endpoint
        self._name = name

    def stop(self) -> None:
        """Give the name back; peers that came through it stay (INP-5). Idempotent."""
        self.core.context.inproc.unbind(self._name, self.core)
        self.core.on_task_done(self)

    close = stop


def bind(core: SocketCore, endpoint: str, name: str) -> InprocName:
    """Bind a name, and take the pipes that have been waiting for it.

    Raises:
        ZMQError: EADDRINUSE.
    """
    bound = InprocName(core, endpoint, name)
    for offer in core.context.inproc.bind(name, core):
        welcome(core, offer)
    return bound


def connect(core: SocketCore, endpoint: str, name: str, assigned: bytes) -> InprocEnd:
    """Connect to a name, bound or not.

    Args:
        assigned: What the socket calls this peer (CONNECT_ROUTING_ID), or nothing.

    Raises:
        ZMQError: EINVAL when another peer is called so.
    """
    settings = core.settings
    observer = Post(core)
    offer = make_offer(
        name,
        observer,
        partial(core.post, observer.identify),
        routing_id=settings.routing_id,
        sndhwm=settings.sndhwm,
        rcvhwm=settings.rcvhwm,
        conflate=(core.conflates_sending, core.conflates_receiving),
    )
    near = offer.near
    near.connecting = True
    if assigned:
        near.routing_id = assigned
        near.assigned = True
    binder = core.context.inproc.connect(offer)
    end = InprocEnd(core, endpoint, near, offer)
    core.inproc_pipes.add(near)
    if binder is None:
        _attach(core, end)
        return end
    theirs = binder.settings
    offer.is_bound = True
    if not assigned:
        near.routing_id = theirs.routing_id
    end.shares = (theirs.rcvhwm, theirs.sndhwm)
    end.set_hwm(near, settings.sndhwm, settings.rcvhwm)
    _attach(core, end)
    core.pattern.on_identified(near)
    if binder is core:
        welcome(core, offer)
    elif not binder.post(welcome, binder, offer):
        offer.far.close()
    return end


def _attach(core: SocketCore, end: InprocEnd) -> None:
    try:
        core.attach(end.pipe, end)
    except ZMQError:  # a routing id that is in use: nobody shall meet the pipe
        end.stop()
        raise


def welcome(core: SocketCore, offer: Offer) -> None:
    """Attach the far end of a connecter's pipe to the socket that has bound its name."""
    far = offer.far
    if core.is_closed:
        far.close()
        return
    settings = core.settings
    end = InprocEnd(core, far.endpoint, far)
    end.shares = (offer.rcvhwm, offer.sndhwm)
    end.set_hwm(far, settings.sndhwm, settings.rcvhwm)
    far.observer = Post(core)
    core.add_task(end)
    core.inproc_pipes.add(far)
    core.attach(far, end)
    if far.is_closed:  # refused: there is a peer already
        end.stop()
        return
    offer.on_bound(offer, settings.routing_id, settings.sndhwm, settings.rcvhwm)
    if far.inbound.ended:
        end.on_peer_left()
