"""7.9: ThreadAuthenticator."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

import zerowire as zmq
from tests.auth.conftest import Client, new_key
from tests.auth.test_base import SlowProvider
from zerowire.auth.thread import AuthenticationThread, ThreadAuthenticator
from zerowire.utils import z85


@pytest.fixture
def running(context: zmq.Context) -> Iterator[ThreadAuthenticator]:
    authenticator = ThreadAuthenticator(context)
    authenticator.start()
    yield authenticator
    authenticator.stop()


def test_a_thread_answers(running: ThreadAuthenticator, client: Client) -> None:
    assert client.ask("NULL").status == 200
    running.configure_plain(passwords={"admin": "secret"})
    assert client.ask("PLAIN", b"admin", b"secret").user_id == b"admin"


def test_a_callback_may_be_awaited_in_it(running: ThreadAuthenticator, client: Client) -> None:
    key = new_key()
    running.configure_curve_callback(credentials_provider=SlowProvider("*", key))
    assert client.ask("CURVE", z85.decode(key)).status == 200


def test_the_thread_lives_from_start_to_stop(context: zmq.Context) -> None:
    authenticator = ThreadAuthenticator(context)
    authenticator.stop()
    for _ in range(2):
        assert not authenticator.is_alive()
        authenticator.start()
        assert authenticator.is_alive()
        assert isinstance(authenticator.thread, AuthenticationThread)
        authenticator.stop()
    assert authenticator.thread is None


def test_a_second_one_does_not_start(context: zmq.Context, running: ThreadAuthenticator) -> None:
    second = ThreadAuthenticator(context)
    with pytest.raises(zmq.ZMQError):
        second.start()
    assert not second.is_alive()


def test_a_context_that_ends_ends_it() -> None:
    context = zmq.Context()
    authenticator = ThreadAuthenticator(context)
    authenticator.start()
    thread = authenticator.thread
    assert context.term(timeout=10)
    assert thread is not None
    thread.join(10)
    assert not authenticator.is_alive()
    authenticator.stop()


def test_it_may_be_stopped_by_another_thread(context: zmq.Context) -> None:
    authenticator = ThreadAuthenticator(context)
    authenticator.start()
    stopping = threading.Thread(target=authenticator.stop)
    stopping.start()
    stopping.join(10)
    assert not authenticator.is_alive()
