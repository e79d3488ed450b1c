"""leaf.flusher: what waits is written while nobody is there to do it."""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Iterator

import pytest

from zerowire import library
from zerowire.leaf.flusher import Flushed, Tail
from zerowire.leaf.ring import Ring
from zerowire.message import Frame, Message

DEADLINE = 20.0  # seconds
compiled = pytest.mark.skipif(
    not library.build_info()["compiled"], reason="there is no flusher in plain Python"
)


class Bench:
    """An owner with a tail, and the peer that reads from it."""

    def __init__(self) -> None:
        self.near, self.far = socket.socketpair()
        self.far.settimeout(DEADLINE)
        self.owner = Flushed()
        self.owner.needs_attention = False
        self.ring: Ring[Message] = Ring()
        self.tail = Tail(self.owner)
        self.tail.open(self.near.fileno(), self.ring)

    def hold(self, *messages: Message) -> None:
        """Let messages wait for company."""
        with self.owner.lock:
            self.ring.extend(messages)
            self.tail.wait()

    def close(self) -> None:
        self.tail.close()
        self.near.close()
        self.far.close()


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.close()


@pytest.fixture
def pass_by() -> Iterator[object]:
    """Let the flusher come round once: it serves another owner whose turn is after all others."""
    other = Bench()

    def go() -> None:
        other.hold(b"round")
        assert other.owner.flush_later(0.0)
        assert other.far.recv(100) == b"\x00\x05round"
        with other.owner.lock:
            other.tail.adopt()
            other.ring.clear()

    yield go
    other.close()


@pytest.mark.skipif(library.build_info()["compiled"], reason="this is about plain Python")
def test_plain_python_has_no_flusher() -> None:
    owner = Flushed()
    tail = Tail(owner)
    tail.open(0, Ring())
    tail.wait()
    assert not owner.flush_later(0.0)
    assert not owner.take_flushed()
    assert tail.adopt() is None


@compiled
def test_what_waits_is_written(bench: Bench) -> None:
    bench.hold(b"abc", [b"d", bytes(300)])
    assert bench.owner.flush_later(0.0)
    expected = b"\x00\x03abc" + b"\x01\x01d" + b"\x02" + (300).to_bytes(8, "big") + bytes(300)
    assert bench.far.recv(1000) == expected
    with bench.owner.lock:
        assert bench.owner.needs_attention
        assert bench.owner.take_flushed()
        assert not bench.owner.take_flushed()
        assert bench.tail.adopt() == (2, len(expected), 0, 0, b"")
        assert bench.tail.adopt() is None
    assert len(bench.ring) == 2  # it is for the owner to take them


@compiled
def test_nothing_is_written_while_the_lock_is_held(bench: Bench, pass_by: object) -> None:
    with bench.owner.lock:
        bench.ring.append(b"abc")
        bench.tail.wait()
        assert bench.owner.flush_later(0.0)
        pass_by()  # type: ignore[operator]
        assert not select.select([bench.far], [], [], 0)[0]
        assert bench.tail.adopt() is None
        bench.tail.wait()
    assert bench.far.recv(100) == b"\x00\x03abc"


@compiled
@pytest.mark.parametrize("odd", [Frame(b"x"), bytes(1 << 20), [b"a", Frame(b"x")]])
def test_what_is_not_ordinary_is_left_to_others(bench: Bench, odd: Message) -> None:
    bench.hold(b"abc", odd, b"d")
    assert bench.owner.flush_later(0.0)
    assert bench.far.recv(100) == b"\x00\x03abc"
    with bench.owner.lock:
        assert bench.tail.adopt() == (1, 5, 0, 0, b"")


@compiled
def test_what_the_system_does_not_take_is_left_over(bench: Bench) -> None:
    bench.near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    bodies = [bytes([number]) * 20_000 for number in range(100)]
    bench.hold(*bodies)
    assert bench.owner.flush_later(0.0)
    assert select.select([bench.far], [], [], DEADLINE)[0]
    with bench.owner.lock:
        messages, octets, begun, sent, left = bench.tail.adopt() or (0, 0, 0, 0, b"")
    stream = b"".join(b"\x02" + len(body).to_bytes(8, "big") + body for body in bodies)
    whole = messages * 20_009
    assert 0 < octets < len(stream)
    assert octets == whole + sent
    if left:
        assert left == stream[octets : whole + begun * 20_009]
    received = b""
    while len(received) < octets:
        received += bench.far.recv(1 << 20)
    assert received == stream[:octets]


@compiled
def test_what_the_system_did_not_take_is_written_later(bench: Bench) -> None:
    """Nobody but the flusher writes, and nobody takes its work over."""
    bench.near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    bodies = [bytes([number]) * 20_000 for number in range(100)]
    bench.hold(*bodies)
    assert bench.owner.flush_later(0.0)
    stream = b"".join(b"\x02" + len(body).to_bytes(8, "big") + body for body in bodies)
    received = b""
    while len(received) < len(stream):
        received += bench.far.recv(1 << 20)
    assert received == stream
    with bench.owner.lock:
        assert bench.tail.adopt() == (100, len(stream), 0, 0, b"")


@compiled
def test_broken_stream_is_left_to_others(bench: Bench, pass_by: object) -> None:
    bench.far.close()
    bench.hold(b"abc")
    assert bench.owner.flush_later(0.0)
    pass_by()  # type: ignore[operator]
    with bench.owner.lock:
        assert bench.tail.adopt() is None
        assert not bench.owner.take_flushed()


@compiled
def test_closed_tail_is_let_alone(bench: Bench, pass_by: object) -> None:
    bench.hold(b"abc")
    bench.tail.close()
    assert bench.owner.flush_later(0.0)
    pass_by()  # type: ignore[operator]
    assert not select.select([bench.far], [], [], 0)[0]


@compiled
def test_owner_and_tails_may_go_while_they_are_waited_for(pass_by: object) -> None:
    for _ in range(20):
        bench = Bench()
        bench.hold(b"abc")
        assert bench.owner.flush_later(0.001)
        near, far = bench.near, bench.far
        del bench
        near.close()
        far.close()
    pass_by()  # type: ignore[operator]


@compiled
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork() here")
def test_child_has_a_flusher_of_its_own(bench: Bench, pass_by: object) -> None:
    pass_by()  # type: ignore[operator]
    child = os.fork()
    if child == 0:
        bench.hold(b"from the child")
        bench.owner.flush_later(0.0)
        bench.far.settimeout(DEADLINE)
        os._exit(bench.far.recv(100) != b"\x00\x0efrom the child")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
