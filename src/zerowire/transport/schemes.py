"""From the scheme of an endpoint to its transport. (inproc has no streams: it stands apart.)"""

from __future__ import annotations

import socket
from errno import EPROTONOSUPPORT

from zerowire.error import zmq_error
from zerowire.transport.base import Transport
from zerowire.transport.ipc import Ipc
from zerowire.transport.tcp import Tcp

TRANSPORTS: dict[str, Transport] = {"tcp": Tcp()}
if hasattr(socket, "AF_UNIX"):
    TRANSPORTS["ipc"] = Ipc()

PLANNED = frozenset(["epgm", "norm", "pgm", "tipc", "udp", "vmci", "vsock", "ws", "wss"])


def find(scheme: str) -> Transport:
    """Return the transport of a scheme.

    Raises:
        ZMQError: EPROTONOSUPPORT when there is none.
    """
    transport = TRANSPORTS.get(scheme)
    if transport is not None:
        return transport
    reason = "not available yet" if scheme in PLANNED else "unknown"
    if scheme == "ipc":
        reason = "not available on this system"
    usable = ", ".join(sorted({*TRANSPORTS, "inproc"}))
    raise zmq_error(EPROTONOSUPPORT, f"transport {scheme!r} is {reason}; use one of {usable}")
