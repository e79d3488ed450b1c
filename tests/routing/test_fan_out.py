from __future__ import annotations

from collections.abc import Callable

from zerowire.message import Message
from zerowire.routing.fan_out import FanOut
from zerowire.routing.pipe import Pipe, Queue

MakePipe = Callable[..., tuple[Pipe, Pipe]]


def test_all_pipes_share_the_message(make_pipe: MakePipe) -> None:
    """INP-6."""
    fan_out = FanOut()
    pipes = [make_pipe() for _ in range(3)]
    for near, _ in pipes:
        fan_out.attach(near)
    message: Message = [b"topic", b"body"]
    assert fan_out.send(message) == 0
    assert all(far.pop() is message for _, far in pipes)


def test_sends_to_the_given_pipes_alone(make_pipe: MakePipe) -> None:
    fan_out = FanOut()
    (one, one_far), (two, two_far) = make_pipe(), make_pipe()
    fan_out.attach(one)
    fan_out.attach(two)
    fan_out.send_to({two}, b"x")
    assert (one_far.pop(), two_far.pop()) == (None, b"x")


def test_pipe_without_room_alone_misses_the_message(make_pipe: MakePipe) -> None:
    """RT-11."""
    fan_out = FanOut()
    (slow, slow_far), (fast, fast_far) = make_pipe(1), make_pipe()
    fan_out.attach(slow)
    fan_out.attach(fast)
    assert [fan_out.send(message) for message in (b"1", b"2", b"3")] == [0, 1, 1]
    assert (slow.dropped, fast.dropped) == (2, 0)
    assert list(slow_far.inbound.items) == [b"1"]
    assert list(fast_far.inbound.items) == [b"1", b"2", b"3"]


def test_detached_pipe_gets_nothing(make_pipe: MakePipe) -> None:
    fan_out = FanOut()
    near, far = make_pipe()
    fan_out.attach(near)
    fan_out.detach(near)
    fan_out.detach(near)
    assert fan_out.send(b"x") == 0
    assert far.pop() is None


def test_pipe_may_be_detached_by_a_push() -> None:
    fan_out = FanOut()
    received = []

    class Breaking:
        def on_readable(self, pipe: Pipe) -> None:
            received.append(pipe.pop())
            fan_out.detach(pipe.outbound.reader)

        on_writable = on_closed = on_readable

    for _ in range(2):
        there, back = Queue(0), Queue(0)
        near = Pipe(there, back, Breaking())
        Pipe(back, there, Breaking())
        fan_out.attach(near)
    fan_out.send(b"x")
    assert received == [b"x", b"x"]
    assert not fan_out.pipes
