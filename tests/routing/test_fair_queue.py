from __future__ import annotations

from collections.abc import Callable

from zerowire.routing.fair_queue import FairQueue
from zerowire.routing.pipe import Pipe

MakePipe = Callable[..., tuple[Pipe, Pipe]]


def test_receives_from_waiting_pipes_in_turn(make_pipe: MakePipe) -> None:
    """RFC 28: SHALL receive incoming messages from its peers using a fair-queuing strategy."""
    queue = FairQueue()
    for name in (b"a", b"b", b"c"):
        near, far = make_pipe()
        far.push(name + b"1")
        far.push(name + b"2")
        queue.attach(near)
    assert [queue.receive() for _ in range(7)] == [b"a1", b"b1", b"c1", b"a2", b"b2", b"c2", None]


def test_notes_where_a_message_came_from(make_pipe: MakePipe) -> None:
    queue = FairQueue()
    (first, _), (second, far) = make_pipe(), make_pipe()
    queue.attach(first)
    queue.attach(second)
    far.push(b"x")
    assert queue.last_pipe is None
    queue.receive()
    assert queue.last_pipe is second


def test_empty_pipe_comes_back_with_activate(make_pipe: MakePipe) -> None:
    queue = FairQueue()
    near, far = make_pipe()
    queue.attach(near)
    assert queue.receive() is None
    far.push(b"x")
    assert not queue.has_input
    queue.activate(near)
    queue.activate(near)
    assert queue.has_input
    assert [queue.receive(), queue.receive()] == [b"x", None]
    assert not queue.has_input


def test_input_is_seen_behind_an_empty_pipe(make_pipe: MakePipe) -> None:
    queue = FairQueue()
    (empty, _), (near, far) = make_pipe(), make_pipe()
    queue.attach(empty)
    queue.attach(near)
    assert not queue.has_input
    far.push(b"x")
    assert queue.has_input


def test_detached_pipe_stays_until_it_is_drained(make_pipe: MakePipe) -> None:
    """PIPE-5."""
    queue = FairQueue()
    near, far = make_pipe()
    queue.attach(near)
    far.push(b"1")
    far.push(b"2")
    far.close()
    queue.detach(near)
    assert [queue.receive() for _ in range(3)] == [b"1", b"2", None]


def test_detached_pipe_with_nothing_in_it_is_forgotten_at_once(make_pipe: MakePipe) -> None:
    queue = FairQueue()
    near, _ = make_pipe()
    queue.detach(near)
    queue.attach(near)
    queue.detach(near)
    queue.detach(near)
    assert not near.receiving
    assert queue.receive() is None


def test_detached_pipe_that_lost_its_turn_gets_it_back_for_what_waits(make_pipe: MakePipe) -> None:
    queue = FairQueue()
    near, far = make_pipe()
    queue.attach(near)
    assert queue.receive() is None
    far.push(b"x")
    queue.detach(near)
    assert queue.receive() == b"x"
