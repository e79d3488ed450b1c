"""What happens to links, put into the monitor's words (features of zmq_socket_monitor)."""

from __future__ import annotations

from errno import EPIPE, ETIMEDOUT
from typing import TYPE_CHECKING

from zerowire.constants import Event
from zerowire.error import RemoteProtocolError, ZMQError
from zerowire.zmtp.events import PeerTimeout

if TYPE_CHECKING:
    from zerowire.engine.link import Link
    from zerowire.engine.socket import SocketCore


def report_lost(core: SocketCore, link: Link, fd: int, error: Exception | None, was_ready: bool) -> None:
    """Emit the events of a link that ended: why its handshake failed, and that it is gone.

    What is wrong with a MESSAGE of CURVE has a number, too, and is reported in the same way. A link
    that this side ended is not reported (MON-8).
    """
    if error is None or core.monitor is None:
        return
    local, remote = link.stream.local, link.stream.remote
    if not was_ready or (isinstance(error, RemoteProtocolError) and error.code):
        event, value = handshake_failure(error)
        if event:
            core.monitor.emit(event, value, link.endpoint, local, remote, str(error))
    core.emit(Event.DISCONNECTED, fd, link.endpoint, local=local, remote=remote)


def report_ready(core: SocketCore, link: Link) -> None:
    """Emit that a handshake succeeded: ZMTP 3 only, the older ones have none."""
    if core.monitor is not None and link.connection.peer.version >= (3, 0):
        stream = link.stream
        core.emit(Event.HANDSHAKE_SUCCEEDED, 0, link.endpoint, local=stream.local, remote=stream.remote)


def handshake_failure(error: Exception) -> tuple[Event | int, int]:
    """Return the event for a handshake that failed, and its value; (0, 0) when there is none."""
    if isinstance(error, RemoteProtocolError):
        if error.status is not None:
            return Event.HANDSHAKE_FAILED_AUTH, error.status
        if error.code:
            return Event.HANDSHAKE_FAILED_PROTOCOL, error.code
        return 0, 0
    if isinstance(error, PeerTimeout):
        return Event.HANDSHAKE_FAILED_NO_DETAIL, ETIMEDOUT
    if isinstance(error, ZMQError):
        return Event.HANDSHAKE_FAILED_NO_DETAIL, error.errno or EPIPE
    return 0, 0
