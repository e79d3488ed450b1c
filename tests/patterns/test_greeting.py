from __future__ import annotations

from zerowire.message import Message
from zerowire.patterns.greeting import greet
from zerowire.routing.pipe import Pipe, Queue


class Silent:
    def on_readable(self, pipe: Pipe) -> None:
        pass

    on_writable = on_closed = on_readable


def make_pipe(*waiting: Message, conflate: bool = False) -> Pipe:
    there, back = Queue(0, conflate=conflate), Queue(0)
    near = Pipe(there, back, Silent())
    Pipe(back, there, Silent())
    for message in waiting:
        near.push(message)
    return near


def test_greetings_come_before_what_waits() -> None:
    """DEALER-2, HELLO_MSG."""
    pipe = make_pipe(b"x")
    greet(pipe, hello=b"hello", probe=True)
    assert list(pipe.outbound.items) == [b"hello", b"", b"x"]


def test_greetings_that_still_wait_are_not_repeated() -> None:
    pipe = make_pipe()
    for _ in range(2):
        greet(pipe, hello=b"hello", probe=True)
    assert list(pipe.outbound.items) == [b"hello", b""]


def test_without_greetings_nothing_is_said() -> None:
    pipe = make_pipe(b"x")
    greet(pipe)
    assert list(pipe.outbound.items) == [b"x"]


def test_greeting_does_not_take_the_place_of_the_last_message() -> None:
    """PIPE-4: what waits in a conflating queue is newer."""
    pipe = make_pipe(b"x", conflate=True)
    greet(pipe, hello=b"hello")
    assert list(pipe.outbound.items) == [b"x"]
