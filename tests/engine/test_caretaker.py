"""The thread that looks after sockets nobody is using, by the state it leaves them in."""

from __future__ import annotations

import select
import threading
from collections.abc import Callable

import pytest

from tests.engine.bench import Bench, Peer, frame, link_to
from zerowire.constants import SocketType
from zerowire.engine.caretaker import TICK, Caretaker
from zerowire.engine.descriptors import open_poller
from zerowire.engine.socket import OTHER, SocketCore
from zerowire.testing import stream_pair

WaitUntil = Callable[..., None]


@pytest.fixture
def core(bench: Bench) -> SocketCore:
    """A socket that was called, and then let go."""
    made = bench.open(SocketType.PULL)
    assert made.leased
    bench.let_go(made)
    return made


def call(core: SocketCore, action: Callable[[], object] = int) -> None:
    """Do what a call on the socket does."""
    with core.lock:
        core.enter()
        action()


def test_new_socket_is_idle(bench: Bench) -> None:
    core = bench.context.open_socket(SocketType.PULL)
    assert not core.leased
    assert core.needs_attention  # so that the first call takes a lease


def test_call_takes_a_lease_and_the_caretaker_takes_it_back(core: SocketCore, wait_until: WaitUntil) -> None:
    wait_until(lambda: not core.leased)
    assert core.needs_attention
    call(core)
    assert core.leased or core.needs_attention
    wait_until(lambda: not core.leased)


def test_socket_that_is_called_again_and_again_stays_leased(bench: Bench, wait_until: WaitUntil) -> None:
    busy, quiet = bench.open(SocketType.PULL), bench.open(SocketType.PULL)
    bench.let_go(busy)
    bench.let_go(quiet)

    def quiet_was_taken_back() -> bool:
        call(busy)
        return not quiet.leased

    wait_until(quiet_was_taken_back)
    with busy.lock:
        assert busy.leased
        assert not busy.parked


def test_caller_that_waits_for_long_is_parked(bench: Bench, wait_until: WaitUntil) -> None:
    core = bench.open(SocketType.PULL)
    core.begin_wait(OTHER)
    core.lock.release()
    wait_until(lambda: core.parked)
    core.lock.acquire()
    assert core.leased  # still its caller's: the caretaker only stops looking
    core.end_wait(OTHER)
    assert not core.parked


def test_idle_socket_gets_its_mail(core: SocketCore, wait_until: WaitUntil) -> None:
    wait_until(lambda: not core.leased)
    done: list[str] = []
    core.post(lambda: done.append(threading.current_thread().name))
    wait_until(lambda: done)
    assert done[0].startswith("zerowire-")


def test_idle_socket_runs_its_timers(core: SocketCore, wait_until: WaitUntil) -> None:
    ran = threading.Event()
    with core.lock:
        core.timers.schedule(0.0, ran.set)
    wait_until(ran.is_set)


def test_leased_socket_is_left_alone(bench: Bench, wait_until: WaitUntil) -> None:
    """The test holds the lock, as a caller at work does: others are served meanwhile."""
    busy, idle = bench.open(SocketType.PULL), bench.open(SocketType.PULL)
    done: list[str] = []
    busy.post(done.append, "busy")
    bench.let_go(idle)
    wait_until(lambda: not idle.leased)
    idle.post(done.append, "idle")
    wait_until(lambda: done)
    assert done == ["idle"]


def test_batch_of_a_busy_socket_is_written(bench: Bench, wait_until: WaitUntil) -> None:
    """A message may wait for company, but not for the next call."""
    pull = bench.open(SocketType.PULL)
    pull.endpoints.bind("tcp://127.0.0.1:*")
    push = bench.open(SocketType.PUSH)
    push.endpoints.connect(pull.last_endpoint)
    bench.until(lambda: pull.pipes and push.pattern.can_send())
    for _ in range(100):
        assert push.try_send(b"x")
    bench.let_go(push)
    wait_until(lambda: not push.dirty)
    bench.let_go(pull)
    wait_until(lambda: sum(len(pipe.inbound.items) for pipe in pull.pipes) == 100)


def test_idle_socket_reads_up_to_its_mark(bench: Bench, wait_until: WaitUntil) -> None:
    core = bench.open(SocketType.PULL, rcvhwm=3)
    link, owner, peer, _ = link_to(bench, core, "PUSH")
    bench.let_go(core)
    peer.send(*[frame(b"%d" % number) for number in range(10)])
    assert owner.pipe is not None
    pipe = owner.pipe
    wait_until(lambda: len(pipe.inbound.items) == 3)
    with core.lock:
        link.close()
    peer.close()


def test_closed_socket_is_served_to_its_end(bench: Bench, wait_until: WaitUntil) -> None:
    pull = bench.open(SocketType.PULL)
    pull.endpoints.bind("tcp://127.0.0.1:*")
    push = bench.open(SocketType.PUSH)
    push.endpoints.connect(pull.last_endpoint)
    push.try_send(b"last words")
    push.close()
    bench.let_go(push)
    bench.let_go(pull)
    wait_until(lambda: push.is_finished)
    wait_until(lambda: pull.can_receive())


def test_mistake_with_one_socket_does_not_end_the_service(
    core: SocketCore, wait_until: WaitUntil, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: seen.append(args.exc_value))

    def fail() -> None:
        raise ValueError("our mistake")

    wait_until(lambda: not core.leased)
    core.post(fail)
    wait_until(lambda: seen)
    assert isinstance(seen[0], ValueError)
    done = threading.Event()
    core.post(done.set)
    wait_until(done.is_set)


def test_poller_of_a_socket_can_be_polled() -> None:
    """What the caretaker rests on: a descriptor that waits for descriptors."""
    near, far = stream_pair()
    poller, waker = open_poller()
    poller.register(near.fileno(), 1, near)
    assert not select.select([poller.fileno()], [], [], 0)[0]
    Peer(far).send(b"x")
    assert select.select([poller.fileno()], [], [], 10)[0]
    poller.unregister(near.fileno())
    for each in (poller, waker, near, far):
        each.close()


def test_caretaker_that_sleeps_for_ever_does_not_pass_for_one_that_ticks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A socket may go between two looks; the next one to be leased must wake the caretaker."""

    class Fleeting(set[SocketCore]):
        looks = 0

        def __bool__(self) -> bool:
            self.looks += 1
            return self.looks == 1

    caretaker = Caretaker("never started")
    monkeypatch.setattr(caretaker, "_leased", Fleeting())
    assert caretaker._timeout() == TICK
    assert caretaker._ticking
    assert caretaker._timeout() is None
    assert not caretaker._ticking
    caretaker.abandon_in_child()
