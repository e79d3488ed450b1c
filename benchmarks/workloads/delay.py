"""How long a message takes one way, at a steady pace, and beside a peer that never pauses.

The sender writes CLOCK_MONOTONIC into each message, which all processes of a machine share.
"""

from __future__ import annotations

import select
import struct
from time import monotonic_ns, sleep
from typing import Any

from benchmarks.workloads.work import UNLIMITED, Figures, Work, Workload, percentiles

STAMP = struct.Struct("=Q")  # nanoseconds
SECOND = 1_000_000_000
SPIN = 150_000  # nanoseconds before its time that a sender wakes: sleep() may be late by as much
NOTHING = select.poll()
HOT = 128  # octets a message of the peer that never pauses


def receive_paced(work: Work) -> Figures:
    """Compare each stamp with the clock."""
    delays = []
    with work.bind("PULL", hwm=UNLIMITED) as socket:
        work.announce(socket)
        for _ in range(work.warm_up + work.count):
            data = socket.recv()
            delays.append(monotonic_ns() - STAMP.unpack_from(data)[0])
    return percentiles(delays[work.warm_up :])


def send_paced(work: Work) -> Figures:
    """Send at the rate."""
    with work.connect("PUSH", hwm=UNLIMITED) as socket:
        keep_pace([socket], work)
        work.stay()
    return {}


def keep_pace(sockets: list[Any], work: Work) -> None:
    """Send from each socket in turn, each message at its time or as soon after it as can be."""
    padding = bytes(work.size - STAMP.size)
    start = monotonic_ns()
    for index in range(work.warm_up + work.count):
        wait_until(start + index * SECOND // work.rate)
        sockets[index % len(sockets)].send(STAMP.pack(monotonic_ns()) + padding)


def wait_until(moment: int) -> None:
    """Sleep for the bulk of the time, then spin.

    The spin lets other threads of the interpreter run, as any program does that waits. It
    does so with a poll of nothing, which comes back at once: sleep(0) may take 50 us.
    """
    ahead = moment - monotonic_ns() - SPIN
    if ahead > 0:
        sleep(ahead / SECOND)
    while monotonic_ns() < moment:
        NOTHING.poll(0)


PACED = Workload("delay", (receive_paced, send_paced))


# -- fairness ----------------------------------------------------------------------------------------


def receive_from_quiet(work: Work) -> Figures:
    """Receive all, and compare the stamps of the quiet peers with the clock."""
    delays: list[int] = []
    with work.bind("PULL") as socket:
        work.announce(socket)
        while len(delays) < work.warm_up + work.count:
            data = socket.recv()
            if len(data) != HOT:
                delays.append(monotonic_ns() - STAMP.unpack_from(data)[0])
    return percentiles(delays[work.warm_up :])


def send_hot(work: Work) -> Figures:
    """Send without pause, for ever."""
    data = bytes(HOT)
    with work.connect("PUSH") as socket:
        socket.send(data)
        work.tell(work.targets)
        while True:
            socket.send(data)


def send_quiet(work: Work) -> Figures:
    """Send from each of the quiet peers at the rate of all together."""
    sockets = [work.connect("PUSH") for _ in range(work.peers)]
    keep_pace(sockets, work)
    work.stay()
    for socket in sockets:
        socket.close()
    return {}


FAIRNESS = Workload("delay", (receive_from_quiet, send_hot, send_quiet), endless=send_hot)
