"""The fixtures of tests/interop that need no peer process, and raw peers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.conformance.raw import RawListener, RawPeer
from tests.interop.conftest import context, sock, watch
from tests.interop.library import Open, Socket, bind

__all__ = ["context", "sock", "watch"]


@pytest.fixture
def dial() -> Iterator[Callable[..., RawPeer]]:
    """Return `dial(socket)`, which connects to a socket at the level of octets; it is bound if it was not."""
    peers: list[RawPeer] = []
    bound: dict[int, str] = {}

    def connect(socket: Socket) -> RawPeer:
        endpoint = bound.setdefault(id(socket), "") or bind(socket)
        bound[id(socket)] = endpoint
        peers.append(RawPeer.dial(endpoint, socket))
        return peers[-1]

    yield connect
    for peer in peers:
        peer.close()


@pytest.fixture
def listener() -> Iterator[RawListener]:
    """A listening socket at the level of octets."""
    listening = RawListener()
    yield listening
    listening.close()


@pytest.fixture
def greeted(sock: Open, dial: Callable[..., RawPeer]) -> Callable[..., tuple[Socket, RawPeer]]:
    """Return `greeted(kind, peer_kind, minor=1, **options)`: a bound socket, and a raw peer that it knows."""

    def make(kind: str, peer_kind: str, minor: int = 1, **options: object) -> tuple[Socket, RawPeer]:
        socket = sock(kind, **options)
        peer = dial(socket)
        peer.shake_hands(peer_kind, minor)
        return socket, peer

    return make
