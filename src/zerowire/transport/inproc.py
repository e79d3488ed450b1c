"""inproc: sockets of one context, joined by name without a wire.

No octets move: two sockets get the two ends of one pipe. The registry of names is all
there is to this transport; whoever binds or connects makes the ends its own.

Connecting comes before binding as often as not (INP-2): the pipe is made at once, and
its far end waits here until somebody binds the name.
"""

from __future__ import annotations

from collections.abc import Callable
from errno import EADDRINUSE
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from zerowire._native import RLock
from zerowire.error import zmq_error
from zerowire.message import size_of
from zerowire.routing.pipe import Pipe, Queue

if TYPE_CHECKING:
    from zerowire.routing.observer import PipeObserver

Owner = TypeVar("Owner")
# Tells the connecter who has bound the name: routing id, SNDHWM, RCVHWM.
OnBound: TypeAlias = Callable[["Offer", bytes, int, int], object]


class Offer:
    """A connecting socket's pipe, on its way to whoever binds the name."""

    __slots__ = ("far", "is_bound", "name", "near", "on_bound", "rcvhwm", "routing_id", "sndhwm")

    def __init__(self, name: str, near: Pipe, far: Pipe, on_bound: OnBound) -> None:
        self.name = name
        self.near = near  # the connecter's end
        self.far = far  # the binder's end
        self.on_bound = on_bound
        self.routing_id = b""
        self.sndhwm = self.rcvhwm = 0
        self.is_bound = False  # the connecter knows that somebody is there


def octets_of(pipe: Pipe) -> tuple[int, int]:
    """Return the payload octets that the other end of a pipe has taken, and that it has sent."""
    out = pipe.outbound
    waiting = sum(map(size_of, tuple(out.items)))
    return out.octets - waiting, pipe.inbound.octets


class Parked:
    """Observes the far end of a pipe that nobody has taken yet."""

    def on_readable(self, pipe: Pipe) -> None:
        """Messages wait for the binder."""

    def on_writable(self, pipe: Pipe) -> None:
        """Cannot happen: nothing was pushed at this end."""

    def on_closed(self, pipe: Pipe) -> None:
        """The connecter has left; what it sent still waits."""


class Registry(Generic[Owner]):
    """The inproc names of one context."""

    def __init__(self) -> None:
        self._bound: dict[str, Owner] = {}
        self._parked: dict[str, list[Offer]] = {}
        # Reentrant, as the garbage collector may close a socket at any moment.
        self._lock = RLock()

    def bind(self, name: str, owner: Owner) -> list[Offer]:
        """Take a name; returns the pipes that were waiting for it.

        Raises:
            ZMQError: EADDRINUSE when another socket of this context has it.
        """
        with self._lock:
            if name in self._bound:
                raise zmq_error(EADDRINUSE, f"inproc://{name} is bound by another socket of this context")
            self._bound[name] = owner
            return self._parked.pop(name, [])

    def connect(self, offer: Offer) -> Owner | None:
        """Return who has bound the name, or park the offer until somebody does."""
        with self._lock:
            owner = self._bound.get(offer.name)
            if owner is None:
                self._parked.setdefault(offer.name, []).append(offer)
            return owner

    def withdraw(self, offer: Offer) -> None:
        """Forget a parked offer that nobody will want: it was closed and holds no message."""
        with self._lock:
            offers = self._parked.get(offer.name, [])
            if offer in offers and not offer.far.has_messages:
                offers.remove(offer)
                if not offers:
                    del self._parked[offer.name]

    def unbind(self, name: str, owner: Owner) -> None:
        """Give a name back, if this owner has it."""
        with self._lock:
            if self._bound.get(name) is owner:
                del self._bound[name]

    def clear(self) -> None:
        """Forget everything: the context has ended."""
        with self._lock:
            self._bound.clear()
            self._parked.clear()


def combined_hwm(sender: int, receiver: int) -> int:
    """The mark of an inproc queue: the sum of both sides', or none if either has none (PIPE-1)."""
    return sender + receiver if sender and receiver else 0


def make_offer(
    name: str,
    observer: PipeObserver,
    on_bound: OnBound,
    *,
    routing_id: bytes,
    sndhwm: int,
    rcvhwm: int,
    conflate: tuple[bool, bool],
) -> Offer:
    """Make the pipe of a connecting socket; `conflate` says whether it keeps one message there and back."""
    there = Queue(sndhwm, conflate=conflate[0], weighs=True)
    back = Queue(rcvhwm, conflate=conflate[1], weighs=True)
    near = Pipe(there, back, observer)
    far = Pipe(back, there, Parked())
    near.endpoint = far.endpoint = f"inproc://{name}"
    far.routing_id = routing_id
    offer = Offer(name, near, far, on_bound)
    offer.routing_id, offer.sndhwm, offer.rcvhwm = routing_id, sndhwm, rcvhwm
    return offer
