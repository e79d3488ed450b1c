"""To whom a line goes, where a socket type wants to know.

A message without an address answers whoever was heard last, as people do. ROUTER, STREAM and
DGRAM have the address in frames of its own; CLIENT's peers, SERVER and PEER, in a number beside the
frame; RADIO has a group there.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event

import typer

from zerowire.cli.shared import octets_of
from zerowire.cli.talk.letter import WITH_ADDRESS, Letter
from zerowire.constants import SocketType
from zerowire.message import Frame
from zerowire.patterns.base import Pattern

BESIDE = frozenset({SocketType.SERVER, SocketType.PEER})


class Anywhere:
    """For socket types that decide themselves."""

    def outgoing(self, frames: Sequence[bytes], timeout: float | None) -> Sequence[bytes | Frame]:
        """Return a message as it is to be sent."""
        return frames

    def hear(self, letter: Letter) -> None:
        """Note where a message comes from."""

    def begin(self, pattern: Pattern) -> None:
        """Note what the socket knows of itself, after it has been connected."""


class Group(Anywhere):
    """For RADIO: all messages go to one group."""

    def __init__(self, name: str) -> None:
        self._name = name

    def outgoing(self, frames: Sequence[bytes], timeout: float | None) -> Sequence[bytes | Frame]:
        parts = [Frame(frame) for frame in frames]
        for part in parts:
            part.group = self._name
        return parts


class LastHeard(Anywhere):
    """For the other ones: an address that was given, or else that of the last message."""

    def __init__(self, to: str | None) -> None:
        self._known = Event()
        self._last = Letter([])
        if to is not None:
            self.hear(self.addressed(to))

    def addressed(self, to: str) -> Letter:
        """Return what looks like a message from an address that was given."""
        return Letter([], [octets_of(to)])

    def hear(self, letter: Letter) -> None:
        self._last = letter
        self._known.set()

    def outgoing(self, frames: Sequence[bytes], timeout: float | None) -> Sequence[bytes | Frame]:
        if not self._known.wait(timeout):
            raise TimeoutError(f"nobody was heard within {timeout:g} s, so there is nobody to send to")
        return self.with_address(frames)

    def with_address(self, frames: Sequence[bytes]) -> Sequence[bytes | Frame]:
        """Return a message for whoever was heard last."""
        return [*self._last.envelope, *frames]


class Numbered(LastHeard):
    """For SERVER and PEER."""

    def addressed(self, to: str) -> Letter:
        if not to.isdecimal():
            raise typer.BadParameter(f"--to {to}: this socket type has numbers for addresses")
        return Letter([], routing_id=int(to))

    def begin(self, pattern: Pattern) -> None:
        connected = getattr(pattern, "connected_id", 0)  # of a PEER
        if connected and not self._known.is_set():
            self.hear(Letter([], routing_id=connected))

    def with_address(self, frames: Sequence[bytes]) -> Sequence[bytes | Frame]:
        parts = [Frame(frame) for frame in frames]
        for part in parts:
            part.routing_id = self._last.routing_id
        return parts


def addresses_of(socket_type: SocketType, to: str | None, addressed: bool) -> Anywhere:
    """Return what gives the messages of a socket type their addresses."""
    if socket_type is SocketType.RADIO:
        return Group(to or "")
    if socket_type in BESIDE:
        return Numbered(to)
    if socket_type in WITH_ADDRESS and not addressed:
        return LastHeard(to)
    return Anywhere()
