"""A server and a client, as a user writes them."""

from __future__ import annotations

import zerowire as zmq


def serve(endpoint: str) -> None:
    with zmq.Context() as context, context.socket(zmq.REP) as socket:
        socket.bind(endpoint)
        while True:
            question: bytes = socket.recv()
            socket.send(b"re: " + question)


def ask(endpoint: str, *, patience_ms: int = 1000) -> str | None:
    context = zmq.Context.instance()
    with context.socket(zmq.REQ) as socket:
        socket.linger = 0
        socket.setsockopt(zmq.RCVTIMEO, patience_ms)
        socket.connect(endpoint)
        socket.send_string("lunch?")
        try:
            return socket.recv_string()
        except zmq.Again:
            return None


def frames(socket: zmq.Socket) -> list[int]:
    """Frames have metadata; copy=False is what brings them."""
    frame: zmq.Frame = socket.recv(copy=False)
    parts: list[zmq.Frame] = socket.recv_multipart(copy=False)
    octets: list[bytes] = socket.recv_multipart()
    tracker: zmq.MessageTracker | None = socket.send(b"x", copy=False, track=True)
    if tracker is not None:
        tracker.wait(1)
    return [len(frame.bytes), len(parts), len(octets), int(socket.getsockopt(zmq.TYPE))]


def wait(*sockets: zmq.Socket) -> list[tuple[zmq.Socket, int]]:
    poller = zmq.Poller()
    for socket in sockets:
        poller.register(socket, zmq.POLLIN)
    return poller.poll(100)


def kind(socket: zmq.Socket) -> zmq.SocketType:
    try:
        return socket.type
    except zmq.ZMQError as error:
        number: int | None = error.errno
        raise SystemExit(number) from error
