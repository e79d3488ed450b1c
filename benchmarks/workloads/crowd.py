"""Thousands of peers that wait when a socket binds: how fast it greets them, and with how much memory.

Only the bound side is the library's. Who connects is the same for all: bare sockets that
write the handshake of ZMTP 3.1 with NULL security by hand. They have connected and written
all that needs no answer before the clock starts, and so do not hold up who is measured: the
socket takes over listeners (USE_FD) in whose backlogs they wait.
"""

from __future__ import annotations

import gc
import resource
import struct
from pathlib import Path
from socket import socket
from time import perf_counter

from benchmarks.workloads import bare
from benchmarks.workloads.push_pull import memory
from benchmarks.workloads.work import Figures, Work, Workload

BACKLOG_LIMIT = Path("/proc/sys/net/core/somaxconn")
SPARE = 200  # descriptors for everything else

# RFC 37: signature, version, mechanism, as-server, filler; then READY, and a message of one frame.
GREETING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x01" + b"NULL".ljust(20, b"\0") + bytes(32)
PROPERTY = b"\x0bSocket-Type" + struct.pack("!I", 6) + b"DEALER"
READY = b"\x04" + bytes([6 + len(PROPERTY)]) + b"\x05READY" + PROPERTY
HELLO = b"\x00\x05hello"
GOODBYE = b"\x00\x07goodbye"


def receive_hellos(work: Work) -> Figures:
    """Receive a hello from each peer; then a goodbye, after which nobody waits for anything."""
    allow_descriptors(work.peers)
    most = backlog()
    listeners = [bare.listen(work.place, most) for _ in range(-(-work.peers // most))]
    with bare.listen(work.place) as gate, work.context.socket(work.zmq.ROUTER) as router:
        work.tell([bare.endpoint_of(listener) for listener in (gate, *listeners)])
        gate.accept()[0].close()
        gc.collect()
        before = memory("VmRSS")
        start = perf_counter()
        for listener in listeners:
            endpoint = bare.endpoint_of(listener)
            router.set(work.zmq.USE_FD, listener.detach())
            router.bind(endpoint)
        for _ in range(work.peers):
            router.recv_multipart()
        elapsed = perf_counter() - start
        growth = max(1, memory("VmRSS") - before)
        router.recv_multipart()
    return {"peers": work.peers / elapsed, "memory": growth / 1024 / work.peers}


def say_hellos(work: Work) -> Figures:
    """Connect, shake hands, say hello; stay until the bound side leaves."""
    allow_descriptors(work.peers)
    gate, *doors = work.targets
    streams = [bare.connect(doors[index % len(doors)]) for index in range(work.peers)]
    for stream in streams:
        stream.sendall(GREETING + READY)
    bare.connect(gate).close()
    for stream in streams:
        finish_handshake(stream)
    streams[0].sendall(GOODBYE)
    while streams[0].recv(4096):
        pass
    for stream in streams:
        stream.close()
    return {}


def finish_handshake(stream: socket) -> None:
    """Receive a greeting and a READY; only then may a message be sent."""
    answer = memoryview(bytearray(len(GREETING) + 2))
    bare.fill(stream, answer)
    assert answer[0] == 0xFF
    assert answer[-2] == 0x04, "a peer must answer with a short command"
    bare.fill(stream, memoryview(bytearray(answer[-1])))
    stream.sendall(HELLO)


def backlog() -> int:
    """Return how many peers may wait at one listener."""
    return int(BACKLOG_LIMIT.read_text(encoding="ascii"))


def allow_descriptors(peers: int) -> None:
    """Raise the limit of open files, as far as it needs to be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = peers + SPARE
    if 0 <= soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard if hard < 0 else max(needed, hard)))


CROWD = Workload("many peers", (receive_hellos, say_hellos))
