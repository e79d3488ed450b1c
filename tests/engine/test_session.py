"""What outlives a connection, with a transport whose every attempt the test decides."""

from __future__ import annotations

import errno
import threading
from typing import Any

import pytest

from tests.engine.bench import (
    Bench,
    Peer,
    ScriptedConnecter,
    ScriptedTransport,
    frame,
    greeting,
    take_all,
)
from zerowire.constants import Event, ReconnectStop, SocketOption, SocketType
from zerowire.engine.session import STATES, Session, SessionState
from zerowire.engine.socket import SocketCore
from zerowire.error import ZMQError
from zerowire.transport import schemes

ENDPOINT = "tcp://peer:1"


@pytest.fixture(autouse=True)
def only_transport(transport: ScriptedTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(schemes.TRANSPORTS, "tcp", transport)


def connect(core: SocketCore) -> Session:
    core.endpoints.connect(ENDPOINT)
    (session,) = (task for task in core.tasks if isinstance(task, Session))
    return session


def meet(bench: Bench, session: Session, peer: Peer, kind: str) -> None:
    """Let the peer shake hands."""
    peer.shake_hands(kind)
    bench.until(lambda: session.is_ready)


def refused() -> ScriptedConnecter:
    return ScriptedConnecter(ZMQError(errno.ECONNREFUSED))


# -- the pipe ----------------------------------------------------------------------------------------


def test_messages_wait_for_a_peer_that_is_not_there_yet(bench: Bench, transport: ScriptedTransport) -> None:
    """PIPE-7: connect() makes the pipe."""
    core = bench.open(SocketType.PUSH)
    peer, _ = transport.add_peer()
    session = connect(core)
    assert core.try_send(b"early")
    assert (session.unsent, session.is_ready) == (1, False)
    meet(bench, session, peer, "PULL")
    bench.until(lambda: frame(b"early") in peer.collect())
    assert session.unsent == 0


def test_immediate_pipe_comes_and_goes_with_the_peer(bench: Bench, transport: ScriptedTransport) -> None:
    core = bench.open(SocketType.PUSH, immediate=True)
    peer, valve = transport.add_peer()
    session = connect(core)
    assert not core.try_send(b"nobody is there")
    meet(bench, session, peer, "PULL")
    valve.allowance = 0
    assert core.try_send(b"lost with its peer")
    peer.close()
    bench.until(lambda: session.state is SessionState.WAITING)
    assert session.pipe is None
    assert not core.try_send(b"nobody again")
    assert core.lost == 1


def test_peer_is_known_by_its_routing_id(bench: Bench, transport: ScriptedTransport) -> None:
    core = bench.open(SocketType.ROUTER)
    peer, _ = transport.add_peer()
    session = connect(core)
    peer.shake_hands("DEALER", Identity=b"you")
    bench.until(lambda: session.is_ready)
    assert core.try_send([b"you", b"hello"])
    bench.until(lambda: frame(b"hello") in peer.collect())


def test_octets_are_counted_over_all_connections(bench: Bench, transport: ScriptedTransport) -> None:
    core = bench.open(SocketType.PUSH)
    peers = [transport.add_peer()[0] for _ in range(2)]
    session = connect(core)
    totals = []
    for peer in peers:
        meet(bench, session, peer, "PULL")
        totals.append(session.wire_octets)
        peer.close()
        bench.until(lambda: session.link is None)
        assert session.wire_octets == totals[-1]
        bench.jump(core)
    assert totals[1] == (2 * totals[0][0], 2 * totals[0][1])


# -- attempts ----------------------------------------------------------------------------------------


def test_refused_attempt_is_repeated_after_the_interval(bench: Bench, transport: ScriptedTransport) -> None:
    """REC-1, REC-6."""
    core = bench.open(SocketType.PUSH)
    recorder = bench.record(core)
    session = connect(core)
    assert session.state is SessionState.WAITING
    assert recorder.names == ["CLOSED", "CONNECT_RETRIED"]
    assert 100 <= recorder.seen[-1].value < 200
    assert len(transport.made) == 1
    bench.serve()
    assert len(transport.made) == 1
    bench.jump(core)
    assert len(transport.made) == 2
    assert all(attempt.is_closed for attempt in transport.made)


def test_intervals_grow_and_start_again_with_a_connection(bench: Bench, transport: ScriptedTransport) -> None:
    """REC-1: doubled up to RECONNECT_IVL_MAX, and reset by an established connection."""
    core = bench.open(SocketType.PUSH, reconnect_ivl=10, reconnect_ivl_max=40)
    recorder = bench.record(core)
    for _ in range(4):
        transport.add(refused())
    peer, _ = transport.add_peer()
    session = connect(core)
    for _ in range(4):
        bench.jump(core)
    meet(bench, session, peer, "PULL")
    peer.close()
    bench.until(lambda: session.link is None)
    retries = [each.value for each in recorder.seen if each.event == Event.CONNECT_RETRIED]
    assert retries == [10, 20, 40, 40, 10]


def test_lost_link_waits_for_the_interval_too(bench: Bench, transport: ScriptedTransport) -> None:
    """REC-6."""
    core = bench.open(SocketType.PUSH, reconnect_ivl=60_000)
    recorder = bench.record(core)
    peer, _ = transport.add_peer()
    session = connect(core)
    meet(bench, session, peer, "PULL")
    peer.close()
    bench.until(lambda: session.state is SessionState.WAITING)
    assert recorder.names == ["CONNECTED", "HANDSHAKE_SUCCEEDED", "DISCONNECTED", "CONNECT_RETRIED"]
    assert len(transport.made) == 1


@pytest.mark.parametrize("interval", [0, -1])
def test_without_an_interval_there_is_one_attempt(
    bench: Bench, transport: ScriptedTransport, interval: int
) -> None:
    """REC-2."""
    core = bench.open(SocketType.PUSH, reconnect_ivl=interval)
    peer, _ = transport.add_peer()
    session = connect(core)
    meet(bench, session, peer, "PULL")
    peer.close()
    bench.until(lambda: session.state is SessionState.STOPPED)
    assert core.tasks == {}
    assert core.timers.next_deadline() is None


def test_peer_that_broke_the_protocol_is_left_alone(bench: Bench, transport: ScriptedTransport) -> None:
    """REC-3: no second attempt, and disconnect() succeeds once all the same."""
    core = bench.open(SocketType.PUSH)
    peer, _ = transport.add_peer()
    session = connect(core)
    core.try_send(b"never")
    peer.send(greeting(mechanism=b"PLAIN"))
    bench.until(lambda: session.state is SessionState.STOPPED)
    assert core.lost == 1
    core.endpoints.remove(ENDPOINT)
    with pytest.raises(ZMQError) as caught:
        core.endpoints.remove(ENDPOINT)
    assert caught.value.errno == errno.ENOENT


def test_connecting_again_forgets_the_mistake(bench: Bench, transport: ScriptedTransport) -> None:
    core = bench.open(SocketType.PUSH)
    peer, _ = transport.add_peer()
    session = connect(core)
    peer.send(greeting(mechanism=b"PLAIN"))
    bench.until(lambda: session.state is SessionState.STOPPED)
    connect(core)
    core.endpoints.remove(ENDPOINT)
    with pytest.raises(ZMQError) as caught:
        core.endpoints.remove(ENDPOINT)
    assert caught.value.errno == errno.ENOENT


def test_end_within_the_handshake_is_no_mistake(bench: Bench, transport: ScriptedTransport) -> None:
    """REC-3: connection_error leads to another attempt."""
    core = bench.open(SocketType.PUSH)
    peer, _ = transport.add_peer()
    session = connect(core)
    peer.send(greeting())
    peer.close()
    bench.until(lambda: session.state is SessionState.WAITING)


def test_socket_is_not_told_of_a_loss_before_there_was_a_peer(
    bench: Bench, transport: ScriptedTransport
) -> None:
    core = bench.open(SocketType.DEALER)
    core.pattern.set_option(SocketOption.HICCUP_MSG, b"hiccup")
    silent, _ = transport.add_peer()
    peer, _ = transport.add_peer()
    session = connect(core)
    silent.close()
    bench.until(lambda: session.state is SessionState.WAITING)
    assert take_all(core) == []
    bench.jump(core)
    meet(bench, session, peer, "ROUTER")
    peer.close()
    bench.until(lambda: session.state is SessionState.WAITING)
    assert take_all(core) == [b"hiccup"]


@pytest.mark.parametrize(("scheme", "stops"), [("tcp", True), ("ipc", False)])
def test_refusal_may_be_the_end(bench: Bench, transport: ScriptedTransport, scheme: str, stops: bool) -> None:
    """REC-4, CONN_REFUSED: tcp only."""
    transport.scheme = scheme
    core = bench.open(SocketType.PUSH, reconnect_stop=ReconnectStop.CONN_REFUSED)
    core.endpoints.connect(ENDPOINT)
    assert (core.tasks == {}) is stops


def test_other_failures_are_no_refusal(bench: Bench, transport: ScriptedTransport) -> None:
    transport.add(ScriptedConnecter(ZMQError(errno.ENETUNREACH)))
    core = bench.open(SocketType.PUSH, reconnect_stop=ReconnectStop.CONN_REFUSED)
    assert connect(core).state is SessionState.WAITING


def test_failed_handshake_may_be_the_end(bench: Bench, transport: ScriptedTransport) -> None:
    """REC-4, HANDSHAKE_FAILED."""
    core = bench.open(SocketType.PUSH, reconnect_stop=ReconnectStop.HANDSHAKE_FAILED)
    peer, _ = transport.add_peer()
    session = connect(core)
    peer.close()
    bench.until(lambda: session.state is SessionState.STOPPED)


def test_link_lost_after_its_handshake_is_no_failed_handshake(
    bench: Bench, transport: ScriptedTransport
) -> None:
    core = bench.open(SocketType.PUSH, reconnect_stop=ReconnectStop.HANDSHAKE_FAILED)
    peer, _ = transport.add_peer()
    session = connect(core)
    meet(bench, session, peer, "PULL")
    peer.close()
    bench.until(lambda: session.state is SessionState.WAITING)


@pytest.mark.parametrize(
    ("stop", "state"),
    [(0, SessionState.WAITING), (ReconnectStop.AFTER_DISCONNECT, SessionState.STOPPED)],
)
def test_disconnect_may_end_the_attempts(
    bench: Bench, transport: ScriptedTransport, stop: int, state: SessionState
) -> None:
    """REC-4, AFTER_DISCONNECT: what waits is given up with the attempt that is under way."""
    core = bench.open(SocketType.PUSH, reconnect_stop=stop)
    attempt = transport.add(ScriptedConnecter(None))
    session = connect(core)
    core.try_send(b"waits")
    core.endpoints.remove(ENDPOINT)
    assert session.state is SessionState.CONNECTING
    attempt.answer(ZMQError(errno.ECONNREFUSED))
    bench.until(lambda: session.state is not SessionState.CONNECTING)
    assert session.state is state
    session.close()


def test_messages_that_wait_go_to_the_next_connection(bench: Bench, transport: ScriptedTransport) -> None:
    """REC-5: what was begun is not sent again, what was not is kept."""
    core = bench.open(SocketType.PUSH)
    first, valve = transport.add_peer()
    second, _ = transport.add_peer()
    session = connect(core)
    meet(bench, session, first, "PULL")
    valve.allowance = 3
    for message in (b"begun", b"kept 1", b"kept 2"):
        core.try_send(message)
    core.flush()
    first.close()
    bench.until(lambda: session.link is None)
    bench.jump(core)
    meet(bench, session, second, "PULL")
    bench.until(lambda: frame(b"kept 2") in second.collect())
    assert second.read().endswith(frame(b"kept 1") + frame(b"kept 2"))


def test_subscriptions_are_sent_to_the_next_connection(bench: Bench, transport: ScriptedTransport) -> None:
    """REC-5: the pipe hiccups."""
    core = bench.open(SocketType.SUB)
    core.pattern.set_option(6, b"topic")
    first, _ = transport.add_peer()
    second, _ = transport.add_peer()
    session = connect(core)
    said = []
    for peer in (first, second):
        meet(bench, session, peer, "PUB")
        bench.serve()
        said.append(peer.read())
        peer.close()
        bench.until(lambda: session.link is None)
        bench.jump(core)
    assert said[0].endswith(b"topic")
    assert said[0] == said[1]


def test_messages_of_the_last_connection_are_still_received(
    bench: Bench, transport: ScriptedTransport
) -> None:
    core = bench.open(SocketType.PULL)
    peer, _ = transport.add_peer()
    session = connect(core)
    meet(bench, session, peer, "PUSH")
    peer.send(frame(b"last words"))
    peer.close()
    bench.until(lambda: session.link is None)
    assert take_all(core) == [b"last words"]


def test_peer_that_the_socket_itself_closed_is_not_called_again(
    bench: Bench, transport: ScriptedTransport
) -> None:
    """STREAM: an empty message closes the connection; that is no loss, and nobody is told of one."""
    core = bench.open(SocketType.STREAM)
    peer, _ = transport.add_peer()
    session = connect(core)
    (notice,) = take_all(core)
    assert isinstance(notice, list)
    assert core.try_send([notice[0], b""])
    bench.until(lambda: session.state is SessionState.STOPPED)
    peer.read()
    assert peer.ended
    assert core.tasks == {}
    assert len(transport.made) == 1
    assert take_all(core) == []
    core.endpoints.remove(ENDPOINT)  # as after any end that nobody asked for
    with pytest.raises(ZMQError):
        core.endpoints.remove(ENDPOINT)


def test_peer_that_was_refused_may_be_wanted_when_it_comes_again(
    bench: Bench, transport: ScriptedTransport
) -> None:
    core = bench.open(SocketType.PAIR)
    wanted, _ = transport.add_peer()
    refused, _ = transport.add_peer()
    again, _ = transport.add_peer()
    first = connect(core)
    core.endpoints.connect("tcp://peer:2")
    (second,) = (task for task in core.tasks if isinstance(task, Session) and task is not first)
    meet(bench, first, wanted, "PAIR")
    meet(bench, second, refused, "PAIR")
    refused.close()
    bench.until(lambda: second.state is SessionState.WAITING)
    core.endpoints.remove(ENDPOINT)
    assert not core.try_send(b"nobody is there")
    bench.jump(core)
    meet(bench, second, again, "PAIR")
    assert core.try_send(b"hello")
    bench.until(lambda: frame(b"hello") in again.collect())


# -- attempts that take a while ----------------------------------------------------------------------


def test_attempt_that_is_pending_is_watched(bench: Bench, transport: ScriptedTransport) -> None:
    core = bench.open(SocketType.PUSH)
    recorder = bench.record(core)
    attempt = transport.add(ScriptedConnecter(None))
    session = connect(core)
    assert recorder.names == ["CONNECT_DELAYED"]
    bench.serve()
    assert session.state is SessionState.CONNECTING
    attempt.answer()  # nothing yet: the transport goes on with another address
    bench.serve()
    assert session.state is SessionState.CONNECTING
    transport.add_peer()
    attempt.answer(transport.script.pop().outcome)
    bench.until(lambda: session.state is SessionState.LINKED)
    assert recorder.names == ["CONNECT_DELAYED", "CONNECTED"]


def test_attempt_that_takes_too_long_is_given_up(bench: Bench, transport: ScriptedTransport) -> None:
    core = bench.open(SocketType.PUSH, connect_timeout=50)
    recorder = bench.record(core)
    attempt = transport.add(ScriptedConnecter(None))
    session = connect(core)
    fd = attempt.fileno()
    bench.jump(core)
    assert attempt.is_closed
    assert session.state is SessionState.WAITING
    assert [each.value for each in recorder.seen if each.event == Event.CLOSED] == [fd]


def test_attempt_that_fails_after_a_while_is_reported_with_its_descriptor(
    bench: Bench, transport: ScriptedTransport
) -> None:
    core = bench.open(SocketType.PUSH)
    recorder = bench.record(core)
    attempt = transport.add(ScriptedConnecter(None))
    session = connect(core)
    fd = attempt.fileno()
    attempt.answer(ZMQError(errno.ECONNREFUSED))
    bench.until(lambda: session.state is SessionState.WAITING)
    assert recorder.names == ["CONNECT_DELAYED", "CLOSED", "CONNECT_RETRIED"]
    assert recorder.seen[1].value == fd


def test_name_is_looked_up_by_another_thread(bench: Bench, transport: ScriptedTransport) -> None:
    core = bench.open(SocketType.PUSH)
    _, valve = transport.add_peer()
    transport.script[-1].needs_lookup = True
    session = connect(core)
    assert session.state is SessionState.RESOLVING
    bench.until(lambda: session.state is SessionState.LINKED)
    assert session.link is not None
    assert session.link.stream is valve


def test_name_that_is_not_found_is_tried_again(bench: Bench, transport: ScriptedTransport) -> None:
    core = bench.open(SocketType.PUSH)
    attempt = transport.add(ScriptedConnecter(None, needs_lookup=True))
    attempt.lookup_error = ZMQError(errno.EINVAL)
    session = connect(core)
    bench.until(lambda: session.state is SessionState.WAITING)
    assert attempt.is_closed


def test_name_is_tried_again_when_no_thread_can_be_started(
    bench: Bench, transport: ScriptedTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As at the end of the process."""

    def fail(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    core = bench.open(SocketType.PUSH)
    attempt = transport.add(ScriptedConnecter(None, needs_lookup=True))
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", fail)
        session = connect(core)
    assert attempt.is_closed
    assert session.state is SessionState.WAITING


def test_look_up_that_comes_too_late_is_thrown_away(bench: Bench, transport: ScriptedTransport) -> None:
    core = bench.open(SocketType.PUSH)
    attempt = transport.add(ScriptedConnecter(None, needs_lookup=True))
    session = connect(core)
    session.close()
    session.on_looked_up(attempt, None)
    assert attempt.is_closed
    assert session.state is SessionState.STOPPED


def test_transport_that_cannot_even_begin_is_tried_again(
    bench: Bench, transport: ScriptedTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_descriptor(address: str, settings: Any) -> Any:
        raise ZMQError(errno.EMFILE)

    core = bench.open(SocketType.PUSH)
    with monkeypatch.context() as patch:
        patch.setattr(transport, "connecter", no_descriptor)
        session = connect(core)
    assert session.state is SessionState.WAITING
    bench.jump(core)
    assert len(transport.made) == 1


# -- disconnect() and LINGER -------------------------------------------------------------------------


def test_disconnect_with_nothing_to_send_ends_at_once(bench: Bench, transport: ScriptedTransport) -> None:
    core = bench.open(SocketType.PUSH)
    peer, _ = transport.add_peer()
    session = connect(core)
    meet(bench, session, peer, "PULL")
    core.endpoints.remove(ENDPOINT)
    assert session.state is SessionState.STOPPED
    assert core.tasks == {}
    peer.read()
    assert peer.ended


def test_disconnect_sends_what_waits(bench: Bench, transport: ScriptedTransport) -> None:
    core = bench.open(SocketType.PUSH, linger=-1)
    peer, valve = transport.add_peer()
    session = connect(core)
    meet(bench, session, peer, "PULL")
    valve.allowance = 0
    core.try_send(b"waits")
    core.endpoints.remove(ENDPOINT)
    assert core.pipes == {}  # the socket's end goes at once
    assert not core.try_send(b"nobody is there")
    valve.allowance = None
    bench.until(lambda: session.state is SessionState.STOPPED)
    assert peer.read().endswith(frame(b"waits"))
    assert (peer.ended, core.lost) == (True, 0)


def test_disconnect_still_connects_to_send_what_waits(bench: Bench, transport: ScriptedTransport) -> None:
    core = bench.open(SocketType.PUSH, linger=-1)
    session = connect(core)
    core.try_send(b"waits")
    core.endpoints.remove(ENDPOINT)
    peer, _ = transport.add_peer()
    bench.jump(core)
    peer.shake_hands("PULL")
    bench.until(lambda: session.state is SessionState.STOPPED)
    assert peer.read().endswith(frame(b"waits"))


def test_disconnect_without_linger_drops_what_waits(bench: Bench, transport: ScriptedTransport) -> None:
    core = bench.open(SocketType.PUSH, linger=0)
    session = connect(core)
    core.try_send(b"dropped")
    core.endpoints.remove(ENDPOINT)
    assert session.state is SessionState.STOPPED
    assert core.lost == 1


def test_disconnect_gives_up_when_linger_is_over(bench: Bench, transport: ScriptedTransport) -> None:
    core = bench.open(SocketType.PUSH, linger=60_000, reconnect_ivl=10**9)
    session = connect(core)
    core.try_send(b"waits")
    core.endpoints.remove(ENDPOINT)
    bench.jump(core)  # the interval is longer than LINGER
    assert session.state is SessionState.STOPPED
    assert core.lost == 1


def test_disconnecting_twice_is_like_once(bench: Bench, transport: ScriptedTransport) -> None:
    core = bench.open(SocketType.PUSH, linger=-1)
    session = connect(core)
    core.try_send(b"waits")
    session.stop()
    session.stop()
    assert session.state is SessionState.WAITING
    session.close()
    session.close()
    assert core.tasks == {}
    assert core.lost == 1


def test_messages_behind_a_peer_that_leaves_while_we_do_are_tried_again(
    bench: Bench, transport: ScriptedTransport
) -> None:
    core = bench.open(SocketType.PUSH, linger=-1)
    first, valve = transport.add_peer()
    second, _ = transport.add_peer()
    session = connect(core)
    meet(bench, session, first, "PULL")
    valve.allowance = 0
    core.try_send(b"waits")
    core.endpoints.remove(ENDPOINT)
    first.close()
    valve.failure = ZMQError(errno.EPIPE)
    bench.until(lambda: session.link is None)
    assert session.state is SessionState.WAITING
    bench.jump(core)
    second.shake_hands("PULL")
    bench.until(lambda: session.state is SessionState.STOPPED)
    assert second.read().endswith(frame(b"waits"))


def test_stopped_is_the_end_of_every_life() -> None:
    assert STATES[SessionState.STOPPED] == set()
    assert all(SessionState.STOPPED in then for state, then in STATES.items() if then)
    assert set(STATES) == set(SessionState)
