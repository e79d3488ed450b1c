"""Context: what users hold (features 7.2)."""

from __future__ import annotations

import copy
import errno
import gc
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import create_autospec

import pytest

import zerowire as zmq

WaitUntil = Callable[..., None]


@pytest.fixture(autouse=True)
def fresh_instance(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test begins without a shared context, and ends its own."""
    monkeypatch.setattr(zmq.Context, "_instance", None)
    yield
    if zmq.Context._instance is not None:
        zmq.Context._instance.destroy(0)


# -- making one --------------------------------------------------------------------------------------


def test_negative_number_of_threads_is_invalid() -> None:
    with pytest.raises(zmq.ZMQError) as caught:
        zmq.Context(-1)
    assert caught.value.errno == errno.EINVAL


def test_number_of_threads_is_an_option() -> None:
    with zmq.Context(5) as context:
        assert context.get(zmq.IO_THREADS) == context.io_threads == 5


@pytest.mark.parametrize(
    "make",
    [
        lambda context: zmq.Context(context),
        lambda context: zmq.Context(shadow=context),
        lambda context: zmq.Context(shadow=context.underlying),
        lambda context: zmq.Context.shadow(context),
        lambda context: zmq.Context.shadow(context.underlying),
        copy.copy,
        copy.deepcopy,
    ],
)
def test_shadow_is_another_handle_on_the_same_context(
    context: zmq.Context, make: Callable[[zmq.Context], zmq.Context]
) -> None:
    shadow = make(context)
    assert shadow is not context
    assert shadow.underlying == context.underlying
    bound, connected = context.socket(zmq.PAIR), shadow.socket(zmq.PAIR)
    bound.bind("inproc://shared")
    connected.connect("inproc://shared")
    connected.send(b"x")
    assert bound.recv() == b"x"
    bound.close()
    connected.close()


def test_shadow_ends_nothing_when_it_is_let_go_of(context: zmq.Context) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shadow = zmq.Context.shadow(context)
        del shadow
        gc.collect()
    assert not context.closed
    context.socket(zmq.PAIR).close()


def test_terminated_shadow_leaves_the_other_handle_a_fault() -> None:
    context = zmq.Context()
    shadow = zmq.Context.shadow(context)
    shadow.term()
    assert shadow.closed
    assert not context.closed  # handles have flags of their own
    with pytest.raises(zmq.ZMQError) as caught:
        context.socket(zmq.PAIR)
    assert caught.value.errno == errno.EFAULT
    context.term()


# -- the shared one ----------------------------------------------------------------------------------


def test_instance_is_the_same_for_everybody() -> None:
    seen: list[zmq.Context] = []
    threads = [threading.Thread(target=lambda: seen.append(zmq.Context.instance())) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, seen))) == 1
    assert seen[0] is zmq.Context.instance()


def test_instance_is_made_anew_after_it_was_closed() -> None:
    first = zmq.Context.instance()
    first.term()
    second = zmq.Context.instance()
    assert second is not first
    assert not second.closed


def test_subclass_inherits_the_instance_of_its_parent() -> None:
    class Sub(zmq.Context):
        pass

    parent = zmq.Context.instance()
    assert Sub.instance() is parent


def test_instance_of_a_subclass_is_not_its_parents() -> None:
    class Sub(zmq.Context):
        pass

    sub = Sub.instance()
    assert type(sub) is Sub
    assert zmq.Context.instance() is not sub
    assert Sub.instance() is sub
    sub.term()


def test_subclass_may_have_an_instance_of_its_own() -> None:
    class Sub(zmq.Context):
        _instance = None

    parent = zmq.Context.instance()
    sub = Sub.instance()
    assert sub is not parent
    sub.term()


# -- sockets -----------------------------------------------------------------------------------------


def test_socket_class_and_its_arguments_are_passed_on(context: zmq.Context) -> None:
    class Named(zmq.Socket):
        name: str

        def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.name = name

    socket: Any = context.socket(zmq.PAIR, socket_class=Named, name="mine")
    assert type(socket) is Named
    assert socket.name == "mine"
    socket.close()


def test_subclass_may_say_what_sockets_it_makes() -> None:
    class Sockets(zmq.Socket):
        pass

    class Contexts(zmq.Context):
        _socket_class = Sockets

    with Contexts() as context, context.socket(zmq.PAIR) as socket:
        assert type(socket) is Sockets


@pytest.mark.parametrize("number", [-2, 99])
def test_unknown_type_is_invalid(context: zmq.Context, number: int) -> None:
    with pytest.raises(zmq.ZMQError) as caught:
        context.socket(number)
    assert caught.value.errno == errno.EINVAL


def test_defaults_reach_new_sockets_and_only_those_that_know_them(context: zmq.Context) -> None:
    context.setsockopt(zmq.LINGER, 7)
    context.setsockopt(zmq.SUBSCRIBE, b"")
    context.rcvtimeo = 5
    assert context.getsockopt(zmq.LINGER) == context.linger == 7
    for kind in (zmq.SUB, zmq.PUSH):
        with context.socket(kind) as socket:
            assert (socket.linger, socket.rcvtimeo) == (7, 5)
    del context.linger
    with pytest.raises(KeyError):
        context.getsockopt(zmq.LINGER)
    with context.socket(zmq.PUSH) as socket:
        assert socket.linger == -1


def test_closed_context_opens_no_socket() -> None:
    context = zmq.Context()
    context.term()
    assert context.closed
    with pytest.raises(zmq.ZMQError, match="the context is closed") as caught:
        context.socket(zmq.PAIR)
    assert caught.value.errno == zmq.ENOTSUP


# -- options -----------------------------------------------------------------------------------------


def test_options_are_ints(context: zmq.Context) -> None:
    context.set(zmq.MAX_SOCKETS, 5)
    assert context.get(zmq.MAX_SOCKETS) == context.MAX_SOCKETS == context.max_sockets == 5
    with pytest.raises(TypeError):
        context.set(zmq.MAX_SOCKETS, "5")  # type: ignore[arg-type]
    for number in (-1, 9999):
        with pytest.raises(zmq.ZMQError) as caught:
            context.get(number)
        assert caught.value.errno == errno.EINVAL


def test_closed_context_has_no_options() -> None:
    context = zmq.Context()
    context.term()
    with pytest.raises(RuntimeError):
        context.get(zmq.IO_THREADS)
    with pytest.raises(RuntimeError):
        context.set(zmq.IO_THREADS, 1)


def test_unknown_attribute_is_an_error(context: zmq.Context) -> None:
    with pytest.raises(AttributeError):
        context.no_such_thing  # noqa: B018
    with pytest.raises(AttributeError):
        context.no_such_thing = 5


def test_context_can_be_specified_automatically(context: zmq.Context) -> None:
    assert {"IO_THREADS", "max_sockets", "socket"} <= set(dir(context))
    create_autospec(zmq.Context)


def test_subclass_keeps_its_own_attributes() -> None:
    class Sub(zmq.Context):
        a = None

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.a = 1

    with Sub() as context:
        assert context.a == 1


# -- what it looks like ------------------------------------------------------------------------------


def test_repr_counts_sockets() -> None:
    context = zmq.Context()
    where = f"at {id(context):#x}"
    assert repr(context) == f"<zmq.Context() {where}>"
    first = context.socket(zmq.PAIR)
    assert repr(context) == f"<zmq.Context(1 socket) {where}>"
    second = context.socket(zmq.PAIR)
    assert repr(context) == f"<zmq.Context(2 sockets) {where}>"
    first.close()
    second.close()
    context.term()
    assert repr(context) == f"<zmq.Context() {where} closed>"


# -- the end -----------------------------------------------------------------------------------------


def test_term_waits_until_sockets_are_closed_and_wakes_them(wait_until: WaitUntil) -> None:
    """T-2."""
    context = zmq.Context()
    socket = context.socket(zmq.PULL)
    caught: list[Exception] = []

    def receive() -> None:
        try:
            socket.recv()
        except zmq.ContextTerminated as error:
            caught.append(error)

    receiving = threading.Thread(target=receive)
    receiving.start()
    wait_until(lambda: socket._core.waiters)
    ending = threading.Thread(target=context.term)
    ending.start()
    receiving.join(10)
    assert len(caught) == 1
    assert ending.is_alive()
    assert not socket.closed
    with pytest.raises(zmq.ContextTerminated):
        socket.get(zmq.LINGER)
    socket.close()
    ending.join(10)
    assert context.closed


def test_term_gives_up_after_its_timeout() -> None:
    context = zmq.Context()
    socket = context.socket(zmq.PULL)
    assert context.term(timeout=0) is False
    assert not context.closed
    socket.close()
    assert context.term(timeout=10) is True
    assert context.term() is True


def test_destroy_closes_all_sockets_with_its_linger() -> None:
    context = zmq.Context()
    sockets = [context.socket(zmq.PUSH) for _ in range(3)]
    sockets[0].connect("tcp://127.0.0.1:5555")
    sockets[0].send(b"would wait for ever")
    context.destroy(linger=0)
    assert context.closed
    assert all(socket.closed for socket in sockets)
    context.destroy()


def test_destroy_leaves_sockets_of_other_handles_alone(wait_until: WaitUntil) -> None:
    context = zmq.Context()
    shadow = zmq.Context.shadow(context)
    theirs = shadow.socket(zmq.PAIR)
    ending = threading.Thread(target=context.destroy)
    ending.start()
    wait_until(lambda: context._core.is_terminated)
    assert not theirs.closed
    theirs.close()
    ending.join(10)
    assert context.closed


def test_with_statement_destroys_and_warns_of_open_sockets() -> None:
    with pytest.warns(ResourceWarning, match="Unclosed socket"), zmq.Context() as context:
        socket = context.socket(zmq.PAIR)
    assert socket.closed
    assert context.closed


def test_with_statement_over_tidy_sockets_warns_of_nothing() -> None:
    with zmq.Context() as context:
        context.socket(zmq.PAIR).close()
    assert context.closed


def test_context_that_is_let_go_of_warns_and_ends() -> None:
    holder = [zmq.Context()]
    with pytest.warns(ResourceWarning, match="Unclosed context <zmq.Context"):
        holder.clear()


def test_context_and_its_sockets_are_let_go_of_together(wait_until: WaitUntil) -> None:
    """The garbage collector takes what hangs in a cycle in an order of its own."""
    knot: list[Any] = [zmq.Context()]
    core = knot[0]._core
    knot += [knot[0].socket(zmq.PAIR), knot]
    del knot
    with pytest.warns(ResourceWarning, match="Unclosed"):
        gc.collect()
    wait_until(lambda: core._caretaker is None)


def test_context_may_be_let_go_of_in_its_own_thread(wait_until: WaitUntil) -> None:
    """The thread that looks after its sockets cannot wait for itself."""
    holder: list[Any] = [zmq.Context()]
    core = holder[0]._core
    holder.append(holder[0].socket(zmq.PAIR))
    holder[1]._warns = False  # a warning that is caught would hold the socket

    def let_go() -> None:
        holder[1]._core.post(holder.clear)
        wait_until(lambda: core._caretaker is None)

    with pytest.warns(ResourceWarning, match="Unclosed"):
        let_go()


def test_many_sockets_come_and_go(context: zmq.Context) -> None:
    """T-3: no descriptor and no slot is lost."""
    for _ in range(4):
        sockets = [context.socket(zmq.REP) for _ in range(65)]
        for socket in sockets:
            socket.close()
    assert "socket" not in repr(context)


def test_number_of_no_context_cannot_be_shared() -> None:
    with pytest.raises(zmq.ZMQError, match="123 is not") as caught:
        zmq.Context(shadow=123)
    assert caught.value.errno == zmq.EFAULT
