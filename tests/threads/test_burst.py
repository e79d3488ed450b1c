"""The end of a burst reaches the peer, whatever the sender does next."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import zerowire as zmq
from zerowire import library as this_library

PATIENCE = 20_000  # ms
READER = """
import sys
import {library} as zmq
socket = zmq.Context().socket(zmq.PULL)
print(socket.bind_to_random_port("tcp://127.0.0.1"), flush=True)
while True:
    print(*(int(socket.recv()[:8]) for _ in range({burst})), flush=True)
"""


class PollFd(ctypes.Structure):
    """What poll(2) looks at."""

    _fields_ = (("fd", ctypes.c_int), ("events", ctypes.c_short), ("revents", ctypes.c_short))


def compute_until_readable(fd: int, most: int = PATIENCE) -> bool:
    """Hold the interpreter's lock until a descriptor can be read; False after so many ms."""
    watched = PollFd(fd, 1, 0)
    return bool(ctypes.PyDLL(None).poll(ctypes.byref(watched), 1, most))


def compute_in_pieces_until_readable(fd: int) -> bool:
    """Hold the interpreter's lock for 20 ms at a time, so that other threads have it in between."""
    return any(compute_until_readable(fd, 20) for _ in range(PATIENCE // 20))


@pytest.fixture(params=["zerowire", "zmq"])
def library(request: pytest.FixtureRequest) -> str:
    if request.param == "zmq":
        pytest.importorskip("zmq")
    return str(request.param)


@pytest.fixture
def reader(library: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A process that says which messages it has, ten by ten, and the port that it listens at."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    program = READER.format(library=library, burst=10)
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment, bufsize=0
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline()), process
        process.kill()


@pytest.mark.skipif(
    not this_library.build_info()["compiled"], reason="plain Python needs the interpreter's lock to write"
)
@pytest.mark.parametrize("size", [8, 1000])
def test_burst_arrives_while_the_sender_computes(
    context: zmq.Context, reader: tuple[int, subprocess.Popen[bytes]], size: int
) -> None:
    """The sender does not let go of the interpreter's lock before its peer has all of it.

    Once in a while the caretaker serves the socket at that very moment, and then it needs that lock.
    """
    port, process = reader
    assert process.stdout is not None
    late = 0
    with context.socket(zmq.PUSH) as socket:
        socket.connect(f"tcp://127.0.0.1:{port}")
        socket.wait_for_peers(1)
        for burst in range(10):
            numbers = range(10 * burst, 10 * burst + 10)
            for number in numbers:
                socket.send(b"%08d" % number + bytes(size))
            if not compute_until_readable(process.stdout.fileno(), 1000):
                late += 1
                assert compute_in_pieces_until_readable(process.stdout.fileno())
            assert process.stdout.readline().split() == [b"%d" % number for number in numbers]
    assert late <= 2


@pytest.mark.skipif(
    not this_library.build_info()["compiled"], reason="plain Python needs the interpreter's lock to write"
)
def test_what_others_have_written_is_sent_once(
    context: zmq.Context, reader: tuple[int, subprocess.Popen[bytes]], wait_until: Any
) -> None:
    """Bursts of any length, some with large frames; the rest of one goes with the next."""
    port, process = reader
    assert process.stdout is not None
    sent = seen = 0
    with context.socket(zmq.PUSH) as socket:
        socket.connect(f"tcp://127.0.0.1:{port}")
        socket.wait_for_peers(1)
        for burst in range(1, 200):
            for place in range(burst % 37 + 1):
                large = 40_000 if (sent + place) % 29 == 0 else 0
                socket.send(b"%08d" % (sent + place) + bytes(large))
            sent += burst % 37 + 1
            while seen + 10 <= sent and (burst % 3 == 0 or burst == 199):
                assert compute_in_pieces_until_readable(process.stdout.fileno())
                assert process.stdout.readline().split() == [b"%d" % one for one in range(seen, seen + 10)]
                seen += 10
        wait_until(lambda: socket.stats().messages_out == sent)
