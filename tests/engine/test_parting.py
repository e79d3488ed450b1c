"""The end of a link whose last octet is written: what is on its way arrives."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable

import pytest

from tests.engine.bench import Bench, Owner, Peer, ScriptedTransport, Valve, frame, take_all
from zerowire.constants import SocketType
from zerowire.engine.context import flush_at_exit
from zerowire.engine.link import Link
from zerowire.engine.link_state import LinkState
from zerowire.engine.parting import LONGEST_INTERVAL, PATIENCE, Parting
from zerowire.engine.session import Session, SessionState
from zerowire.error import ZMQError
from zerowire.reactor.poller import READABLE
from zerowire.transport import schemes
from zerowire.transport.sockets import SocketStream

Linked = Callable[..., tuple[Link, Owner, Peer, Valve]]
Parted = tuple[Link, Owner, Peer, Valve]


@pytest.fixture
def parted(bench: Bench, linked: Linked) -> Parted:
    """A link of a PAIR that has written all, while ten octets are on their way."""
    core = bench.open(SocketType.PAIR)
    link, owner, peer, valve = linked(core, "PAIR")
    core.try_send(b"last")
    valve.in_flight = 10
    link.finish()
    core.flush()
    return link, owner, peer, valve


def test_link_ends_its_side_and_waits_for_the_peer(bench: Bench, parted: Parted) -> None:
    link, owner, peer, _ = parted
    assert peer.read() == frame(b"last")
    assert peer.ended
    assert (link.state, owner.lost) == (LinkState.PARTING, [])
    peer.close()
    bench.until(lambda: owner.lost)
    assert (link.state, owner.lost) == (LinkState.CLOSED, [None])


def test_what_the_peer_still_says_is_dropped(bench: Bench, parted: Parted) -> None:
    link, owner, peer, valve = parted
    asked = len(valve.asked)
    peer.send(frame(b"answer"))
    bench.until(lambda: len(valve.asked) > asked)
    assert take_all(link.core) == []
    assert (link.state, owner.lost) == (LinkState.PARTING, [])


def test_word_of_the_peer_is_the_end_when_all_has_arrived(bench: Bench, parted: Parted) -> None:
    _, owner, peer, valve = parted
    valve.in_flight = 0
    peer.send(frame(b"answer"))
    bench.until(lambda: owner.lost)


def test_link_looks_whether_all_has_arrived(bench: Bench, parted: Parted) -> None:
    link, owner, _, valve = parted
    bench.jump(link.core)
    assert owner.lost == []
    valve.in_flight = 0
    bench.jump(link.core)
    assert owner.lost == [None]
    assert link.core.timers.next_deadline() is None


def test_peer_that_takes_nothing_is_left(bench: Bench, parted: Parted) -> None:
    link, owner, _, _ = parted
    looks = 0
    while not owner.lost:
        bench.jump(link.core)
        looks += 1
    assert owner.lost == [None]
    assert looks >= PATIENCE / LONGEST_INTERVAL


def test_peer_that_takes_little_is_waited_for(bench: Bench, parted: Parted) -> None:
    link, owner, _, valve = parted
    for left in range(9, 0, -1):
        valve.in_flight = left
        for _ in range(int(PATIENCE / LONGEST_INTERVAL)):
            bench.jump(link.core)
    assert owner.lost == []


def test_link_closes_at_once_when_nothing_is_on_its_way(bench: Bench, linked: Linked) -> None:
    link, owner, _, _ = linked(bench.open(SocketType.PAIR), "PAIR")
    link.finish()
    assert owner.lost == [None]


def test_stream_that_breaks_is_the_end(bench: Bench, linked: Linked) -> None:
    link, owner, _, valve = linked(bench.open(SocketType.PAIR), "PAIR")
    valve.in_flight = 10
    valve.failure = ZMQError(errno.ENOTCONN)
    link.finish()
    assert owner.lost == [None]


def test_reset_by_the_peer_is_the_end(bench: Bench, parted: Parted, monkeypatch: pytest.MonkeyPatch) -> None:
    _, owner, peer, valve = parted

    def reset(size: int) -> bytes | None:
        raise ZMQError(errno.ECONNRESET)

    monkeypatch.setattr(valve, "receive", reset)
    peer.send(b"x")
    bench.until(lambda: owner.lost)
    assert owner.lost == [None]


def test_link_that_parts_does_nothing_else(bench: Bench, parted: Parted) -> None:
    link, owner, _, valve = parted
    writes = len(valve.writes)
    assert link.pipe is not None
    link.on_writable(link.pipe)
    link.on_closed(link.pipe)
    link.on_ready(READABLE)
    link.flush()
    link.finish()
    assert (link.state, owner.lost, len(valve.writes)) == (LinkState.PARTING, [], writes)


def test_close_does_not_wait(bench: Bench, parted: Parted) -> None:
    link, owner, _, valve = parted
    parting = link.errand
    assert isinstance(parting, Parting)
    link.close()
    parting.on_ready(READABLE)
    assert (link.state, owner.lost, valve.fileno()) == (LinkState.CLOSED, [], -1)
    assert link.core.timers.next_deadline() is None


# -- sessions and sockets ----------------------------------------------------------------------------


@pytest.fixture
def session(bench: Bench, transport: ScriptedTransport, monkeypatch: pytest.MonkeyPatch) -> Session:
    """One that is connected, with octets on their way and no message that waits."""
    monkeypatch.setitem(schemes.TRANSPORTS, "tcp", transport)
    core = bench.open(SocketType.PUSH, linger=-1)
    peer, valve = transport.add_peer()
    core.endpoints.connect("tcp://peer:1")
    (session,) = (task for task in core.tasks if isinstance(task, Session))
    peer.shake_hands("PULL")
    bench.until(lambda: session.is_ready)
    valve.in_flight = 10
    return session


def test_disconnect_waits_until_the_peer_has_all(
    bench: Bench, transport: ScriptedTransport, session: Session
) -> None:
    session.core.endpoints.remove("tcp://peer:1")
    assert session.state is SessionState.LINKED
    transport.peers[0].close()
    bench.until(lambda: session.state is SessionState.STOPPED)
    assert session.core.tasks == {}


def test_disconnect_without_linger_waits_for_nothing(session: Session) -> None:
    session.core.settings.linger = 0
    session.core.endpoints.remove("tcp://peer:1")
    assert session.state is SessionState.STOPPED


def test_peer_that_has_not_all_is_left_when_linger_is_over(bench: Bench, session: Session) -> None:
    session.core.settings.linger = 1
    session.core.endpoints.remove("tcp://peer:1")
    bench.jump(session.core)
    assert session.state is SessionState.STOPPED


def test_socket_is_finished_when_its_peers_have_all(
    bench: Bench, transport: ScriptedTransport, session: Session
) -> None:
    core = session.core
    core.close()
    assert not core.is_finished
    transport.peers[0].close()
    bench.until(lambda: core.is_finished)


def test_end_of_the_process_complains_of_no_message_that_is_written(bench: Bench, session: Session) -> None:
    core = session.core
    bench.let_go(core)
    assert flush_at_exit(0.01) == []
    assert core.is_finished


@pytest.mark.parametrize("says", [frame(b"answer"), b""])
def test_all_arrives_at_a_peer_that_answers_after_the_close(bench: Bench, says: bytes) -> None:
    """LINGER -1 keeps its promise though the peer goes on talking."""
    core = bench.open(SocketType.DEALER, sndhwm=0, linger=-1)
    message = bytes(2000)
    with socket.create_server(("127.0.0.1", 0)) as server:
        core.endpoints.connect(f"tcp://127.0.0.1:{server.getsockname()[1]}")
        accepted, _ = server.accept()
    accepted.setblocking(False)
    peer = Peer(SocketStream(accepted, "tcp://near", "tcp://far", "far"))
    peer.shake_hands("ROUTER")
    bench.until(lambda: len(core.pipes) == 1 and core.try_send(b"first"))
    bench.until(lambda: frame(b"first") in peer.collect())
    peer.read()
    for _ in range(2000):
        assert core.try_send(message)
    core.close()
    arrived = 0
    while not peer.ended:
        bench.serve()
        data = peer.stream.receive(10_000)
        if data is not None:
            arrived += len(data)
            peer.ended = not data
            if data and says:
                peer.stream.send(says)
    assert arrived == 2000 * len(frame(message))
    peer.close()
    bench.until(lambda: core.is_finished)
