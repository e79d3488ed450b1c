"""Work of handshakes, in threads of its own."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterator
from functools import partial
from time import monotonic
from typing import Any

import pytest

from tests.engine.bench import Bench, Owner, Peer, command, greeting, link_to, take_all
from tests.zmtp.mechanism.contexts import NO_KEY, NO_TICKET, FakeContext
from zerowire.constants import Event, SocketType
from zerowire.engine import errands
from zerowire.engine.errands import MOST_THREADS
from zerowire.engine.link import Link
from zerowire.engine.link_state import LinkState
from zerowire.engine.socket import SocketCore
from zerowire.error import RemoteProtocolError, ZMQError
from zerowire.zmtp.connection import Config, Connection
from zerowire.zmtp.mechanism.gssapi import GssapiClient, GssapiServer

TOKEN = b"\x08INITIATE\0\0\0\x10client's token 1"
WaitUntil = Callable[..., None]
Join = Callable[..., tuple[Link, Owner, Peer]]


class Slow(FakeContext):
    """Takes its steps when the test says so."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(**rest)
        self.begun, self.may_go_on = threading.Event(), threading.Event()
        self.thread: threading.Thread | None = None

    def step(self, token: bytes | None) -> bytes | None:
        self.thread = threading.current_thread()
        self.begun.set()
        assert self.may_go_on.wait(10)
        return super().step(token)


@pytest.fixture
def joined(bench: Bench) -> Iterator[Join]:
    """Return `joined(core, context)`: a link of a side of GSSAPI, its owner and its raw peer."""
    made: list[tuple[Link, Peer]] = []

    def join(core: SocketCore, context: FakeContext, timeout: float = 10.0) -> tuple[Link, Owner, Peer]:
        role = GssapiClient if context._initiates else GssapiServer
        config = Config(core.type, mechanism=partial(role, context=context), handshake_timeout=timeout)
        link, owner, peer, _ = link_to(bench, core, connection=Connection(config, monotonic()))
        made.append((link, peer))
        return link, owner, peer

    yield join
    for link, peer in made:
        link.close()
        peer.close()


def heard(bench: Bench, peer: Peer) -> bytes:
    """Return what is said behind the greeting."""
    bench.until(lambda: len(peer.collect()) > 64)
    return peer.read()[64:]


def test_work_is_done_in_another_thread(bench: Bench, joined: Join, wait_until: WaitUntil) -> None:
    """Meanwhile nobody waits, and what the peer says is kept."""
    context = Slow(initiates=False)
    link, _, peer = joined(bench.open(SocketType.PULL), context)
    peer.send(greeting(mechanism=b"GSSAPI"), command(b"INITIATE", TOKEN[9:]))
    bench.until(context.begun.is_set)
    assert context.thread not in (None, threading.current_thread())
    assert len(peer.collect()) == 64
    context.may_go_on.set()
    assert heard(bench, peer) == command(b"INITIATE", b"\0\0\0\x10server's token 1")
    assert link.errand is None
    wait_until(lambda: not at_work())


def test_a_handshake_goes_on_to_its_end(bench: Bench, joined: Join) -> None:
    core = bench.open(SocketType.PULL)
    _, owner, peer = joined(core, FakeContext(initiates=False))
    theirs = FakeContext(initiates=True)
    theirs.step(None)
    peer.send(greeting(mechanism=b"GSSAPI"), command(b"INITIATE", TOKEN[9:]))
    assert theirs.step(heard(bench, peer)[15:]) is None
    peer.send(b"\4\0")
    bench.until(lambda: len(peer.collect()) > 0)
    ready = peer.read()
    assert theirs.unwrap(ready[14:])[1:7] == b"\5READY"

    def message(content: bytes, flags: int) -> bytes:
        token = theirs.wrap(content)
        return bytes((flags, 12 + len(token))) + b"\x07MESSAGE" + len(token).to_bytes(4, "big") + token

    peer.send(message(b"\0\5READY", 4), message(b"\0hello", 0))
    bench.until(lambda: owner.pipe is not None)
    assert take_all(core) == [b"hello"]


@pytest.mark.parametrize(
    ("failure", "said", "kind", "event"),
    [
        (NO_KEY, b"\4\x0a\5ERROR\x03500", ZMQError, (Event.HANDSHAKE_FAILED_NO_DETAIL, errno.ENOENT)),
        (
            RuntimeError("a token that nobody understands"),
            b"\4\x0a\5ERROR\x03400",
            RemoteProtocolError,
            (Event.HANDSHAKE_FAILED_PROTOCOL, 0x11000001),
        ),
    ],
    ids=["ours", "the peer's"],
)
def test_the_peer_is_told_of_a_failure(
    bench: Bench, joined: Join, failure: Any, said: bytes, kind: type[Exception], event: tuple[Event, int]
) -> None:
    core = bench.open(SocketType.PULL)
    events = bench.record(core)
    failures = {1: failure} if failure is NO_KEY else {}
    _, owner, peer = joined(core, FakeContext(initiates=False, failures=failures))
    peer.send(greeting(mechanism=b"GSSAPI"), command(b"INITIATE", TOKEN[9:-1] + b"x"))
    assert heard(bench, peer) == said
    bench.until(lambda: owner.lost)
    assert isinstance(owner.lost[0], kind)
    assert (events.seen[0].event, events.seen[0].value) == event


def test_a_client_that_cannot_begin_just_leaves(bench: Bench, joined: Join) -> None:
    _, owner, peer = joined(bench.open(SocketType.PUSH), FakeContext(initiates=True, failures={1: NO_TICKET}))
    peer.send(greeting(mechanism=b"GSSAPI"))
    bench.until(lambda: owner.lost)
    assert str(owner.lost[0]) == "GSSAPI: no ticket for the service"
    assert len(peer.collect()) == 64


def test_work_may_outlast_the_link(bench: Bench, joined: Join, wait_until: WaitUntil) -> None:
    core = bench.open(SocketType.PULL)
    context = Slow(initiates=False)
    link, owner, peer = joined(core, context)
    peer.send(greeting(mechanism=b"GSSAPI"), command(b"INITIATE", TOKEN[9:]))
    bench.until(context.begun.is_set)
    peer.close()
    bench.until(lambda: owner.lost)
    context.may_go_on.set()
    wait_until(lambda: not at_work())
    bench.serve()
    assert (link.state, link.errand, owner.pipe) == (LinkState.CLOSED, None, None)


def test_a_link_does_not_wait_longer_than_a_handshake_may_last(
    bench: Bench, joined: Join, wait_until: WaitUntil
) -> None:
    """REC-7."""
    context = Slow(initiates=False)
    _, owner, peer = joined(bench.open(SocketType.PULL), context, timeout=0.02)
    peer.send(greeting(mechanism=b"GSSAPI"), command(b"INITIATE", TOKEN[9:]))
    bench.until(context.begun.is_set)
    bench.until(lambda: owner.lost)
    context.may_go_on.set()
    wait_until(lambda: not at_work())


def test_a_mistake_is_seen_and_costs_one_peer(
    bench: Bench, joined: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", seen.append)
    failures = {1: ZeroDivisionError("a mistake of ours")}
    _, owner, peer = joined(bench.open(SocketType.PULL), FakeContext(initiates=False, failures=failures))
    peer.send(greeting(mechanism=b"GSSAPI"), command(b"INITIATE", TOKEN[9:]))
    bench.until(lambda: owner.lost)
    assert [str(each.exc_value) for each in seen] == ["a mistake of ours"]


def test_threads_are_few_and_end(bench: Bench, joined: Join, wait_until: WaitUntil) -> None:
    """Who waits for a silent key server holds up others only if there are many of them."""
    core = bench.open(SocketType.PULL)
    contexts = [Slow(initiates=False) for _ in range(MOST_THREADS + 3)]
    for context in contexts:
        _, _, peer = joined(core, context)
        peer.send(greeting(mechanism=b"GSSAPI"), command(b"INITIATE", TOKEN[9:]))
    bench.until(lambda: sum(each.begun.is_set() for each in contexts) == MOST_THREADS)
    assert len(at_work()) == MOST_THREADS
    [last] = [each for each in contexts[-1:] if not each.begun.is_set()]
    for context in contexts:
        context.may_go_on.set()
    bench.until(last.begun.is_set)
    wait_until(lambda: not at_work())
    bench.until(lambda: all(each.complete for each in contexts))


def at_work() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "zerowire-handshake"]


def no_thread(self: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_without_a_thread_the_link_is_lost(
    bench: Bench, joined: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = bench.open(SocketType.PULL)
    monkeypatch.setattr(threading.Thread, "start", no_thread)
    _, owner, peer = joined(core, FakeContext(initiates=False))
    peer.send(greeting(mechanism=b"GSSAPI"), command(b"INITIATE", TOKEN[9:]))
    bench.until(lambda: owner.lost)
    assert isinstance(owner.lost[0], ZMQError)
    assert owner.lost[0].errno == errno.EAGAIN


def test_a_thread_that_is_there_does_the_work_of_one_that_cannot_start(
    bench: Bench, joined: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = bench.open(SocketType.PULL)
    first, second = Slow(initiates=False), Slow(initiates=False)
    for context in (first, second):
        link, _, peer = joined(core, context)
        peer.send(greeting(mechanism=b"GSSAPI"), command(b"INITIATE", TOKEN[9:]))
        bench.until(lambda link=link: link.errand is not None)  # type: ignore[misc]
        monkeypatch.setattr(threading.Thread, "start", no_thread)
    first.may_go_on.set()
    bench.until(second.begun.is_set)
    assert second.thread is first.thread
    second.may_go_on.set()
    bench.until(lambda: second.complete)


def test_a_child_has_no_threads_of_its_parent(bench: Bench, joined: Join) -> None:
    """fork() leaves all threads but one behind; forget() is called in the child."""
    crew = errands.Crew()
    crew._threads = MOST_THREADS
    link, _, _ = joined(bench.open(SocketType.PULL), FakeContext(initiates=False))
    crew.take(errands.Work(link))
    assert len(crew._waiting) == 1
    crew.forget()
    assert (crew._threads, list(crew._waiting)) == (0, [])
