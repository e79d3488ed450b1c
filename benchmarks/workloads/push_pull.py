"""PUSH sends to PULL without pause: how many messages a second, and at what cost."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from time import perf_counter, process_time

from benchmarks.workloads import bare
from benchmarks.workloads.work import Figures, Work, Workload

LENGTH = struct.Struct("!Q")
MILLION = 1_000_000
PAGE = 4096
STATUS = Path("/proc/self/status")
CLEAR_REFS = Path("/proc/self/clear_refs")
RESET_PEAK = "5"


def pull(work: Work) -> Figures:
    """Take the time of the messages after the first few."""
    with work.bind("PULL") as socket:
        work.announce(socket)
        for _ in range(work.warm_up):
            socket.recv()
        start = perf_counter()
        for _ in range(work.count):
            socket.recv()
        return {"rate": work.count / (perf_counter() - start)}


def push(work: Work) -> Figures:
    """Send all that is received."""
    with work.connect("PUSH") as socket:
        data = bytes(work.size)
        for _ in range(work.warm_up + work.count):
            socket.send(data)
        work.stay()
    return {}


def bare_pull(work: Work) -> Figures:
    """Receive each message into the same buffer, header and all."""
    with bare.listen(work.place) as listener:
        work.tell([bare.endpoint_of(listener)])
        with bare.accept(listener) as stream, memoryview(bytearray(LENGTH.size + work.size)) as view:
            for _ in range(work.warm_up):
                bare.fill(stream, view)
            start = perf_counter()
            for _ in range(work.count):
                bare.fill(stream, view)
            elapsed = perf_counter() - start
            assert LENGTH.unpack_from(view) == (work.size,)
            return {"rate": work.count / elapsed}


def bare_push(work: Work) -> Figures:
    """Send a header and a payload with one call a message."""
    data = bytes(work.size)
    total = LENGTH.size + work.size
    with bare.connect(work.targets[0]) as stream:
        for _ in range(work.warm_up + work.count):
            header = LENGTH.pack(len(data))
            sent = stream.sendmsg([header, data])
            if sent < total:
                stream.sendall((header + data)[sent:])
    return {}


PUSH_PULL = Workload("throughput", (pull, push), sockets=(bare_pull, bare_push))


# -- messages of several frames ----------------------------------------------------------------------


def pull_multipart(work: Work) -> Figures:
    """Take the time of whole messages."""
    with work.bind("PULL") as socket:
        work.announce(socket)
        for _ in range(work.warm_up):
            socket.recv_multipart()
        start = perf_counter()
        for _ in range(work.count):
            frames = socket.recv_multipart()
        elapsed = perf_counter() - start
        assert [len(frame) for frame in frames] == [work.size] * work.parts
        return {"rate": work.count / elapsed}


def push_multipart(work: Work) -> Figures:
    """Send the same list of frames again and again."""
    with work.connect("PUSH") as socket:
        frames = [bytes(work.size)] * work.parts
        for _ in range(work.warm_up + work.count):
            socket.send_multipart(frames)
        work.stay()
    return {}


MULTIPART = Workload("multipart", (pull_multipart, push_multipart))


# -- cost --------------------------------------------------------------------------------------------


def costly_pull(work: Work) -> Figures:
    """Count processor time and memory from the opening of the socket to the end of the context."""
    reset_peak()
    before = memory("VmRSS")
    start = process_time()
    with work.bind("PULL") as socket:
        work.announce(socket)
        for _ in range(work.count):
            socket.recv()
        growth = max(PAGE, memory("VmHWM") - before)
    work.context.term()
    return {"cpu": (process_time() - start) * MILLION / work.count, "growth": growth / 1024}


def costly_push(work: Work) -> Figures:
    """Count processor time until all is received."""
    start = process_time()
    with work.connect("PUSH") as socket:
        data = bytes(work.size)
        for _ in range(work.count):
            socket.send(data)
        work.stay()
    work.context.term()
    return {"cpu": (process_time() - start) * MILLION / work.count}


COST = Workload("cost", (costly_pull, costly_push))


def memory(field: str) -> int:
    """Return VmRSS, the octets that this process holds, or VmHWM, the most that it has held."""
    for line in STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise LookupError(f"{STATUS} has no {field}")


def reset_peak() -> None:
    """Let VmHWM begin anew, where the system allows it."""
    if os.access(CLEAR_REFS, os.W_OK):
        CLEAR_REFS.write_text(RESET_PEAK, encoding="ascii")
