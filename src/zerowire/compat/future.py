"""What asyncio's sockets and Tornado's have in common: zmq._future."""

from __future__ import annotations

from zerowire.asyncio import Poller as _AsyncPoller
from zerowire.asyncio import Socket as _AsyncSocket

__all__ = ["_AsyncPoller", "_AsyncSocket"]
