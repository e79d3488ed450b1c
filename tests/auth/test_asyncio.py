"""7.9: AsyncioAuthenticator."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

import pytest

import zerowire as zmq
from tests.auth.conftest import Client, new_key
from tests.auth.test_base import SlowProvider
from zerowire.auth.asyncio import AsyncioAuthenticator
from zerowire.utils import z85


def run(
    context: zmq.Context, scene: Callable[[AsyncioAuthenticator], Coroutine[object, object, None]]
) -> None:
    """Play a scene while an authenticator is running."""

    async def main() -> None:
        authenticator = AsyncioAuthenticator(context)
        authenticator.start()
        await asyncio.wait_for(scene(authenticator), 10)
        authenticator.stop()

    asyncio.run(main())


def test_a_loop_answers(context: zmq.Context, client: Client) -> None:
    async def scene(authenticator: AsyncioAuthenticator) -> None:
        assert (await asyncio.to_thread(client.ask, "NULL")).status == 200
        authenticator.configure_plain(passwords={"admin": "secret"})
        reply = await asyncio.to_thread(client.ask, "PLAIN", b"admin", b"secret")
        assert reply.user_id == b"admin"

    run(context, scene)


def test_a_callback_may_be_awaited(context: zmq.Context, client: Client) -> None:
    async def scene(authenticator: AsyncioAuthenticator) -> None:
        key = new_key()
        authenticator.configure_curve_callback(credentials_provider=SlowProvider("*", key))
        assert (await asyncio.to_thread(client.ask, "CURVE", z85.decode(key))).status == 200

    run(context, scene)


def test_it_may_stop_and_start(context: zmq.Context) -> None:
    async def scene(authenticator: AsyncioAuthenticator) -> None:
        authenticator.stop()
        authenticator.stop()
        authenticator.start()
        client = Client(context)
        assert (await asyncio.to_thread(client.ask, "NULL")).status == 200
        client.socket.close()

    run(context, scene)


def test_it_may_be_stopped_when_its_loop_is_over(context: zmq.Context) -> None:
    authenticator = AsyncioAuthenticator(context)

    async def main() -> None:
        authenticator.start()

    asyncio.run(main())
    authenticator.stop()
    assert authenticator.zap_socket is None


def test_a_context_that_ends_ends_it() -> None:
    context = zmq.Context()

    async def scene(authenticator: AsyncioAuthenticator) -> None:
        assert await asyncio.to_thread(context.term, 10)

    run(context, scene)


def test_a_loop_is_not_needed(context: zmq.Context) -> None:
    with pytest.warns(DeprecationWarning, match="loop is not needed"):
        AsyncioAuthenticator(context, loop=object())
