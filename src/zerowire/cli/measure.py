"""Measures round trips and throughput between us and a peer in another process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import NamedTuple

from zerowire.api.context import Context
from zerowire.api.socket import Socket
from zerowire.cli.bench_peer import END, LIBRARIES
from zerowire.constants import SocketOption, SocketType

WARM_UP = 0.2  # of the time, before anything is counted
AT_ONCE = 64  # messages between two looks at the clock
PATIENCE = 10.0  # seconds for a peer to end

OnProgress = Callable[[float], object]  # which share of the time has passed


class Latency(NamedTuple):
    """Round trips of one size."""

    size: int
    microseconds: list[float]


class Throughput(NamedTuple):
    """Messages of one size, one way."""

    size: int
    messages: int
    seconds: float


class Lab:
    """A peer in another process, and sockets of ours that are connected to it."""

    def __init__(self, context: Context, ends: list[str]) -> None:
        self._context = context
        self._echo, self._count, self._report = ends

    def latency(self, size: int, seconds: float, on_progress: OnProgress) -> Latency:
        """Measure how long a request of so many octets takes to come back."""
        message = bytes(size)
        times: list[float] = []
        with self._open(SocketType.REQ, self._echo) as socket:
            start = perf_counter()
            counted_from, end = start + WARM_UP * seconds, start + seconds
            now = start
            while now < end:
                socket.send(message)
                socket.recv()
                before, now = now, perf_counter()
                if now >= counted_from:
                    times.append((now - before) * 1e6)
                if len(times) % AT_ONCE == 0:
                    on_progress((now - start) / seconds)
        return Latency(size, times)

    def throughput(self, size: int, seconds: float, on_progress: OnProgress) -> Throughput:
        """Measure how many messages of so many octets arrive in how much time, by the peer's clock."""
        message = bytes(size)
        with (
            self._open(SocketType.PUSH, self._count) as push,
            self._open(SocketType.PULL, self._report) as report,
        ):
            push.send(message)
            start = now = perf_counter()
            while now < start + seconds:
                for _ in range(AT_ONCE):
                    push.send(message)
                now = perf_counter()
                on_progress((now - start) / seconds)
            push.send_multipart(END)
            messages, passed = report.recv().split()
        return Throughput(size, int(messages), float(passed))

    def _open(self, kind: SocketType, endpoint: str) -> Socket:
        socket = self._context.socket(kind)
        socket.set(SocketOption.LINGER, 0)
        socket.connect(endpoint)
        socket.wait_for_peers()
        return socket


@contextmanager
def lab(library: str, scheme: str) -> Iterator[Lab]:
    """Yield a lab whose peer speaks with a library.

    Raises:
        OSError: The peer did not start.
    """
    assert library in LIBRARIES
    command = [sys.executable, "-m", "zerowire.cli.bench_peer", library, scheme]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as peer:
        assert peer.stdin is not None
        assert peer.stdout is not None
        context = Context()
        try:
            ends = peer.stdout.readline().split()
            if len(ends) != 3:
                raise OSError(f"the peer, python with {library}, did not start")
            yield Lab(context, ends)
        finally:
            context.destroy(linger=0)
            peer.stdin.close()
            try:
                peer.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                peer.kill()
