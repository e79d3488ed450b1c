"""The bound side, with a listener whose peers the test sends."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator

import pytest

from tests.engine.bench import Bench, Peer, ScriptedListener, Valve, frame, greeting, take_all
from zerowire.constants import Event, RouterNotify, SocketOption, SocketType
from zerowire.engine.acceptor import ACCEPTS_A_TURN, Acceptor
from zerowire.engine.socket import SocketCore
from zerowire.error import ZMQError
from zerowire.message import Message
from zerowire.testing import stream_pair
from zerowire.transport.base import PeerRefused

Accepting = Callable[[SocketCore], tuple[Acceptor, ScriptedListener]]


@pytest.fixture
def accepting(bench: Bench) -> Iterator[Accepting]:
    """Return `accepting(core)`: an acceptor at work, and its listener."""
    made: list[Acceptor] = []

    def make(core: SocketCore) -> tuple[Acceptor, ScriptedListener]:
        listener = ScriptedListener()
        acceptor = Acceptor(core, listener, core.settings.copy())
        made.append(acceptor)
        core.add_task(acceptor)
        acceptor.start()
        return acceptor, listener

    yield make
    for acceptor in made:
        acceptor.close()


@pytest.fixture
def come() -> Iterator[Callable[[ScriptedListener], tuple[Peer, Valve]]]:
    """Return `come(listener)`, which lets a peer connect."""
    peers: list[Peer] = []

    def make(listener: ScriptedListener) -> tuple[Peer, Valve]:
        near, far = stream_pair()
        valve = Valve(near)
        peers.append(Peer(far))
        listener.add(valve)
        return peers[-1], valve

    yield make
    for peer in peers:
        peer.close()


Come = Callable[[ScriptedListener], tuple[Peer, Valve]]


def test_peer_that_comes_is_accepted_and_gets_a_pipe(bench: Bench, accepting: Accepting, come: Come) -> None:
    core = bench.open(SocketType.PULL)
    recorder = bench.record(core)
    acceptor, listener = accepting(core)
    peer, _ = come(listener)
    bench.serve()
    assert core.pipes == {}
    peer.shake_hands("PUSH")
    bench.until(lambda: core.pipes)
    peer.send(frame(b"hello"))
    assert take_all(core) == [b"hello"]
    assert recorder.names == ["LISTENING", "ACCEPTED", "HANDSHAKE_SUCCEEDED"]
    assert {each.local for each in recorder.seen[:2]} == {acceptor.endpoint}
    assert recorder.seen[1].remote == "memory://second"


def test_peers_that_come_together_are_answered_when_all_are_in(
    bench: Bench, accepting: Accepting, come: Come
) -> None:
    """A program that connects a thousand times is woken now and then, not a thousand times."""
    core = bench.open(SocketType.PULL)
    _, listener = accepting(core)
    unanswered: list[int] = []
    valves: list[Valve] = []

    class Watching(Valve):
        def receive(self, size: int) -> bytes | None:
            unanswered.append(sum(not valve.writes for valve in valves))
            return super().receive(size)

    for _ in range(3):
        peer, valve = come(listener)
        peer.send(greeting())
        valves.append(Watching(valve))
    listener.script.clear()
    listener.add(*valves)  # in place of the same without an eye on them
    bench.until(lambda: all(valve.writes for valve in valves))
    assert unanswered == [3, 3, 3]
    assert [len(valve.writes) for valve in valves] == [1, 1, 1]


def test_pipe_goes_with_its_peer(bench: Bench, accepting: Accepting, come: Come) -> None:
    core = bench.open(SocketType.PUSH)
    _, listener = accepting(core)
    peer, valve = come(listener)
    peer.shake_hands("PULL")
    bench.until(lambda: core.pipes)
    valve.allowance = 0
    core.try_send(b"1")
    core.try_send(b"2")
    peer.close()
    bench.until(lambda: not core.pipes)
    assert core.lost == 2
    assert len(core.tasks) == 1  # the acceptor
    assert not core.try_send(b"nobody is there")


def test_what_a_peer_sent_before_it_left_is_received(bench: Bench, accepting: Accepting, come: Come) -> None:
    core = bench.open(SocketType.PULL, rcvhwm=2)
    _, listener = accepting(core)
    peer, _ = come(listener)
    peer.shake_hands("PUSH")
    bench.until(lambda: core.pipes)
    peer.send(*[frame(b"%d" % number) for number in range(10)])
    peer.close()
    got: list[Message] = []
    while len(got) < 10:
        bench.serve()
        got += take_all(core)
    assert got == [b"%d" % number for number in range(10)]
    bench.until(lambda: not core.pipes)


def test_socket_is_not_told_of_a_loss_that_it_caused(bench: Bench, accepting: Accepting, come: Come) -> None:
    core = bench.open(SocketType.ROUTER)
    core.pattern.set_option(SocketOption.ROUTER_HANDOVER, True)
    core.pattern.set_option(SocketOption.ROUTER_NOTIFY, RouterNotify.DISCONNECT)
    _, listener = accepting(core)
    first, second = come(listener)[0], come(listener)[0]
    first.shake_hands("DEALER", Identity=b"name")
    bench.until(lambda: core.pipes)
    second.shake_hands("DEALER", Identity=b"name")
    bench.until(lambda: len(core.pipes) == 2)
    first.close()
    second.close()
    bench.until(lambda: not core.pipes)
    assert take_all(core) == [[b"name", b""]]  # of the second; the first had to give way


def test_peer_that_was_refused_keeps_nobody_else_out(bench: Bench, accepting: Accepting, come: Come) -> None:
    core = bench.open(SocketType.PULL)
    recorder = bench.record(core)
    _, listener = accepting(core)
    listener.add(PeerRefused(errno.EACCES), PeerRefused(errno.ECONNRESET))
    come(listener)
    bench.serve()
    assert recorder.names == ["LISTENING", "ACCEPT_FAILED", "ACCEPT_FAILED", "ACCEPTED"]
    assert [each.value for each in recorder.seen[1:3]] == [errno.EACCES, errno.ECONNRESET]


def test_acceptor_pauses_when_no_descriptor_is_left(bench: Bench, accepting: Accepting, come: Come) -> None:
    """The listener stays readable then, and would keep the caretaker spinning."""
    core = bench.open(SocketType.PULL)
    recorder = bench.record(core)
    _, listener = accepting(core)
    listener.add(ZMQError(errno.EMFILE))
    come(listener)
    bench.serve()
    tried = listener.accepts
    for _ in range(10):
        bench.serve()
    assert listener.accepts == tried
    assert core.poller.wait(0) == []
    bench.jump(core)
    bench.serve()
    assert recorder.names == ["LISTENING", "ACCEPT_FAILED", "ACCEPTED"]


def test_flood_of_peers_leaves_time_for_others(bench: Bench, accepting: Accepting) -> None:
    core = bench.open(SocketType.PULL)
    _, listener = accepting(core)
    listener.add(*[PeerRefused(errno.EACCES) for _ in range(ACCEPTS_A_TURN + 5)])
    core.serve()
    assert listener.accepts == ACCEPTS_A_TURN
    core.serve()
    assert not listener.script


def test_unbind_keeps_the_peers(bench: Bench, accepting: Accepting, come: Come) -> None:
    """EP-7."""
    core = bench.open(SocketType.PULL)
    acceptor, listener = accepting(core)
    peer, _ = come(listener)
    peer.shake_hands("PUSH")
    bench.until(lambda: core.pipes)
    recorder = bench.record(core)
    fd = listener.fileno()
    acceptor.stop()
    acceptor.stop()
    assert [(each.event, each.value) for each in recorder.seen] == [(Event.CLOSED, fd)]
    assert listener.fileno() == -1
    peer.send(frame(b"still here"))
    assert take_all(core) == [b"still here"]


def test_peer_that_was_seen_before_unbind_is_not_asked_for_after_it(
    bench: Bench, accepting: Accepting, come: Come
) -> None:
    """Another thread may unbind between a caller's wait and what it found."""
    core = bench.open(SocketType.PULL)
    recorder = bench.record(core)
    acceptor, listener = accepting(core)
    _, valve = come(listener)
    ready = core.poller.wait(0)
    acceptor.stop()
    core.dispatch(ready)
    valve.close()
    assert listener.accepts == 0
    assert recorder.names == ["LISTENING", "CLOSED"]


def test_unbind_ends_a_pause(bench: Bench, accepting: Accepting) -> None:
    core = bench.open(SocketType.PULL)
    acceptor, listener = accepting(core)
    listener.add(ZMQError(errno.EMFILE))
    bench.serve()
    acceptor.stop()
    assert core.timers.next_deadline() is None


def test_guest_that_never_gets_ready_is_thrown_out(bench: Bench, accepting: Accepting, come: Come) -> None:
    core = bench.open(SocketType.PULL, handshake_ivl=1)
    recorder = bench.record(core)
    _, listener = accepting(core)
    peer, _ = come(listener)
    peer.send(greeting())
    bench.until(lambda: "HANDSHAKE_FAILED_NO_DETAIL" in recorder.names)
    assert "ACCEPTED" in recorder.names
    assert len(core.tasks) == 1  # the acceptor
    peer.read()
    assert peer.ended


def test_guest_sends_what_waits_when_the_socket_closes(
    bench: Bench, accepting: Accepting, come: Come
) -> None:
    core = bench.open(SocketType.PUSH)
    _, listener = accepting(core)
    peer, valve = come(listener)
    peer.shake_hands("PULL")
    bench.until(lambda: core.pipes)
    valve.allowance = 0
    core.try_send(b"last")
    core.close(-1)
    assert not core.is_finished
    assert core.unsent == 1
    valve.allowance = None
    bench.until(lambda: core.is_finished)
    assert peer.read().endswith(frame(b"last"))
    assert peer.ended
