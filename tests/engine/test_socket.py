"""A socket's core: calls, mailbox, waiting, and the end."""

from __future__ import annotations

import errno
import select
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.bench import Bench, ScriptedTransport, take_all
from zerowire.constants import Errno, PollEvent, SocketType
from zerowire.engine.socket import OTHER, RECEIVE, SEND, SocketCore
from zerowire.error import ContextTerminated, ZMQError
from zerowire.message import Message
from zerowire.transport import schemes

NAME = "inproc://core"


def is_woken(core: SocketCore) -> bool:
    return bool(select.select([core.waker.fileno()], [], [], 0)[0])


def joined(bench: Bench) -> tuple[SocketCore, SocketCore]:
    pull, push = bench.open(SocketType.PULL), bench.open(SocketType.PUSH)
    pull.endpoints.bind(NAME)
    push.endpoints.connect(NAME)
    bench.serve()
    return pull, push


# -- calls and mail ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [-1, 21, 99])
def test_type_that_does_not_exist_is_invalid(bench: Bench, number: int) -> None:
    with pytest.raises(ZMQError, match="use PAIR") as caught:
        bench.context.open_socket(number)
    assert caught.value.errno == errno.EINVAL


def test_mail_is_done_in_its_order_when_the_socket_is_called(bench: Bench) -> None:
    core = bench.open(SocketType.PAIR)
    done: list[int] = []
    for number in range(5):
        assert core.post(done.append, number)
    assert done == []
    assert core.needs_attention
    core.enter()
    assert done == [0, 1, 2, 3, 4]


def test_mail_of_mail_is_done_too(bench: Bench) -> None:
    core = bench.open(SocketType.PAIR)
    done: list[str] = []
    core.post(lambda: core.post(done.append, "second"))
    core.post(done.append, "first")
    core.serve()
    assert done == ["first", "second"]


def test_mail_from_many_threads_keeps_the_order_of_each(bench: Bench) -> None:
    core = bench.open(SocketType.PAIR)
    done: list[tuple[int, int]] = []
    threads = [
        threading.Thread(target=lambda who=who: [core.post(done.append, (who, n)) for n in range(100)])
        for who in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    core.serve()
    for who in range(4):
        assert [number for sender, number in done if sender == who] == list(range(100))


def test_mail_wakes_whoever_waits_and_nobody_else(bench: Bench) -> None:
    core = bench.open(SocketType.PAIR)
    core.post(int)
    assert not is_woken(core)  # the test is its caller, and will look
    core.begin_wait(RECEIVE)
    assert is_woken(core)
    core.serve()
    assert not is_woken(core)
    core.post(int)
    assert is_woken(core)
    core.end_wait(RECEIVE)


def test_finished_socket_takes_no_mail(bench: Bench) -> None:
    core = bench.open(SocketType.PAIR)
    core.close()
    assert core.is_finished
    assert not core.post(int)


class Interrupted(deque[Any]):
    """Calls back once, right before something is appended."""

    call: Callable[[], object] | None = None

    def append(self, item: Any) -> None:
        call, self.call = self.call, None
        if call is not None:
            call()
        super().append(item)


def test_mail_that_comes_while_the_socket_finishes_is_done(bench: Bench) -> None:
    core = bench.open(SocketType.PAIR)
    core._mailbox = mailbox = Interrupted()
    mailbox.call = core.close
    done: list[int] = []
    assert core.post(done.append, 1)
    assert core.is_finished
    assert done == [1]


def test_mail_that_another_thread_took_first_is_left_to_it(bench: Bench) -> None:
    class Stolen(deque[Any]):
        def popleft(self) -> Any:
            self.clear()
            return super().popleft()

    core = bench.open(SocketType.PAIR)
    core._mailbox = Stolen()
    done: list[int] = []
    core.post(done.append, 1)
    core.serve()
    assert done == []


def test_closed_and_stopped_sockets_cannot_be_called(bench: Bench) -> None:
    closed, stopped = bench.open(SocketType.PAIR), bench.open(SocketType.PAIR)
    closed.close()
    with pytest.raises(ZMQError) as caught:
        closed.enter()
    assert caught.value.errno == errno.ENOTSOCK
    stopped.lock.release()
    stopped.stop()
    stopped.lock.acquire()
    with pytest.raises(ContextTerminated):
        stopped.enter()
    assert stopped.needs_attention


def test_close_may_come_by_mail(bench: Bench) -> None:
    """Whoever has let go of the last handle may not be able to wait for the lock."""
    core = bench.open(SocketType.PAIR)
    core.post(core.close)
    with pytest.raises(ZMQError) as caught:
        core.enter()
    assert caught.value.errno == errno.ENOTSOCK


def test_nobody_waits_on_a_closed_socket(bench: Bench) -> None:
    core = bench.open(SocketType.PAIR)
    core.post(core.close)
    core.serve()
    with pytest.raises(ZMQError) as caught:
        core.begin_wait(RECEIVE)
    assert (caught.value.errno, core.waiters) == (errno.ENOTSOCK, 0)


# -- readiness ---------------------------------------------------------------------------------------


def test_waker_is_set_exactly_while_a_waiter_could_go_on(bench: Bench) -> None:
    pull, push = joined(bench)
    pull.begin_wait(RECEIVE)
    pull.begin_wait(RECEIVE)
    push.try_send(b"1")
    push.try_send(b"2")
    pull.serve()
    assert is_woken(pull)
    assert pull.try_receive() == b"1"
    assert is_woken(pull)  # one message is left for the other waiter
    assert pull.try_receive() == b"2"
    pull.end_wait(RECEIVE)
    pull.end_wait(RECEIVE)
    pull.serve()
    assert not is_woken(pull)


class Onlooker:
    """Another thread, which waits for something else than messages or room."""

    def __init__(self, core: SocketCore) -> None:
        self._core = core
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._began = threading.Event()
        self._thread.start()
        self._began.wait(10)

    def _run(self) -> None:
        self._core.begin_wait(OTHER)
        self._began.set()
        self._done.wait(10)
        self._core.end_wait(OTHER)

    def look(self) -> None:
        """Wait no more."""
        self._done.set()
        self._thread.join()


def test_waiters_for_something_else_do_not_wake_each_other(bench: Bench) -> None:
    core = bench.open(SocketType.PULL)
    onlooker = Onlooker(core)
    core.begin_wait(OTHER)
    core.waker.wake()
    core.serve()
    assert not is_woken(core)  # nothing has happened
    core.end_wait(OTHER)
    core.serve()
    assert not is_woken(core)
    onlooker.look()


def test_each_waiter_for_something_else_looks_when_something_has_happened(bench: Bench) -> None:
    core = bench.open(SocketType.PULL)
    onlooker = Onlooker(core)
    core.begin_wait(OTHER)
    core.post(int)
    core.end_wait(OTHER)
    core.serve()
    assert is_woken(core)
    core.begin_wait(OTHER)  # for what comes now, so it does not count as the other's look
    core.end_wait(OTHER)
    core.serve()
    assert is_woken(core)
    onlooker.look()
    core.begin_wait(OTHER)
    core.serve()
    assert not is_woken(core)
    core.end_wait(OTHER)


@pytest.mark.parametrize("what", ["timer", "descriptor", "pipe", "end of a pipe", "change"])
def test_waiter_for_something_else_is_woken_by(bench: Bench, what: str) -> None:
    core, peer = bench.open(SocketType.PULL), bench.open(SocketType.PUSH)
    if what == "end of a pipe":
        peer.endpoints.connect(NAME)
        core.endpoints.bind(NAME)
    onlooker = Onlooker(core)
    if what == "timer":
        core.timers.schedule(0.0, int)
    elif what == "descriptor":
        core.endpoints.bind("tcp://127.0.0.1:*")
        peer.endpoints.connect(core.last_endpoint)
        bench.until(lambda: core.pipes)
    elif what == "pipe":
        core.endpoints.connect(NAME)
    elif what == "end of a pipe":
        core.detach(next(iter(core.pipes)))
    else:
        core.note_change()
    core.serve()
    assert is_woken(core)
    onlooker.look()


def test_waiter_that_wants_to_send_is_woken_by_room(bench: Bench) -> None:
    pull, push = bench.open(SocketType.PULL, rcvhwm=1), bench.open(SocketType.PUSH, sndhwm=1)
    pull.endpoints.bind(NAME)
    push.endpoints.connect(NAME)
    bench.serve()
    while push.try_send(b"x"):
        pass
    push.begin_wait(SEND, b"more")
    push.serve()
    assert not is_woken(push)
    take_all(pull)
    push.serve()
    assert is_woken(push)
    push.end_wait(SEND, b"more")


def test_waiter_for_an_unknown_peer_is_woken_to_meet_its_error(bench: Bench) -> None:
    router = bench.open(SocketType.ROUTER)
    router.pattern.set_option(33, True)  # ROUTER_MANDATORY
    router.begin_wait(SEND, [b"nobody", b"x"])
    router.tell_waiters()
    assert is_woken(router)
    router.end_wait(SEND, [b"nobody", b"x"])


def test_events_say_what_could_be_done(bench: Bench) -> None:
    pull, push = joined(bench)
    assert (pull.events(), push.events()) == (PollEvent(0), PollEvent.POLLOUT)
    push.try_send(b"x")
    assert pull.events() == PollEvent.POLLIN


def test_wait_ends_at_the_deadline_or_the_next_timer(bench: Bench) -> None:
    core = bench.open(SocketType.PAIR)
    assert core.wait_time(None) is None
    assert core.wait_time(0.0) == 0.0
    core.timers.schedule(0.0, int)
    assert core.wait_time(None) == 0.0


# -- the end -----------------------------------------------------------------------------------------


@pytest.fixture
def waiting(bench: Bench, transport: ScriptedTransport, monkeypatch: pytest.MonkeyPatch) -> SocketCore:
    """A socket with a message for a peer that is not there."""
    monkeypatch.setitem(schemes.TRANSPORTS, "tcp", transport)
    core = bench.open(SocketType.PUSH, reconnect_ivl=10**9)
    core.endpoints.connect("tcp://peer:1")
    core.try_send(b"waits")
    return core


def test_close_without_linger_drops_what_waits(waiting: SocketCore) -> None:
    waiting.close(0)
    assert waiting.is_finished
    assert waiting.lost == 1


def test_close_lingers_for_ever_by_default(waiting: SocketCore) -> None:
    waiting.close()
    assert waiting.is_closed
    assert not waiting.is_finished
    assert waiting.unsent == 1


def test_linger_of_close_counts_instead_of_the_option(waiting: SocketCore) -> None:
    waiting.settings.linger = 0
    waiting.close(-1)
    assert not waiting.is_finished


def test_linger_ends_with_its_timer(bench: Bench, waiting: SocketCore) -> None:
    waiting.close(1000)
    assert not waiting.is_finished
    bench.jump(waiting)
    waiting.serve()
    assert waiting.is_finished
    assert waiting.lost == 1


def test_close_is_idempotent(waiting: SocketCore) -> None:
    waiting.close(-1)
    waiting.close(0)
    assert not waiting.is_finished
    waiting.abandon()
    assert waiting.is_finished
    waiting.abandon()


def test_socket_with_nothing_to_send_is_finished_at_once(bench: Bench) -> None:
    core = bench.open(SocketType.SUB)
    core.endpoints.bind("tcp://127.0.0.1:*")
    core.close()
    assert core.is_finished
    assert core.poller.closed
    assert core not in bench.context.sockets


def test_last_waiter_closes_the_poller(bench: Bench) -> None:
    core = bench.open(SocketType.PAIR)
    core.begin_wait(RECEIVE)
    core.close()
    assert core.is_finished
    assert is_woken(core)
    core.end_wait(RECEIVE)
    assert core.poller.closed


def test_context_that_is_terminated_wakes_those_that_wait(bench: Bench) -> None:
    core = bench.open(SocketType.PAIR)
    core.begin_wait(RECEIVE)
    core.lock.release()
    core.stop()
    core.lock.acquire()
    assert is_woken(core)
    core.end_wait(RECEIVE)
    with pytest.raises(ZMQError) as caught:
        core.enter()
    assert caught.value.errno == Errno.ETERM


# -- batches -----------------------------------------------------------------------------------------


def test_messages_that_were_routed_without_a_look_at_the_clock_are_written_together(bench: Bench) -> None:
    pull, push = joined(bench)
    messages: list[Message] = [b"1", [b"2", b"more"]]
    for message in messages:
        assert push.route(message)
    push.write_routed()
    assert not push.dirty
    assert take_all(pull) == messages
