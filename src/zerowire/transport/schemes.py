"""From the scheme of an endpoint to its transport. (inproc has no streams: it stands apart.)

A transport is loaded when it is first asked for: what it needs of the standard library
takes longer to load than all the rest, and few programs need every transport.
"""

from __future__ import annotations

import sys
from errno import EPROTONOSUPPORT
from typing import TYPE_CHECKING, cast

from zerowire._later import read
from zerowire.error import zmq_error

if TYPE_CHECKING:
    from zerowire.transport.base import Transport
    from zerowire.transport.ipc import Ipc
    from zerowire.transport.pgm_sockets import Medium
    from zerowire.transport.tcp import Tcp
    from zerowire.transport.ws import WebSockets

MODULES = {  # each with a TRANSPORT
    "epgm": "zerowire.transport.epgm",
    "pgm": "zerowire.transport.pgm",
    "tcp": "zerowire.transport.tcp",
    "udp": "zerowire.transport.udp",
    "ws": "zerowire.transport.ws",
    "wss": "zerowire.transport.wss",
}
if sys.platform != "win32":  # where Python has no AF_UNIX
    MODULES["ipc"] = "zerowire.transport.ipc"
TRANSPORTS: dict[str, Tcp | Ipc | WebSockets] = {}  # those that were asked for

GROUPS = frozenset(["epgm", "pgm"])  # which have no streams: packets go to all members of a group
WEBSOCKETS = frozenset(["ws", "wss"])  # the links of which begin with HTTP
PLANNED = frozenset(["norm", "tipc", "vmci", "vsock"])


def find(scheme: str) -> Transport:
    """Return the transport of a scheme.

    Raises:
        ZMQError: EPROTONOSUPPORT when there is none, EMFILE when it cannot be loaded.
    """
    if scheme in MODULES:
        if scheme not in TRANSPORTS:
            TRANSPORTS[scheme] = read(MODULES[scheme]).TRANSPORT
        return TRANSPORTS[scheme]
    reason = "not available yet" if scheme in PLANNED else "unknown"
    if scheme == "ipc":
        reason = "not available on this system"
    usable = ", ".join(sorted({*MODULES, "inproc"}))
    raise zmq_error(EPROTONOSUPPORT, f"transport {scheme!r} is {reason}; use one of {usable}")


def find_medium(scheme: str) -> Medium:
    """Return the transport of one of GROUPS. Raises as find() does."""
    return cast("Medium", find(scheme))
