"""What the engine's tests are done with: sockets that the test itself holds, and streams and peers for them.

A test is the caller of its sockets from beginning to end: it holds their locks, so that the
caretaker leaves them alone and everything happens when the test says so.
"""

from __future__ import annotations

import select
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from errno import ECONNREFUSED
from time import monotonic
from typing import Any, cast

import pytest

from tests.conformance.raw import command, frame, greeting, ready
from zerowire.constants import Event, SocketType
from zerowire.engine.connections import connection_config, make_connection
from zerowire.engine.context import ContextCore
from zerowire.engine.link import Link
from zerowire.engine.socket import SocketCore
from zerowire.error import ZMQError
from zerowire.message import Message
from zerowire.options import Settings
from zerowire.reactor.waker import Waker
from zerowire.routing.pipe import Pipe
from zerowire.testing import stream_pair
from zerowire.transport.base import Buffer, Connecter, Listener, Stream
from zerowire.zmtp.connection import Connection
from zerowire.zmtp.raw import RawConnection

__all__ = [
    "Bench",
    "Happening",
    "Owner",
    "Peer",
    "ScriptedConnecter",
    "ScriptedListener",
    "ScriptedTransport",
]
__all__ += ["Valve", "command", "frame", "greeting", "link_to", "pipe_of", "ready", "take_all"]

DEADLINE = 10.0


@dataclass(frozen=True)
class Happening:
    """One event of a monitor."""

    event: Event | int
    value: int
    endpoint: str
    local: str
    remote: str


class Recorder:
    """A monitor that keeps what it is told."""

    def __init__(self) -> None:
        self.seen: list[Happening] = []

    def emit(
        self, event: Event | int, value: int, endpoint: str, local: str, remote: str, words: str = ""
    ) -> None:
        self.seen.append(Happening(event, value, endpoint, local, remote))

    def stop(self) -> None:
        """Nothing to stop."""

    @property
    def names(self) -> list[str]:
        return [Event(each.event).name or "" for each in self.seen]


class Bench:
    """A context, and sockets that belong to the test."""

    def __init__(self) -> None:
        self.context = ContextCore()
        self.cores: list[SocketCore] = []

    def open(self, kind: SocketType, **options: Any) -> SocketCore:
        """Return a socket that the test holds, with options set by their names."""
        core = self.context.open_socket(kind)
        core.lock.acquire()
        core.enter()
        for name, value in options.items():
            assert hasattr(core.settings, name), name
            setattr(core.settings, name, value)
        self.cores.append(core)
        return core

    def record(self, core: SocketCore) -> Recorder:
        """Return a monitor for a socket."""
        recorder = Recorder()
        core.monitor = cast(Any, recorder)
        return recorder

    def serve(self) -> None:
        """Let every socket do what it can without waiting."""
        for core in self.cores:
            if not core.is_finished:
                core.serve()

    def until(self, condition: Callable[[], object]) -> None:
        """Serve the sockets until something is true."""
        deadline = monotonic() + DEADLINE
        while not condition():
            if monotonic() > deadline:
                pytest.fail(f"the condition did not come true within {DEADLINE} seconds")
            self.serve()
            if condition():
                return
            select.select(
                [core.poller.fileno() for core in self.cores if not core.is_finished], [], [], 0.005
            )

    def jump(self, core: SocketCore) -> None:
        """Let the next timer of a socket be due."""
        deadline = core.timers.next_deadline()
        assert deadline is not None, "no timer is pending"
        core.timers.run_due(deadline)

    def let_go(self, core: SocketCore) -> None:
        """Leave a socket to the caretaker."""
        self.cores.remove(core)
        core.lock.release()

    def close(self) -> None:
        for core in self.cores:
            core.monitor = None
            core.close(0)
            if not core.is_finished:
                core.abandon()
            core.lock.release()
        for core in tuple(self.context.sockets):
            with core.lock:
                core.close(0)
                core.abandon()
        assert self.context.term(DEADLINE)


class Peer:
    """The other end of a stream, at the level of octets. Nothing here waits."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.octets = b""
        self.ended = False

    def send(self, *pieces: bytes) -> None:
        data = b"".join(pieces)
        assert self.stream.send(data) == len(data)

    def shake_hands(self, kind: str, **properties: bytes) -> None:
        self.send(greeting(), ready(kind, **properties))

    def read(self) -> bytes:
        """Return what came since the last time."""
        try:
            while (data := self.stream.receive(65536)) is not None:
                self.octets += data
                if not data:
                    self.ended = True
                    break
        except ZMQError:
            self.ended = True
        data, self.octets = self.octets, b""
        return data

    def collect(self) -> bytes:
        """Return all that came and was not read()."""
        self.octets = self.read()
        return self.octets

    def close(self) -> None:
        self.stream.close()


class Valve:
    """A stream that takes so many octets and no more, and notes how it is used."""

    def __init__(self, stream: Stream, allowance: int | None = None) -> None:
        self._stream = stream
        self.local, self.remote, self.peer_address = stream.local, stream.remote, stream.peer_address
        self.allowance = allowance
        self.asked: list[int] = []  # sizes that were to be received
        self.places: list[int] = []  # sizes of what was to be received into
        self.writes: list[int] = []  # octets that were taken
        self.failure: ZMQError | None = None  # of writing
        self.in_flight = 0  # what it says is on its way
        self.is_bare = False

    def fileno(self) -> int:
        return self._stream.fileno()

    def receive(self, size: int) -> bytes | None:
        self.asked.append(size)
        return self._stream.receive(size)

    def receive_vector(self, views: Sequence[memoryview]) -> int | None:
        self.places.append(len(views[0]))
        return self._stream.receive_vector(views)

    def send(self, data: Buffer) -> int:
        if self.failure is not None:
            raise self.failure
        taken = len(data) if self.allowance is None else min(len(data), self.allowance)
        taken = self._stream.send(memoryview(data)[:taken]) if taken else 0
        if self.allowance is not None:
            self.allowance -= taken
        self.writes.append(taken)
        return taken

    def send_vector(self, buffers: Sequence[Buffer]) -> int:
        return self.send(b"".join(buffers))

    def end(self) -> None:
        if self.failure is not None:
            raise self.failure
        self._stream.end()

    def close(self) -> None:
        self._stream.close()


class Owner:
    """Whoever made a link: gives it a pipe, and notes what it is told."""

    def __init__(self, core: SocketCore, *, refuses: bool = False) -> None:
        self.core = core
        self.settings = core.settings
        self.pipe: Pipe | None = None
        self.link_end: Pipe | None = None
        self.lost: list[Exception | None] = []
        self._refuses = refuses

    def on_peer_ready(self, link: Link) -> Pipe | None:
        if self._refuses:
            return None
        self.pipe, self.link_end = self.core.make_pipe(self.settings, link)
        self.core.attach(self.pipe, self)
        return self.link_end

    def on_link_lost(self, link: Link, error: Exception | None) -> None:
        self.lost.append(error)

    @property
    def unsent(self) -> int:
        return 0 if self.link_end is None else len(self.link_end.inbound.items)

    @property
    def waiting(self) -> list[Message]:
        """What the link has not sent yet."""
        return [] if self.link_end is None else list(self.link_end.inbound.items)


def link_to(
    bench: Bench,
    core: SocketCore,
    peer_kind: str | None = None,
    *,
    owner: Owner | None = None,
    connection: Connection | RawConnection | None = None,
) -> tuple[Link, Owner, Peer, Valve]:
    """Return a link of a socket to a raw peer; with the peer's socket type, after their handshake."""
    near, far = stream_pair()
    valve, peer = Valve(near), Peer(far)
    owner = owner or Owner(core)
    connection = connection or make_connection(
        connection_config(core.type, core.settings), monotonic(), is_raw=core.pattern.is_raw
    )
    link = Link(core, valve, connection, owner, "test://peer")
    link.start()
    if peer_kind is not None:
        peer.shake_hands(peer_kind)
        bench.until(lambda: link.pipe is not None)
        peer.read()
    return link, owner, peer, valve


def pipe_of(owner: Owner) -> Pipe:
    """Return the socket's end of the pipe that an owner made."""
    assert owner.pipe is not None
    return owner.pipe


def take_all(core: SocketCore) -> list[Message]:
    """Receive what is there."""
    taken = []
    while (message := core.try_receive()) is not None:
        taken.append(message)
    return taken


class ScriptedListener:
    """A listener whose peers are the test's: streams, errors, and then nobody."""

    endpoint = "test://listener"

    def __init__(self) -> None:
        self._waker = Waker()
        self.script: deque[Stream | ZMQError] = deque()
        self.accepts = 0

    def add(self, *peers: Stream | ZMQError) -> None:
        self.script += peers
        self._waker.wake()

    def fileno(self) -> int:
        return self._waker.fileno()

    def accept(self) -> Stream | None:
        self.accepts += 1
        if not self.script:
            self._waker.clear()
            return None
        peer = self.script.popleft()
        if isinstance(peer, Exception):
            raise peer
        return peer

    def close(self) -> None:
        self._waker.close()


class ScriptedConnecter:
    """One attempt to connect, with an outcome that the test decides.

    The outcome is a stream, an error, or None: nothing until the test calls answer().
    """

    def __init__(self, outcome: Stream | ZMQError | None, *, needs_lookup: bool = False) -> None:
        self.outcome = outcome
        self.needs_lookup = needs_lookup
        self.is_closed = False
        self.lookup_error: ZMQError | None = None
        self._waker: Waker | None = None

    def lookup(self) -> None:
        if self.lookup_error is not None:
            raise self.lookup_error

    def start(self) -> Stream | None:
        if self.outcome is None:
            self._waker = Waker()
            return None
        return self._result()

    def answer(self, outcome: Stream | ZMQError | None = None) -> None:
        """Let the descriptor be ready: with this outcome, or with none yet."""
        assert self._waker is not None
        self.outcome = outcome
        self._waker.wake()

    def fileno(self) -> int:
        return -1 if self._waker is None else self._waker.fileno()

    def finish(self) -> Stream | None:
        if self.outcome is None:
            return None
        self._give_back()
        return self._result()

    def close(self) -> None:
        self.is_closed = True
        self._give_back()

    def _result(self) -> Stream:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        assert self.outcome is not None
        return self.outcome

    def _give_back(self) -> None:
        if self._waker is not None:
            self._waker.close()
            self._waker = None


class ScriptedTransport:
    """A transport whose attempts are the test's; without a script everybody is refused."""

    def __init__(self, scheme: str = "tcp") -> None:
        self.scheme = scheme
        self.script: deque[ScriptedConnecter] = deque()
        self.made: list[ScriptedConnecter] = []
        self.peers: list[Peer] = []

    def add(self, connecter: ScriptedConnecter) -> ScriptedConnecter:
        self.script.append(connecter)
        return connecter

    def add_peer(self) -> tuple[Peer, Valve]:
        """Let an attempt succeed; returns the peer that it reaches, and the stream."""
        near, far = stream_pair()
        valve = Valve(near)
        self.peers.append(Peer(far))
        self.add(ScriptedConnecter(valve))
        return self.peers[-1], valve

    def connecter(self, address: str, settings: Settings) -> Connecter:
        if self.script:
            self.made.append(self.script.popleft())
        else:
            self.made.append(ScriptedConnecter(ZMQError(ECONNREFUSED)))
        return self.made[-1]

    def listen(self, address: str, settings: Settings) -> Listener:
        raise NotImplementedError

    def resolve(self, address: str, settings: Settings) -> list[str]:
        return []

    def check_connect(self, address: str, settings: Settings) -> None:
        """Every address will do."""

    def close(self) -> None:
        for peer in self.peers:
            peer.close()
