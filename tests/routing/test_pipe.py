from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable

import pytest

import zerowire as zmq
from zerowire.message import Message
from zerowire.routing.pipe import Pipe, Queue

MakePipe = Callable[..., tuple[Pipe, Pipe]]
Events = list[tuple[str, Pipe]]


def test_messages_come_out_in_order_and_whole(make_pipe: MakePipe) -> None:
    """RT-1, RT-2."""
    near, far = make_pipe()
    messages: list[Message] = [b"one", [b"two", b"frames"], b""]
    assert [near.push(message) for message in messages] == [True] * 3
    assert [far.pop() for _ in range(4)] == [*messages, None]


def test_both_directions_are_separate(make_pipe: MakePipe) -> None:
    near, far = make_pipe()
    near.push(b"there")
    far.push(b"back")
    assert (near.pop(), far.pop()) == (b"back", b"there")


def test_queue_counts_messages(make_pipe: MakePipe) -> None:
    near, far = make_pipe()
    near.push(b"four")
    near.push([b"ab", b"c"])
    far.pop()
    assert near.outbound.pushed == 2
    assert near.outbound is far.inbound


# -- marks --------------------------------------------------------------------------------


@pytest.mark.parametrize(("hwm", "reads"), [(1, 1), (2, 1), (3, 2), (7, 4), (1000, 500)])
def test_full_pipe_has_room_again_at_the_low_water_mark(
    make_pipe: MakePipe, events: Events, hwm: int, reads: int
) -> None:
    """PIPE-2: with a mark of 7 the writer resumes after 4 reads."""
    near, far = make_pipe(hwm)
    assert [near.push(b"") for _ in range(hwm + 1)] == [True] * hwm + [False]
    assert not near.has_room
    for _ in range(reads - 1):
        far.pop()
    assert not near.push(b"")
    assert ("writable", near) not in events
    far.pop()
    assert events.count(("writable", near)) == 1
    assert near.has_room


def test_mark_of_zero_is_no_limit(make_pipe: MakePipe) -> None:
    """PIPE-3."""
    near, _ = make_pipe(0)
    assert all(near.push(b"") for _ in range(5000))


def test_raised_mark_opens_a_full_pipe(make_pipe: MakePipe, events: Events) -> None:
    """PIPE-3."""
    near, _ = make_pipe(1)
    near.push(b"")
    near.outbound.set_hwm(2)
    assert events[-1] == ("writable", near)
    assert [near.push(b""), near.push(b"")] == [True, False]


def test_lowered_mark_fills_a_pipe(make_pipe: MakePipe) -> None:
    near, far = make_pipe(4)
    near.push(b"1")
    near.push(b"2")
    near.outbound.set_hwm(2)
    assert not near.has_room
    far.pop()
    assert near.has_room


def test_writer_notices_that_the_reader_emptied_the_queue_meanwhile(make_pipe: MakePipe) -> None:
    near, far = make_pipe(2)
    near.push(b"")
    far.pop()
    near.outbound.on_full()
    assert near.has_room


def test_conflating_queue_keeps_the_last_message(make_pipe: MakePipe) -> None:
    """PIPE-4."""
    near, far = make_pipe(1, conflate=True)
    near.outbound.set_hwm(1)
    assert all(near.push(message) for message in (b"1", b"2", b"3"))
    assert (far.pop(), far.pop()) == (b"3", None)


# -- notices ------------------------------------------------------------------------------


def test_reader_is_told_once_until_it_finds_nothing(make_pipe: MakePipe, events: Events) -> None:
    near, far = make_pipe()
    near.push(b"1")
    near.push(b"2")
    assert events == [("readable", far)]
    far.pop()
    far.pop()
    near.push(b"3")
    assert events == [("readable", far)]  # it has not found the queue empty
    far.pop()
    assert far.pop() is None
    near.push(b"4")
    assert events == [("readable", far)] * 2


def test_reader_of_items_asks_to_be_told(make_pipe: MakePipe, events: Events) -> None:
    near, far = make_pipe()
    near.push(b"1")
    assert not far.expect_messages()
    far.inbound.items.clear()
    assert far.expect_messages()
    near.push(b"2")
    assert events == [("readable", far)] * 2


def test_batch_is_announced_once(make_pipe: MakePipe, events: Events) -> None:
    near, far = make_pipe(2)
    near.outbound.items.extend([b"one", [b"t", b"wo"]])
    near.announce(2)
    assert events == [("readable", far)]
    assert near.outbound.pushed == 2
    assert not near.has_room


def test_announcing_nothing_wakes_nobody(make_pipe: MakePipe, events: Events) -> None:
    near, _ = make_pipe(2)
    near.announce(0)
    assert events == []


def test_writer_is_told_when_items_were_taken_directly(make_pipe: MakePipe, events: Events) -> None:
    near, far = make_pipe(2)
    near.push(b"1")
    far.taken()
    near.push(b"2")
    far.inbound.items.clear()
    far.taken()
    assert events[-1] == ("writable", near)


# -- commands and notices of one's own ----------------------------------------------------


def test_command_ignores_the_mark(make_pipe: MakePipe) -> None:
    near, far = make_pipe(1)
    near.push(b"message")
    assert near.push_command(b"command")
    assert not near.push(b"message")
    assert [far.pop(), far.pop()] == [b"message", b"command"]


def test_command_can_overtake(make_pipe: MakePipe) -> None:
    near, far = make_pipe()
    near.push(b"message")
    near.push_command(b"command", first=True)
    assert [far.pop(), far.pop()] == [b"command", b"message"]


@pytest.mark.parametrize("leaver", [0, 1])
def test_command_is_refused_when_an_end_has_left(make_pipe: MakePipe, leaver: int) -> None:
    ends = make_pipe()
    ends[leaver].close()
    assert not ends[0].push_command(b"command")


def test_retract_takes_back_what_was_not_popped(make_pipe: MakePipe, events: Events) -> None:
    near, far = make_pipe(4)
    for message in (b"-1", b"+2", b"-3", b"-4"):
        near.push(message)
    near.retract(lambda message: bytes(message).startswith(b"-") if isinstance(message, bytes) else False)
    assert events[-1] == ("writable", near)
    assert (far.pop(), far.pop()) == (b"+2", None)


def test_delivered_notice_is_popped_where_it_was_delivered(make_pipe: MakePipe) -> None:
    near, far = make_pipe()
    far.push(b"message")
    near.deliver(b"last")
    near.deliver(b"first", first=True)
    assert [near.pop() for _ in range(3)] == [b"first", b"message", b"last"]
    assert far.pop() is None


# -- the end ------------------------------------------------------------------------------


def test_other_end_is_told_once_and_can_empty_the_queue(make_pipe: MakePipe, events: Events) -> None:
    """PIPE-5."""
    near, far = make_pipe()
    near.push(b"last")
    near.close()
    near.close()
    assert events.count(("closed", far)) == 1
    assert far.has_messages
    assert not far.at_end
    assert far.pop() == b"last"
    assert far.at_end


def test_nothing_can_be_pushed_once_an_end_has_left(make_pipe: MakePipe) -> None:
    near, far = make_pipe()
    near.close()
    assert not near.push(b"")
    assert not far.push(b"")
    assert not near.has_room
    assert not far.has_room


def test_end_that_has_left_is_not_told_of_the_other(make_pipe: MakePipe, events: Events) -> None:
    near, far = make_pipe()
    near.close()
    far.close()
    assert events == [("closed", far)]


# -- threads ------------------------------------------------------------------------------


class Waking:
    """Lets a thread wait for its end of a pipe."""

    def __init__(self) -> None:
        self.told = threading.Event()

    def on_readable(self, pipe: Pipe) -> None:
        self.told.set()

    on_writable = on_closed = on_readable


no_thread_between = pytest.mark.skipif(
    zmq.library.build_info()["compiled"], reason="compiled, no other thread comes between two operations"
)


class Interrupted(deque[Message]):
    """Calls back once, right after it was found empty."""

    def __init__(self, call: Callable[[], object]) -> None:
        super().__init__()
        self.call: Callable[[], object] | None = call

    def __len__(self) -> int:
        length = super().__len__()
        call, self.call = self.call, None
        if call is not None:
            call()
        return length


@no_thread_between
def test_message_that_comes_just_after_the_queue_was_found_empty_is_popped() -> None:
    there, back = Queue(0), Queue(0)
    near, far = Pipe(there, back, Waking()), Pipe(back, there, Waking())
    there.idle = False  # the reader has not rested yet
    there.items = Interrupted(lambda: near.push(b"x"))
    assert far.pop() == b"x"


@no_thread_between
def test_queue_that_is_emptied_while_its_mark_is_lowered_has_room() -> None:
    there, back = Queue(10), Queue(0)
    near, far = Pipe(there, back, Waking()), Pipe(back, there, Waking())
    there.items = items = Interrupted(int)
    items.extend([b"1", b"2"])

    def drain() -> None:
        while far.pop() is not None:
            pass

    items.call = drain
    there.set_hwm(2)
    assert not items
    assert near.push(b"x")


def test_neither_thread_waits_in_vain() -> None:
    """Either end is told whenever it has found no room or no message."""
    total = 20_000
    writing, reading = Waking(), Waking()
    there, back = Queue(3), Queue(0)
    near, far = Pipe(there, back, writing), Pipe(back, there, reading)
    in_vain = []

    def write() -> None:
        for number in range(total):
            while not near.push(b"%d" % number):
                if not writing.told.wait(10):
                    in_vain.append("writer")
                    return
                writing.told.clear()

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        writer = threading.Thread(target=write)
        writer.start()
        received = 0
        while received < total and not in_vain:
            reading.told.clear()
            message = far.pop()
            if message is not None:
                assert message == b"%d" % received
                received += 1
            elif not reading.told.wait(10):
                in_vain.append("reader")
        writer.join(10)
    finally:
        sys.setswitchinterval(interval)
    assert in_vain == []
    assert received == total
