"""Functions that get a context or sockets of their own."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

import zerowire as zmq
from zerowire.decorators import Decorator
from zerowire.decorators import context as with_context
from zerowire.decorators import socket as with_socket


@pytest.fixture
def shared() -> Iterator[zmq.Context]:
    """The context that all share, ended after the test."""
    shared = zmq.Context.instance()
    yield shared
    shared.term(10)


# -- contexts ----------------------------------------------------------------------------------------


def test_function_gets_a_context_after_its_own_arguments() -> None:
    """7.10."""

    @with_context()
    def function(first: int, context: zmq.Context, second: int = 0) -> zmq.Context:
        assert (first, second, context.closed) == (1, 2, False)
        return context

    assert function(1, second=2).closed
    assert function.__name__ == "function"


@pytest.mark.parametrize(
    "decorator",
    [
        with_context("mine", 5),
        with_context("mine", io_threads=5),
        with_context(5, name="mine"),
        with_context(name="mine", io_threads=5),
    ],
)
def test_context_may_have_a_name_and_arguments(decorator: Decorator) -> None:
    @decorator
    def function(mine: zmq.Context) -> int:
        return int(mine.IO_THREADS)

    assert function() == 5


def test_each_call_has_a_context_of_its_own() -> None:
    @with_context()
    @with_context()
    def function(first: zmq.Context, second: zmq.Context) -> set[zmq.Context]:
        return {first, second}

    assert len(function() | function()) == 4


def test_context_ends_with_an_error_of_the_function() -> None:
    seen = []

    @with_context()
    def function(context: zmq.Context) -> None:
        seen.append(context)
        raise LookupError

    with pytest.raises(LookupError):
        function()
    assert seen[0].closed


def test_argument_given_twice_is_an_error() -> None:
    @with_context(name="mine")
    def function(mine: object = None) -> None: ...

    with pytest.raises(TypeError, match=r"function\(\).*'mine'"):
        function(mine=1)
    with pytest.raises(TypeError, match="'mine'"):
        function(1)


def test_name_that_the_function_does_not_have_is_an_error() -> None:
    @with_context(name="mine")
    def function(yours: object) -> None: ...

    with pytest.raises(TypeError, match="mine"):
        function()


# -- sockets -----------------------------------------------------------------------------------------


def test_socket_is_of_the_context_that_was_given() -> None:
    @with_context()
    @with_socket(zmq.PUB)
    @with_socket(zmq.SUB)
    def function(context: zmq.Context, pub: zmq.Socket, sub: zmq.Socket) -> list[zmq.Socket]:
        assert pub.context is sub.context is context
        assert (pub.type, sub.type) == (zmq.PUB, zmq.SUB)
        return [pub, sub]

    assert all(socket.closed for socket in function())


@pytest.mark.parametrize(
    "decorator", [with_socket("mine", zmq.PUB), with_socket(zmq.PUB, name="mine")], ids=["first", "keyword"]
)
def test_socket_may_have_a_name(decorator: Decorator, context: zmq.Context) -> None:
    @decorator
    def function(context: zmq.Context, mine: zmq.Socket) -> bool:
        return mine.context is context

    assert function(context)


def test_context_may_have_another_name(context: zmq.Context) -> None:
    @with_socket(zmq.PUSH, name="push", context_name="mine")
    def function(other: zmq.Context, mine: zmq.Context, push: zmq.Socket) -> zmq.Context:
        return push.context

    with zmq.Context() as other:
        assert function(other, mine=context) is context


def test_keyword_that_is_no_context_is_not_taken_for_one(context: zmq.Context) -> None:
    @with_socket(zmq.PUSH, name="push")
    def function(given: zmq.Context, context: str, push: zmq.Socket) -> zmq.Context:
        return push.context

    assert function(context, context="text") is context


def test_without_a_context_the_shared_one_makes_the_socket(shared: zmq.Context) -> None:
    @with_socket(zmq.PUSH)
    def function(number: int, push: zmq.Socket) -> zmq.Context:
        return push.context

    assert function(1) is shared


def test_socket_without_a_type_is_an_error(context: zmq.Context) -> None:
    @with_socket("mine")
    def function(context: zmq.Context, mine: zmq.Socket) -> None: ...

    with pytest.raises(TypeError):
        function(context)


def test_methods_are_decorated_like_functions() -> None:
    class Worker:
        @with_context()
        @with_socket(zmq.PUB)
        def work(self, context: zmq.Context, pub: zmq.Socket) -> bool:
            assert pub.context is context
            return self is worker

    worker = Worker()
    assert worker.work()


def test_threads_do_not_share_sockets(context: zmq.Context) -> None:
    seen: list[zmq.Socket] = []
    together = threading.Barrier(8)

    @with_socket(zmq.PUSH)
    def function(context: zmq.Context, push: zmq.Socket) -> None:
        seen.append(push)
        together.wait(10)
        assert not push.closed

    threads = [threading.Thread(target=function, args=(context,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(set(seen)) == 8
    assert all(socket.closed for socket in seen)
