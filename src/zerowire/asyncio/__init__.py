"""ZeroMQ for asyncio, in the manner of zmq.asyncio: the same sockets, awaited.

Context makes Sockets whose calls return what can be awaited; Poller waits for many. They drive
the same engine as the blocking ones, from the event loop: asyncio's own, uvloop, or any other.
"""

from __future__ import annotations

from zerowire.asyncio.context import Context
from zerowire.asyncio.legacy import ProactorSelectorThreadWarning, ZMQEventLoop, install
from zerowire.asyncio.poller import Poller
from zerowire.asyncio.socket import Socket

__all__ = [
    "Context",
    "Poller",
    "Socket",
    # names that pyzmq has
    "ProactorSelectorThreadWarning",
    "ZMQEventLoop",
    "install",
]
