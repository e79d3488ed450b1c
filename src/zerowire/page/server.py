"""Serves the page, in a thread of its own, until it is closed or the context ends."""

from __future__ import annotations

import socket
import warnings
from threading import Thread, current_thread
from typing import TYPE_CHECKING, Any

from zerowire.api.exposure import is_near
from zerowire.engine.inspection import close_inspector, open_inspector
from zerowire.error import zmq_error

try:
    import uvicorn

    from zerowire.page.application import application
except ImportError as error:
    raise ImportError(
        f"this needs the package {error.name}: pip install 'zerowire[http]'", name=error.name
    ) from error

if TYPE_CHECKING:
    from typing import Self

    from zerowire.api.context import Context

NAMES = frozenset({"localhost", "ip6-localhost"})


class PageServer:
    """Serves the page of one context.

    Attributes:
        url: Where.
    """

    def __init__(self, context: Context, host: str, port: int) -> None:
        is_private = host in NAMES or is_near(host, unless_numeric=False)
        self._sock = listen(host, port)
        self._inspector = open_inspector(context._core, self.close)
        app, self._source = application(context, self._inspector, near=host if is_private else "")
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                loop="asyncio",
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self._sock.getsockname()[1]}/"
        self._thread = Thread(target=self._run, name="zerowire-page", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with self._sock:
            self._server.run(sockets=[self._sock])

    @property
    def closed(self) -> bool:
        """Whether nothing is served any more."""
        return not self._thread.is_alive()

    def close(self) -> None:
        """Serve nothing any more, and wait until the thread has ended. Idempotent."""
        self._server.should_exit = True
        if self._thread is not current_thread():
            self._thread.join()
        if self._source is not None:
            self._source.close()
        close_inspector(self._inspector, self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def serve(context: Context, host: str = "127.0.0.1", port: int = 8080) -> PageServer:
    """Serve a page that shows what goes on in a context; returns at once.

    The page is at /, the same as JSON at /inspect.json, and metrics for Prometheus at /metrics.

    Args:
        context: Which.
        host: An address of this machine, or its name. Whoever reaches it can look, so any but
            loopback is warned of.
        port: 0 takes a free one; `url` tells which.

    Raises:
        ImportError: starlette or uvicorn is not installed.
        RuntimeError: The context is closed.
        ZMQError: The port is taken (EADDRINUSE), or the address is none of this machine.
    """
    context._check_open()
    if not (host in NAMES or is_near(host, unless_numeric=False)):
        seen = "can see endpoints, peers and counts; 127.0.0.1 keeps them on this machine"
        warnings.warn(f"whoever reaches {host or '*'}:{port} {seen}", RuntimeWarning, stacklevel=2)
    return PageServer(context, host, port)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        ZMQError: It cannot.
    """
    try:
        found: list[tuple[Any, ...]] = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        return socket.create_server(found[0][4][:2], family=found[0][0])
    except OSError as error:
        reason = error.strerror or str(error)
        raise zmq_error(error.errno or 0, f"http://{host}:{port} cannot be served: {reason}") from error
