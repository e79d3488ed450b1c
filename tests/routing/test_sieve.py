from __future__ import annotations

from collections.abc import Callable

from zerowire.message import Message, octets_of
from zerowire.routing.fair_queue import FairQueue
from zerowire.routing.pipe import Pipe
from zerowire.routing.sieve import Sieve

MakePipe = Callable[..., tuple[Pipe, Pipe]]


def shout(message: Message, _: Pipe) -> Message | None:
    return None if isinstance(message, list) else bytes(octets_of(message)).upper()


def test_receives_what_is_made_of_messages(make_pipe: MakePipe) -> None:
    queue = FairQueue()
    sieve = Sieve(queue, shout)
    near, far = make_pipe()
    queue.attach(near)
    messages: list[Message] = [b"a", [b"b", b"c"], b"d"]
    for message in messages:
        far.push(message)
    assert [sieve.receive() for _ in range(3)] == [b"A", b"D", None]


def test_a_look_takes_nothing_away_and_names_nobody(make_pipe: MakePipe) -> None:
    queue = FairQueue()
    sieve = Sieve(queue, shout)
    (first, there), (second, here) = make_pipe(), make_pipe()
    for near, far in ((first, there), (second, here)):
        queue.attach(near)
        far.push([b"x", b"y"])
        far.push(b"a")
    assert sieve.receive() == b"A"
    assert sieve.last_pipe is first
    assert sieve.has_input
    assert sieve.has_input
    assert sieve.last_pipe is first
    assert sieve.receive() == b"A"
    assert sieve.last_pipe is second
    assert not sieve.has_input


def test_pipe_comes_back_with_its_queue_and_goes_with_it(make_pipe: MakePipe) -> None:
    queue = FairQueue()
    sieve = Sieve(queue, shout)
    near, far = make_pipe()
    queue.attach(near)
    assert not sieve.has_input
    far.push(b"a")
    queue.activate(near)
    queue.detach(near)
    assert sieve.receive() == b"A"
    assert sieve.receive() is None
