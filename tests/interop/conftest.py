"""A context of the library under test, a pyzmq peer, and endpoints to meet at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.interop.library import DEADLINE, Context, Open, Socket, open_socket, zmq
from tests.interop.monitor import Watch
from tests.interop.peer import End, LocalEnd, Options, Peer, Two

NONE: Options = {}


@pytest.fixture
def context() -> Iterator[Context]:
    """A context that is destroyed after the test, with all its sockets, before a deadline."""
    context = zmq.Context()
    yield context
    ending = threading.Thread(target=context.destroy, kwargs={"linger": 0}, daemon=True)
    ending.start()
    ending.join(DEADLINE)
    if ending.is_alive():
        pytest.fail(f"the context did not end within {DEADLINE} seconds")


@pytest.fixture
def sock(context: Context) -> Iterator[Open]:
    """Return `sock(kind, **options)`, which opens a socket of the library under test until the test ends."""
    sockets: list[Socket] = []

    def open_one(kind: str, **options: Any) -> Socket:
        sockets.append(open_socket(context, kind, **options))
        return sockets[-1]

    yield open_one
    for socket in sockets:
        socket.close(0)


@pytest.fixture
def watch(sock: Open) -> Iterator[Callable[[Socket], Watch]]:
    """Return `watch(socket)`, which reads the socket's events until the test ends."""
    watches: list[Watch] = []

    def start(socket: Socket) -> Watch:
        watches.append(Watch(socket))
        return watches[-1]

    yield start
    for each in watches:
        each.close()


@pytest.fixture(scope="module")
def peer_process() -> Iterator[Peer]:
    pytest.importorskip("zmq", reason="the peer is pyzmq")
    peer = Peer()
    yield peer
    peer.kill()


@pytest.fixture
def peer(peer_process: Peer) -> Iterator[Peer]:
    """The pyzmq peer; what the test opened there is closed after it."""
    yield peer_process
    peer_process.call("close_all")


@pytest.fixture
def new_peer() -> Iterator[Callable[[], Peer]]:
    """Return a function that starts a peer of the test's own, to be killed or frozen."""
    peers: list[Peer] = []

    def start() -> Peer:
        peers.append(Peer())
        return peers[-1]

    yield start
    for peer in peers:
        peer.kill()


@pytest.fixture(params=["ours_first", "theirs_first"])
def two(request: pytest.FixtureRequest, sock: Open, peer: Peer) -> Two:
    """Return `two(kind, other, {options}, {options})`, which links two ends: ours and theirs, or the reverse.

    The first one binds.
    """

    def link(
        kind: str, other: str, options: Options = NONE, other_options: Options = NONE
    ) -> tuple[End, End]:
        first: End
        second: End
        if request.param == "ours_first":
            first, second = LocalEnd(sock, kind, **options), peer.socket(other, **other_options)
        else:
            first, second = peer.socket(kind, **options), LocalEnd(sock, other, **other_options)
        second.connect(first.bind("tcp://127.0.0.1:*"))
        return first, second

    return link


@pytest.fixture(params=["tcp", "ipc"])
def endpoint(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An endpoint to bind to."""
    return "tcp://127.0.0.1:*" if request.param == "tcp" else f"ipc://{tmp_path}/s"
