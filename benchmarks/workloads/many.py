"""One socket with many peers: PUB and its subscribers, ROUTER and its DEALERs.

The peers are sockets of one process, which polls them and takes up to BURST messages from
one before the next has its turn.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any

from benchmarks.workloads.work import UNLIMITED, Figures, Work, Workload

BURST = 100  # messages
WINDOW = 100  # requests in flight, of all peers together
PROBE, MARK = b"?", b"!"
PROBE_MS = 10


def publish(work: Work) -> Figures:
    """Publish once everybody listens. Nothing is dropped: there is no high-water mark."""
    data = bytes(work.size)
    with work.bind("PUB", hwm=UNLIMITED) as socket, work.bind("PULL", "gate") as gate:
        work.announce(socket, gate)
        wait_for_subscribers(socket, gate, PROBE, MARK)
        for _ in range(work.count):
            socket.send(data)
        gate.recv()
    return {}


def subscribe(work: Work) -> Figures:
    """Count what all subscribers together receive."""
    sockets = [work.connect("SUB", hwm=UNLIMITED) for _ in range(work.peers)]
    for socket in sockets:
        socket.subscribe(b"")
    with work.connect("PUSH", 1) as gate:
        wait_for_publisher(sockets, gate, MARK)
        total = work.count * work.peers
        start = perf_counter()
        receive_all(work.zmq, sockets, total)
        elapsed = perf_counter() - start
        gate.send(b"done")
    for socket in sockets:
        socket.close()
    return {"rate": total / elapsed}


def wait_for_subscribers(socket: Any, gate: Any, probe: bytes, mark: bytes) -> None:
    """Send probes until all have one, then a mark, and wait until all have that."""
    while not gate.poll(PROBE_MS):
        socket.send(probe)
    gate.recv()
    socket.send(mark)
    gate.recv()


def wait_for_publisher(sockets: list[Any], gate: Any, mark: bytes) -> None:
    """Do the other half of wait_for_subscribers()."""
    for socket in sockets:
        socket.recv()
    gate.send(b"listening")
    for socket in sockets:
        while socket.recv() != mark:
            pass
    gate.send(b"ready")


PUBLISH = Workload("many peers", (publish, subscribe))


def route(work: Work) -> Figures:
    """Answer each request."""
    with work.bind("ROUTER") as socket:
        work.announce(socket)
        for _ in range(work.warm_up + work.count):
            socket.send_multipart(socket.recv_multipart())
    return {}


def deal(work: Work) -> Figures:
    """Keep WINDOW requests in flight; count the answers."""
    sockets = [work.connect("DEALER") for _ in range(work.peers)]
    data = bytes(work.size)
    for index in range(WINDOW):
        sockets[index % len(sockets)].send(data)
    exchange(work.zmq, sockets, data, work.warm_up)
    start = perf_counter()
    exchange(work.zmq, sockets, data, work.count)
    elapsed = perf_counter() - start
    for socket in sockets:
        socket.close(linger=0)  # what is still in flight has no answer: ROUTER has left
    return {"rate": work.count / elapsed}


DEALER_ROUTER = Workload("many peers", (route, deal))


# -- polling -----------------------------------------------------------------------------------------


def receive_all(zmq: Any, sockets: list[Any], total: int) -> None:
    """Receive so many messages from all sockets together."""
    if len(sockets) == 1:
        for _ in range(total):
            sockets[0].recv()
        return
    poller = poller_of(zmq, sockets)
    while total:
        for socket, _ in poller.poll():
            total -= burst(zmq, socket, min(BURST, total))


def exchange(zmq: Any, sockets: list[Any], data: bytes, total: int) -> None:
    """Receive so many answers; send a request for each."""
    if len(sockets) == 1:
        for _ in range(total):
            sockets[0].recv()
            sockets[0].send(data)
        return
    poller = poller_of(zmq, sockets)
    while total:
        for socket, _ in poller.poll():
            taken = burst(zmq, socket, min(BURST, total))
            total -= taken
            for _ in range(taken):
                socket.send(data)


def poller_of(zmq: Any, sockets: list[Any]) -> Any:
    """Return what waits for a message to any of the sockets."""
    poller = zmq.Poller()
    for socket in sockets:
        poller.register(socket, zmq.POLLIN)
    return poller


def burst(zmq: Any, socket: Any, most: int) -> int:
    """Receive what there is, and return how many messages that was."""
    taken = 0
    try:
        while taken < most:
            socket.recv(zmq.NOBLOCK)
            taken += 1
    except zmq.Again:
        pass
    return taken
