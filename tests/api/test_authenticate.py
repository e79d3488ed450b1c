"""A function of the program that decides about peers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
import zmq as pyzmq

import zerowire
import zerowire.asyncio
from zerowire.constants import Event

TCP = "tcp://127.0.0.1"
PATIENCE = 10_000  # milliseconds
BRIEFLY = 200


def server(context: zerowire.Context, check: Callable[[Any], Any]) -> tuple[Any, int]:
    """Return a PULL socket that lets in whom a function wants, and its port."""
    pull: Any = context.socket(zerowire.PULL)
    pull.plain_server = True
    pull.authenticate = check
    pull.rcvtimeo = PATIENCE
    port = pull.bind_to_random_port(TCP)
    return pull, port


def send_as(user: str, port: int, context: pyzmq.Context[Any]) -> pyzmq.Socket[Any]:
    """Return a PUSH socket of libzmq that has sent something under a name."""
    push: pyzmq.Socket[Any] = context.socket(pyzmq.PUSH)
    push.linger = 0
    push.plain_username, push.plain_password = user.encode(), b"secret"
    push.connect(f"{TCP}:{port}")
    push.send(user.encode())
    return push


@pytest.fixture
def theirs() -> Any:
    with pyzmq.Context() as context:
        yield context


def test_function_decides_and_names_the_peer(context: zerowire.Context, theirs: Any) -> None:
    asked = []

    def check(request: Any) -> bool | str:
        asked.append(request)
        return "Joe" if request.credentials[0] == b"joe" else False

    pull, port = server(context, check)
    assert pull.authenticate is check
    with pull, send_as("mallory", port, theirs), send_as("joe", port, theirs):
        frame = pull.recv(copy=False)
        assert (frame.bytes, frame.get("User-Id")) == (b"joe", "Joe")
        assert not pull.poll(BRIEFLY)
    assert {request.mechanism for request in asked} == {b"PLAIN"}
    assert {request.address for request in asked} == {b"127.0.0.1"}
    assert (b"joe", b"secret") in {request.credentials for request in asked}


def test_function_may_promise_to_decide(context: zerowire.Context, theirs: Any) -> None:
    promises: list[Future[Any]] = []
    came = threading.Event()

    def check(request: Any) -> Future[Any]:
        promises.append(Future())
        came.set()
        return promises[-1]

    pull, port = server(context, check)
    with pull, send_as("joe", port, theirs):
        assert came.wait(10)
        assert not pull.poll(BRIEFLY)
        promises[0].set_result("Joe")
        assert pull.recv(copy=False).get("User-Id") == "Joe"


def test_peer_that_leaves_takes_back_its_question(context: zerowire.Context, theirs: Any) -> None:
    promises: list[Future[Any]] = []
    came = threading.Event()

    def check(request: Any) -> Future[Any]:
        promises.append(Future())
        came.set()
        return promises[-1]

    pull, port = server(context, check)
    with pull, pull.events(Event.HANDSHAKE_FAILED_NO_DETAIL, PATIENCE) as events:
        with send_as("joe", port, theirs):
            assert came.wait(10)
        assert next(events).event == Event.HANDSHAKE_FAILED_NO_DETAIL
    assert promises[0].cancelled()


@pytest.mark.parametrize("verdict", [7, ValueError("no")], ids=["nonsense", "error"])
def test_mistake_costs_one_peer(
    context: zerowire.Context, theirs: Any, verdict: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaints: list[object] = []
    monkeypatch.setattr(threading, "excepthook", complaints.append)

    def check(request: Any) -> Any:
        if request.credentials[0] == b"joe":
            return True
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    pull, port = server(context, check)
    with pull, send_as("strange", port, theirs), send_as("joe", port, theirs):
        assert pull.recv() == b"joe"
        assert not pull.poll(BRIEFLY)
    assert complaints


def test_coroutine_decides_in_its_loop(theirs: Any) -> None:
    async def main() -> None:
        async with zerowire.asyncio.Context() as context, context.socket(zerowire.PULL) as pull:
            thread = threading.get_ident()

            async def check(request: Any) -> str:
                assert threading.get_ident() == thread
                await asyncio.sleep(0)
                return "Joe"

            pull.plain_server = True
            pull.authenticate = check
            port = pull.bind_to_random_port(TCP)
            with send_as("joe", port, theirs):
                frame = await asyncio.wait_for(pull.recv(copy=False), 10)
                assert frame.get("User-Id") == "Joe"

    asyncio.run(main())
