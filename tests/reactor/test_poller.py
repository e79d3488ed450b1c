"""Every kind of poller keeps the contract of reactor/poller.py."""

from __future__ import annotations

import os
import select
import selectors
import signal
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from zerowire.reactor.epoll_poller import MAX_EVENTS, EpollPoller
from zerowire.reactor.poller import READABLE, WRITABLE, Poller
from zerowire.reactor.selector_poller import SelectorPoller
from zerowire.reactor.waker import Waker

KINDS: dict[str, Callable[[], EpollPoller | SelectorPoller]] = {
    "epoll": EpollPoller,
    "poll": lambda: SelectorPoller(selectors.PollSelector()),
    "select": lambda: SelectorPoller(selectors.SelectSelector()),
    "selector_with_descriptor": lambda: SelectorPoller(selectors.EpollSelector()),
}
PATIENCE = 10.0


@pytest.fixture(params=KINDS)
def poller(request: pytest.FixtureRequest) -> Iterator[EpollPoller | SelectorPoller]:
    poller = KINDS[request.param]()
    yield poller
    poller.close()


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    near, far = socket.socketpair()
    yield near, far
    near.close()
    far.close()


Ends = tuple[socket.socket, socket.socket]
AnyPoller = EpollPoller | SelectorPoller


def test_wait_returns_the_handler_of_what_is_readable(poller: AnyPoller, ends: Ends) -> None:
    near, far = ends
    handler = object()
    poller.register(near.fileno(), READABLE, handler)
    assert poller.wait(0) == []
    far.send(b"x")
    assert poller.wait(PATIENCE) == [(handler, READABLE)]


def test_readiness_is_reported_until_it_is_gone(poller: AnyPoller, ends: Ends) -> None:
    near, far = ends
    poller.register(near.fileno(), READABLE, near)
    far.send(b"x")
    assert poller.wait(PATIENCE) == poller.wait(0) == [(near, READABLE)]
    near.recv(10)
    assert poller.wait(0) == []


def test_both_directions_are_reported_together(poller: AnyPoller, ends: Ends) -> None:
    near, far = ends
    poller.register(near.fileno(), READABLE | WRITABLE, near)
    assert poller.wait(PATIENCE) == [(near, WRITABLE)]
    far.send(b"x")
    assert poller.wait(PATIENCE) == [(near, READABLE | WRITABLE)]


def test_modify_changes_what_is_reported(poller: AnyPoller, ends: Ends) -> None:
    near, _ = ends
    poller.register(near.fileno(), 0, near)
    assert poller.wait(0) == []
    poller.modify(near.fileno(), WRITABLE)
    assert poller.wait(PATIENCE) == [(near, WRITABLE)]
    poller.modify(near.fileno(), READABLE)
    assert poller.wait(0) == []
    poller.modify(near.fileno(), 0)
    poller.modify(near.fileno(), READABLE | WRITABLE)
    assert poller.wait(PATIENCE) == [(near, WRITABLE)]


def test_unregistered_descriptors_are_forgotten(poller: AnyPoller, ends: Ends) -> None:
    near, _ = ends
    poller.register(near.fileno(), WRITABLE, near)
    poller.unregister(near.fileno())
    assert poller.wait(0) == []
    poller.register(near.fileno(), WRITABLE, "again")
    assert poller.wait(PATIENCE) == [("again", WRITABLE)]


def test_unregister_tolerates_unknown_and_closed_descriptors(poller: AnyPoller, ends: Ends) -> None:
    near, _ = ends
    fd = near.fileno()
    poller.unregister(-1)
    poller.unregister(fd)
    poller.register(fd, READABLE, near)
    near.close()
    poller.unregister(fd)
    assert poller.wait(0) == []


def test_what_another_thread_unregisters_meanwhile_is_left_out(ends: Ends) -> None:
    near, _ = ends

    class Selector(selectors.PollSelector):
        def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
            found = super().select(timeout)
            hasty.unregister(near.fileno())
            return found

    hasty = SelectorPoller(Selector())
    hasty.register(near.fileno(), WRITABLE, near)
    assert hasty.wait(PATIENCE) == []
    hasty.close()


def test_register_refuses_a_descriptor_that_it_has(poller: AnyPoller, ends: Ends) -> None:
    near, _ = ends
    poller.register(near.fileno(), READABLE, near)
    with pytest.raises(FileExistsError):
        poller.register(near.fileno(), WRITABLE, near)
    assert poller.wait(0) == []


@pytest.mark.parametrize("interest", [READABLE, READABLE | WRITABLE])
def test_hang_up_is_reported_as_registered(poller: AnyPoller, ends: Ends, interest: int) -> None:
    near, far = ends
    poller.register(near.fileno(), interest, near)
    far.close()
    assert poller.wait(PATIENCE) == [(near, interest)]


def test_failed_connection_is_reported_as_writable(poller: AnyPoller) -> None:
    with socket.socket() as vacant, socket.socket() as caller:
        vacant.bind(("127.0.0.1", 0))
        caller.setblocking(False)
        caller.connect_ex(vacant.getsockname())
        poller.register(caller.fileno(), WRITABLE, caller)
        assert poller.wait(PATIENCE) == [(caller, WRITABLE)]


def test_wait_returns_nothing_when_the_time_is_over(poller: AnyPoller, ends: Ends) -> None:
    poller.register(ends[0].fileno(), READABLE, ends)
    assert poller.wait(0.001) == []


def test_another_thread_can_register_while_one_waits(poller: AnyPoller, ends: Ends) -> None:
    near, _ = ends
    found: list[tuple[object, int]] = []

    def wait() -> None:
        while not found:
            found.extend(poller.wait(PATIENCE))

    waiter = threading.Thread(target=wait)
    waiter.start()
    poller.register(near.fileno(), WRITABLE, near)
    waiter.join(PATIENCE)
    assert found == [(near, WRITABLE)]


def test_descriptor_is_readable_when_something_is_ready(poller: AnyPoller, ends: Ends) -> None:
    near, far = ends
    if poller.fileno() < 0:
        pytest.skip("poll and select have no descriptor of their own")
    poller.register(near.fileno(), READABLE, near)
    assert select.select([poller.fileno()], [], [], 0)[0] == []
    far.send(b"x")
    assert select.select([poller.fileno()], [], [], PATIENCE)[0] == [poller.fileno()]
    near.recv(10)
    assert select.select([poller.fileno()], [], [], 0)[0] == []


def test_signals_interrupt_a_wait(poller: AnyPoller) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        with pytest.raises(KeyboardInterrupt):
            poller.wait(PATIENCE)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_close_is_idempotent_and_leaves_the_descriptors_open(poller: AnyPoller, ends: Ends) -> None:
    poller.register(ends[0].fileno(), READABLE, ends)
    assert not poller.closed
    poller.close()
    poller.close()
    assert poller.closed
    poller.unregister(ends[0].fileno())
    assert ends[0].send(b"x") == 1


def test_more_events_than_fit_come_with_the_next_wait() -> None:
    poller = EpollPoller()
    writers, ready = [], set()
    try:
        for _ in range(MAX_EVENTS + 10):
            writers.append(os.eventfd(1))
            poller.register(writers[-1], READABLE, writers[-1])
        for _ in range(2):
            ready |= {handler for handler, _ in poller.wait(0)}
        assert ready == set(writers)
    finally:
        poller.close()
        for fd in writers:
            os.close(fd)


def test_pollers_nest() -> None:
    inner, outer, waker = Poller(), Poller(), Waker()
    inner.register(waker.fileno(), READABLE, "waker")
    outer.register(inner.fileno(), READABLE, "inner")
    assert outer.wait(0) == []
    waker.wake()
    assert outer.wait(PATIENCE) == [("inner", READABLE)]
    assert inner.wait(0) == [("waker", READABLE)]
    for each in (outer, inner, waker):
        each.close()


def test_fallback_is_the_best_selector_of_the_system() -> None:
    poller = SelectorPoller()
    assert (poller.fileno() >= 0) == hasattr(select, "kqueue")
    poller.close()
