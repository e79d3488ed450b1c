"""Messages that were given back to a socket."""

from __future__ import annotations

import select

from tests.engine.bench import Bench, take_all
from zerowire.constants import PollEvent, SocketType
from zerowire.engine.socket import RECEIVE

NAME = "inproc://returned"


def test_messages_that_were_given_back_come_before_all_others(bench: Bench) -> None:
    pull, push = bench.open(SocketType.PULL), bench.open(SocketType.PUSH)
    pull.endpoints.bind(NAME)
    push.endpoints.connect(NAME)
    bench.serve()
    for message in (b"1", b"2", b"3"):
        assert push.try_send(message)
    taken = [message for message in (pull.try_receive(), pull.try_receive()) if message is not None]
    pull.returned.give_back(reversed(taken))
    assert pull.events() & PollEvent.POLLIN
    assert take_all(pull) == [b"1", b"2", b"3"]
    assert not pull.can_receive()
    assert push.try_send(b"4")
    assert take_all(pull) == [b"4"]


def test_message_that_is_given_back_wakes_who_waits_for_one(bench: Bench) -> None:
    pull = bench.open(SocketType.PULL)
    pull.begin_wait(RECEIVE)
    pull.returned.give_back([b"x"])
    assert select.select([pull.waker.fileno()], [], [], 0)[0]
    pull.end_wait(RECEIVE)
    assert take_all(pull) == [b"x"]
