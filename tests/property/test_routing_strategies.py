from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zerowire.message import Message
from zerowire.routing.fair_queue import FairQueue
from zerowire.routing.load_balancer import LoadBalancer
from zerowire.routing.pipe import Pipe, Queue
from zerowire.routing.sieve import Sieve


class Balancing:
    """The near ends' observer: keeps a balancer informed."""

    def __init__(self) -> None:
        self.balancer = LoadBalancer()

    def on_readable(self, pipe: Pipe) -> None:
        pass

    def on_writable(self, pipe: Pipe) -> None:
        self.balancer.activate(pipe)

    def on_closed(self, pipe: Pipe) -> None:
        self.balancer.detach(pipe)


class Queueing(Balancing):
    """The near ends' observer: keeps a fair queue informed."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = FairQueue()

    def on_readable(self, pipe: Pipe) -> None:
        self.queue.activate(pipe)

    def on_closed(self, pipe: Pipe) -> None:
        self.queue.detach(pipe)


class Sifting(Queueing):
    """The near ends' observer: keeps the queue of a sieve informed that lets messages of one frame pass."""

    def __init__(self) -> None:
        super().__init__()
        self.sieve = Sieve(self.queue, lambda message, _: None if isinstance(message, list) else message)


def make_pipe(observer: Balancing, hwm: int = 0) -> tuple[Pipe, Pipe]:
    there, back = Queue(hwm), Queue(0)
    return Pipe(there, back, observer), Pipe(back, there, Balancing())


@given(st.lists(st.integers(0, 5), max_size=8), st.data())
def test_fair_queue_serves_n_waiting_pipes_within_n_takes(counts: list[int], data: st.DataObject) -> None:
    observer = Queueing()
    queue = observer.queue
    pipes = [make_pipe(observer) for _ in counts]
    for (near, far), count in zip(pipes, counts, strict=True):
        queue.attach(near)
        for number in range(count):
            far.push(b"%d" % number)
        if data.draw(st.booleans(), label="leaves"):
            far.close()
    while waiting := {near for near, _ in pipes if near.has_messages}:
        served = set()
        for _ in waiting:
            assert queue.receive() is not None
            served.add(queue.last_pipe)
        assert served == waiting
    assert queue.receive() is None
    assert not queue.has_input


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=60))
def test_fair_queue_loses_and_doubles_nothing(steps: list[tuple[int, bool]]) -> None:
    observer = Queueing()
    pipes = [make_pipe(observer) for _ in range(4)]
    for near, _ in pipes:
        observer.queue.attach(near)
    waiting: list[list[Message]] = [[] for _ in pipes]
    for number, (place, pushes) in enumerate(steps):
        if pushes:
            pipes[place][1].push(b"%d" % number)
            waiting[place].append(b"%d" % number)
        elif (message := observer.queue.receive()) is None:
            assert not any(waiting)
        else:
            sender = next(index for index, (near, _) in enumerate(pipes) if near is observer.queue.last_pipe)
            assert waiting[sender].pop(0) == message


@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from(["send", "send", "read", "leave"]), st.integers(0, 3)), max_size=60),
)
def test_load_balancer_sends_exactly_when_a_pipe_has_room(
    marks: list[int], steps: list[tuple[str, int]]
) -> None:
    observer = Balancing()
    balancer = observer.balancer
    pipes = [make_pipe(observer, mark) for mark in marks]
    for near, _ in pipes:
        balancer.attach(near)
    for step, place in steps:
        far = pipes[place % len(pipes)][1]
        if step == "read":
            far.pop()
        elif step == "leave":
            far.close()
        else:
            with_room = {near for near, _ in pipes if near.has_room}
            assert balancer.has_room == bool(with_room)
            assert balancer.send(b"x") == bool(with_room)
            assert not with_room or balancer.last_pipe in with_room
        assert all(len(near.outbound.items) <= mark for (near, _), mark in zip(pipes, marks, strict=True))


@given(st.integers(1, 9), st.lists(st.booleans(), max_size=80))
def test_queue_never_exceeds_its_mark_and_reopens_at_low_water(hwm: int, steps: list[bool]) -> None:
    """PIPE-2."""
    near, far = make_pipe(Balancing(), hwm)
    length, is_full = 0, False
    for pushes in steps:
        if pushes:
            assert near.push(b"x") is not is_full
            length += not is_full
            is_full = is_full or length == hwm
        else:
            assert (far.pop() is None) == (length == 0)
            length = max(0, length - 1)
            is_full = is_full and length > hwm - (hwm + 1) // 2
        assert len(near.outbound.items) == length <= hwm
        assert near.has_room is not is_full


@given(st.lists(st.tuples(st.sampled_from(["push", "drop", "look", "take"]), st.integers(0, 2)), max_size=60))
def test_sieve_passes_on_what_is_wanted_in_order_and_nothing_else(steps: list[tuple[str, int]]) -> None:
    observer = Sifting()
    pipes = [make_pipe(observer) for _ in range(3)]
    for near, _ in pipes:
        observer.queue.attach(near)
    wanted: list[list[Message]] = [[] for _ in pipes]
    for number, (step, place) in enumerate(steps):
        message = b"%d" % number
        if step == "push":
            pipes[place][1].push(message)
            wanted[place].append(message)
        elif step == "drop":
            pipes[place][1].push([message, b""])
        elif step == "look":
            assert observer.sieve.has_input == any(wanted)
        elif (taken := observer.sieve.receive()) is None:
            assert not any(wanted)
        else:
            source = next(i for i, (near, _) in enumerate(pipes) if near is observer.sieve.last_pipe)
            assert taken == wanted[source].pop(0)
