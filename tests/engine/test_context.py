"""A context's core: its sockets, and the end of them all."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Iterator

import pytest

from zerowire.constants import SocketType
from zerowire.engine.context import ContextCore, flush_at_exit
from zerowire.engine.socket import RECEIVE, SocketCore
from zerowire.error import ContextTerminated, ZMQError

WaitUntil = Callable[..., None]


@pytest.fixture
def context() -> Iterator[ContextCore]:
    made = ContextCore()
    yield made
    for core in tuple(made.sockets):
        with core.lock:
            core.close(0)
    assert made.term(10)


def close(core: SocketCore) -> None:
    with core.lock:
        core.close()


def caretakers() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("zerowire-")}


def test_thread_comes_with_the_first_socket_and_goes_with_the_end(context: ContextCore) -> None:
    """CTX-2."""
    before = caretakers()
    core = context.open_socket(SocketType.PUSH)
    assert len(caretakers() - before) == 1
    close(context.open_socket(SocketType.PUSH))
    assert len(caretakers() - before) == 1
    close(core)
    assert context.term(10)
    assert caretakers() == before


def test_new_sockets_begin_as_the_context_says(context: ContextCore) -> None:
    assert (context.new_settings().ipv6, context.new_settings().linger) == (False, -1)
    context.settings.ipv6 = True
    context.settings.blocky = False
    assert (context.new_settings().ipv6, context.new_settings().linger) == (True, 0)


def test_no_more_than_max_sockets_are_open(context: ContextCore) -> None:
    context.settings.max_sockets = 2
    first, _ = context.open_socket(SocketType.PUSH), context.open_socket(SocketType.PUSH)
    with pytest.raises(ZMQError, match="MAX_SOCKETS=2") as caught:
        context.open_socket(SocketType.PUSH)
    assert caught.value.errno == errno.EMFILE
    close(first)
    context.open_socket(SocketType.PUSH)


def test_terminated_context_opens_nothing_and_stops_its_sockets(context: ContextCore) -> None:
    """CTX-3."""
    core = context.open_socket(SocketType.PUSH)
    context.shutdown()
    context.shutdown()
    with pytest.raises(ContextTerminated):
        context.open_socket(SocketType.PUSH)
    with core.lock, pytest.raises(ContextTerminated):
        core.enter()


def test_term_gives_up_and_can_be_called_again(context: ContextCore) -> None:
    core = context.open_socket(SocketType.PUSH)
    assert not context.term(0)
    assert not context.term(0.001)
    close(core)
    assert context.term(10)
    assert context.term(10)


def test_term_waits_for_the_last_socket(context: ContextCore, wait_until: WaitUntil) -> None:
    core = context.open_socket(SocketType.PUSH)
    ended: list[bool] = []
    ending = threading.Thread(target=lambda: ended.append(context.term()))
    ending.start()
    wait_until(lambda: core.is_stopped)
    assert ended == []
    close(core)
    ending.join(10)
    assert ended == [True]


def test_seeds_differ(context: ContextCore) -> None:
    seeds = {context.new_seed() for _ in range(100)}
    assert len(seeds) > 95
    assert all(0 <= seed < 2**32 for seed in seeds)


def test_batches_are_written_by_whoever_is_going_to_wait(context: ContextCore) -> None:
    first, second = context.open_socket(SocketType.PUSH), context.open_socket(SocketType.PUSH)
    context.batching |= {first, second}
    context.flush_batches()
    assert context.batching == set()


def test_end_of_the_process_sends_what_it_can_and_names_the_rest() -> None:
    context = ContextCore()
    core = context.open_socket(SocketType.PUSH)
    with core.lock:
        core.enter()
        core.endpoints.connect("ipc:///nowhere/at/all")
        core.try_send(b"1")
        core.try_send(b"2")
    (complaint,) = flush_at_exit(0.01)
    assert "PUSH socket still held 2 unsent messages for ipc:///nowhere/at/all" in complaint
    assert core.is_finished


def test_end_of_a_tidy_process_says_nothing() -> None:
    context = ContextCore()
    core = context.open_socket(SocketType.PUSH)
    assert flush_at_exit(10) == []
    assert core.is_finished


def test_end_of_the_process_leaves_a_socket_to_the_daemon_that_waits_on_it(context: ContextCore) -> None:
    """The daemon may go on for a moment, and shall not end with a traceback then."""
    used, idle = context.open_socket(SocketType.PULL), context.open_socket(SocketType.PULL)
    with used.lock:
        used.enter()
        used.begin_wait(RECEIVE)
        used.parked = True  # it has been waiting for a while
    assert flush_at_exit(10) == []
    assert (used.is_finished, idle.is_finished) == (False, True)
    with used.lock:
        used.end_wait(RECEIVE)
        used.enter()
        assert used.try_receive() is None
        used.close()
    assert used.is_finished


def test_terminated_context_has_nobody_to_look_after_sockets(context: ContextCore) -> None:
    close(context.open_socket(SocketType.PULL))
    assert context.term(10)
    with pytest.raises(ContextTerminated):
        _ = context.caretaker


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork()")
def test_child_finds_its_inherited_sockets_closed(context: ContextCore) -> None:
    core = context.open_socket(SocketType.PUSH)
    context.caretaker.stop()  # threads do not live on in a child
    context.leave_in_child()  # what fork() calls in the child
    assert (core.is_closed, core.is_finished, [*context.sockets]) == (True, True, [])
    with pytest.raises(ZMQError, match="belongs to the parent") as caught:
        core.enter()
    assert caught.value.errno == errno.ENOTSOCK


def test_child_waits_for_no_lock_of_a_thread_that_is_not_there(context: ContextCore) -> None:
    is_held, is_over = threading.Event(), threading.Event()

    def bind_for_ever(lock: threading.RLock) -> None:
        with lock:
            is_held.set()
            is_over.wait(30)

    binding = threading.Thread(target=bind_for_ever, args=(context.inproc._lock,))
    ending = threading.Thread(target=context.term, args=(0,))
    binding.start()
    is_held.wait(10)
    context.leave_in_child()
    ending.start()
    ending.join(5)
    has_ended = not ending.is_alive()
    is_over.set()
    binding.join(10)
    ending.join(10)
    assert has_ended
