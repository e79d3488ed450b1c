"""A bench, which every test of the engine works at."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.engine import bench as tools
from tests.engine.bench import Bench, Owner, Peer, ScriptedTransport, Valve
from zerowire.engine.link import Link
from zerowire.engine.socket import SocketCore

Linked = Callable[..., tuple[Link, Owner, Peer, Valve]]


@pytest.fixture
def bench() -> Iterator[Bench]:
    """Sockets that the test holds; they are closed after it."""
    made = Bench()
    yield made
    made.close()


@pytest.fixture
def linked(bench: Bench) -> Iterator[Linked]:
    """Return `linked(core, peer_kind)`: a link, its owner, its raw peer and its stream."""
    made: list[tuple[Link, Peer]] = []

    def make(
        core: SocketCore, peer_kind: str | None = None, owner: Owner | None = None
    ) -> tuple[Link, Owner, Peer, Valve]:
        link, owner, peer, valve = tools.link_to(bench, core, peer_kind, owner=owner)
        made.append((link, peer))
        return link, owner, peer, valve

    yield make
    for link, peer in made:
        link.close()
        peer.close()


@pytest.fixture
def transport(bench: Bench) -> Iterator[ScriptedTransport]:
    """A transport whose attempts the test decides."""
    made = ScriptedTransport()
    yield made
    made.close()
