"""Forward local connections by a connection of paramiko, as `ssh -L` does."""

from __future__ import annotations

import logging
import threading
from socket import SHUT_WR
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import paramiko

logger = logging.getLogger("ssh")

AT_ONCE = 65536  # octets


class ForwardServer(ThreadingTCPServer):
    """Accepts connections, each of which has a thread."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.open_connections = 0  # changed by one thread each, under the lock
        self.lock = threading.Lock()
        self.is_needed = True

    def handle_timeout(self) -> None:
        """Note that nobody has come for a while, and whether anybody is still there."""
        self.is_needed = self.open_connections > 0


class Handler(BaseRequestHandler):
    """One connection through the tunnel."""

    ssh_transport: paramiko.Transport
    chain_host: str
    chain_port: int
    server: ForwardServer

    def setup(self) -> None:
        """Count the connection."""
        with self.server.lock:
            self.server.open_connections += 1

    def finish(self) -> None:
        """Count it no more."""
        with self.server.lock:
            self.server.open_connections -= 1

    def handle(self) -> None:
        """Move octets until both ends have no more."""
        target = (self.chain_host, self.chain_port)
        try:
            channel = self.ssh_transport.open_channel("direct-tcpip", target, self.request.getpeername())
        except Exception as error:
            logger.debug("no tunnel to %s:%d: %r", *target, error)
            return
        logger.debug("tunnel to %s:%d opened", *target)
        answers = threading.Thread(target=_pump, args=(channel, self.request), daemon=True)
        answers.start()
        _pump(self.request, channel)
        answers.join()
        channel.close()
        logger.debug("tunnel to %s:%d closed", *target)


def _pump(source: Any, sink: Any) -> None:
    """Move octets one way until there are no more, and tell the other end."""
    try:
        while octets := source.recv(AT_ONCE):
            sink.sendall(octets)
    except OSError as error:
        logger.debug("connection lost: %r", error)
    try:
        sink.shutdown(SHUT_WR)
    except OSError:  # it is lost, too
        pass


def forward_tunnel(
    local_port: int,
    remote_host: str,
    remote_port: int,
    transport: paramiko.Transport,
    timeout: float | None = None,
) -> None:
    """Forward connections to a local port, until the tunnel is not used any more, or is lost.

    Args:
        local_port: The port on 127.0.0.1.
        remote_host: Where they go, as the ssh server knows it.
        remote_port: The port there.
        transport: What client.get_transport() returned.
        timeout: Seconds to wait for a connection; when none has come and none is left, return. None is for
            ever.

    Raises:
        OSError: The local port is taken.
    """

    class Chained(Handler):
        ssh_transport = transport
        chain_host = remote_host
        chain_port = remote_port

    with ForwardServer(("127.0.0.1", local_port), Chained) as server:
        server.timeout = timeout
        while server.is_needed and transport.is_active():
            server.handle_request()


__all__ = ["forward_tunnel"]
