from __future__ import annotations

from collections.abc import Callable

from zerowire.message import Message
from zerowire.routing.load_balancer import LoadBalancer
from zerowire.routing.pipe import Pipe, Queue

MakePipe = Callable[..., tuple[Pipe, Pipe]]


def contents(pipe: Pipe) -> list[Message]:
    return list(pipe.inbound.items)


def test_sends_to_pipes_in_turn(make_pipe: MakePipe) -> None:
    """RFC 30: SHALL route outgoing messages to available peers using a round-robin strategy."""
    balancer = LoadBalancer()
    pipes = [make_pipe() for _ in range(3)]
    for near, _ in pipes:
        balancer.attach(near)
        balancer.attach(near)
    for number in range(5):
        assert balancer.send(b"%d" % number)
        assert balancer.last_pipe is pipes[number % 3][0]
    assert [contents(far) for _, far in pipes] == [[b"0", b"3"], [b"1", b"4"], [b"2"]]


def test_without_pipes_it_is_mute() -> None:
    balancer = LoadBalancer()
    assert not balancer.send(b"x")
    assert not balancer.has_room
    assert balancer.last_pipe is None


def test_full_pipe_is_passed_over(make_pipe: MakePipe) -> None:
    balancer = LoadBalancer()
    (small, small_far), (large, large_far) = make_pipe(1), make_pipe(3)
    balancer.attach(small)
    balancer.attach(large)
    assert [balancer.send(b"%d" % number) for number in range(5)] == [True] * 4 + [False]
    assert contents(small_far) == [b"0"]
    assert contents(large_far) == [b"1", b"2", b"3"]
    assert not balancer.has_room


def test_full_pipe_counts_as_no_room_before_it_was_tried(make_pipe: MakePipe) -> None:
    balancer = LoadBalancer()
    near, _ = make_pipe(1)
    balancer.attach(near)
    assert balancer.has_room
    balancer.send(b"x")
    assert not balancer.has_room


def test_pipe_with_room_again_comes_last(make_pipe: MakePipe) -> None:
    balancer = LoadBalancer()
    first, first_far = make_pipe(1)
    second, third = make_pipe()[0], make_pipe()[0]
    for pipe in (first, second, third):
        balancer.attach(pipe)
    order = []
    for _ in range(4):
        balancer.send(b"x")
        order.append(balancer.last_pipe)
    first_far.pop()
    balancer.activate(first)
    for _ in range(3):
        balancer.send(b"x")
        order.append(balancer.last_pipe)
    assert order == [first, second, third, second, third, first, second]


def test_detached_pipe_gets_nothing_and_the_turn_goes_on(make_pipe: MakePipe) -> None:
    for gone in range(3):
        balancer = LoadBalancer()
        pipes = [make_pipe()[0] for _ in range(3)]
        for pipe in pipes:
            balancer.attach(pipe)
        balancer.send(b"x")  # the second is next
        balancer.detach(pipes[gone])
        balancer.detach(pipes[gone])
        order = []
        for _ in range(4):
            balancer.send(b"x")
            order.append(balancer.last_pipe)
        rest = [pipes[place] for place in (1, 2, 0) if place != gone]
        assert order == rest * 2


def test_detaching_the_last_in_turn_starts_over(make_pipe: MakePipe) -> None:
    balancer = LoadBalancer()
    first, second = make_pipe()[0], make_pipe()[0]
    balancer.attach(first)
    balancer.attach(second)
    balancer.send(b"x")
    balancer.detach(second)
    assert balancer.send(b"y")
    assert balancer.last_pipe is first


def test_pipe_that_is_detached_while_it_is_tried_does_no_harm() -> None:
    """A push may find the connection broken, and its owner detaches the pipe at once."""
    balancer = LoadBalancer()

    class Breaking:
        def on_readable(self, pipe: Pipe) -> None:
            balancer.detach(pipe.outbound.reader)

        on_writable = on_closed = on_readable

    for _ in range(2):
        there, back = Queue(0), Queue(0)
        observer = Breaking()
        near = Pipe(there, back, observer)
        Pipe(back, there, observer)
        balancer.attach(near)
    assert balancer.send(b"x")
    assert balancer.send(b"y")
    assert not balancer.send(b"z")


def test_pipe_that_has_closed_unnoticed_is_passed_over(make_pipe: MakePipe) -> None:
    balancer = LoadBalancer()
    gone, _ = make_pipe()
    sound, sound_far = make_pipe()
    balancer.attach(gone)
    balancer.attach(sound)
    gone.outbound.shut = True
    assert balancer.send(b"x")
    assert contents(sound_far) == [b"x"]
