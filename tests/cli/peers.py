"""Peers for verbs that examine one: libzmq's and ours, and some that do not behave."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def bound(library: Any, kind: str, endpoint: str = "tcp://127.0.0.1:*", **options: Any) -> Iterator[str]:
    """Yield the endpoint of a socket that is bound, with options."""
    with library.Context() as context, context.socket(getattr(library, kind)) as peer:
        peer.setsockopt(library.LINGER, 0)
        for name, value in options.items():
            peer.setsockopt(getattr(library, name.upper()), value)
        peer.bind(endpoint)
        yield peer.getsockopt(library.LAST_ENDPOINT).rstrip(b"\0").decode()


@contextmanager
def authenticated(library: Any, status: bytes, kind: str, **options: Any) -> Iterator[str]:
    """Yield the endpoint of a socket whose ZAP handler answers with this status."""
    with library.Context() as context, context.socket(library.REP) as handler:
        handler.bind("inproc://zeromq.zap.01")
        handler.setsockopt(library.RCVTIMEO, 20)
        is_over = threading.Event()

        def answer() -> None:
            while not is_over.is_set():
                try:
                    version, request, *_ = handler.recv_multipart()
                except library.Again:
                    continue
                handler.send_multipart([version, request, status, b"", b"", b""])

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            with context.socket(getattr(library, kind)) as peer:
                peer.setsockopt(library.LINGER, 0)
                peer.setsockopt(library.ZAP_DOMAIN, b"test")
                for name, value in options.items():
                    peer.setsockopt(getattr(library, name.upper()), value)
                peer.bind("tcp://127.0.0.1:*")
                yield peer.getsockopt(library.LAST_ENDPOINT).rstrip(b"\0").decode()
        finally:
            is_over.set()
            thread.join()


@contextmanager
def saying(octets: bytes, *, then: Callable[[socket.socket], object] | None = None) -> Iterator[str]:
    """Yield the endpoint of a listener that says these octets to all, and then listens, or does `then`."""
    ends: list[socket.socket] = []

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                end, _ = listener.accept()
            except OSError:
                return
            ends.append(end)
            end.sendall(octets)
            if then is not None:
                then(end)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for end in ends:
                end.close()


@contextmanager
def silent_network() -> Iterator[str]:
    """Yield an endpoint that drops what comes, as a firewall does: its queue of connections is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        try:
            yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            for filler in fillers:
                filler.close()
