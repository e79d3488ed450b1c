"""The other end of `zerowire bench`, in a process of its own: bench_peer LIBRARY SCHEME.

It speaks with ZeroWire or with pyzmq, prints where it is bound, and ends with its standard input.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from importlib import import_module
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

LIBRARIES = {"zerowire": "zerowire", "pyzmq": "zmq"}
END = [b"end", b""]  # behind the messages that are counted
DRAWERS = ("echo", "count", "report")


def main(library: str, scheme: str) -> None:
    """Answer and count, until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for who has started us
    zmq: Any = import_module(LIBRARIES[library])
    with TemporaryDirectory() as folder, zmq.Context() as context:
        kinds = (zmq.REP, zmq.PULL, zmq.PUSH)
        sockets = [context.socket(kind) for kind in kinds]
        for socket, drawer in zip(sockets, DRAWERS, strict=True):
            socket.bind(f"ipc://{folder}/{drawer}" if scheme == "ipc" else "tcp://127.0.0.1:*")
        ends = [socket.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode() for socket in sockets]
        threading.Thread(target=echo, args=(sockets[0],), daemon=True).start()
        threading.Thread(target=count, args=sockets[1:], daemon=True).start()
        print(*ends, flush=True)
        sys.stdin.read()
        for name in os.listdir(folder):
            os.unlink(os.path.join(folder, name))
        os.rmdir(folder)
        os._exit(0)  # the threads still wait for messages


def echo(socket: Any) -> None:
    """Send everything back."""
    while True:
        socket.send(socket.recv())


def count(pull: Any, push: Any) -> None:
    """Count messages up to END, and report how many there were, and how many seconds passed meanwhile."""
    while True:
        pull.recv()
        start, received = perf_counter(), 0
        while pull.recv_multipart() != END:
            received += 1
        push.send(b"%d %r" % (received, perf_counter() - start))


if __name__ == "__main__":
    main(*sys.argv[1:])
