"""ZeroWire for gevent. Use it as `import zerowire.green as zmq`.

It has all names of zerowire. Of these Context, Socket, Poller, select, zmq_poll, device, proxy and
proxy_steerable let other greenlets run while they wait, where those of zerowire would hold up
the thread and all greenlets in it.

gevent.monkey is not needed, and does no harm.
"""

from __future__ import annotations

import zerowire
from zerowire import *  # noqa: F403  # all of it, but for what follows
from zerowire.constants import *  # noqa: F403  # type checkers do not see that these are among them
from zerowire.green.core import Context, Socket
from zerowire.green.device import device, proxy, proxy_steerable  # type: ignore[assignment]  # as pyzmq
from zerowire.green.events import EventStream
from zerowire.green.poll import Poller, select, zmq_poll

__all__ = [
    "Context",
    "EventStream",
    "Poller",
    "Socket",
    "device",
    "proxy",
    "proxy_steerable",
    "select",
    "zmq_poll",
]
__all__ += zerowire.__all__
