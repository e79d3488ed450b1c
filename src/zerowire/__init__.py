"""ZeroWire: ZeroMQ for Python, without libzmq. Use it as `import zerowire as zmq`.

cli | auth devices log decorators utils           programs, and other things made of sockets
asyncio                                           a second front end on the same core
api                Context, Socket, Poller        what users call; may wait
engine             SocketCore, Link, Caretaker    what runs; never waits
patterns           PAIR, REQ, PUB, ...            the socket types
transport          tcp, ipc, inproc               how to reach a peer; moves octets
zmtp | routing | reactor                          the protocol | pipes and strategies | waits
options message error constants                   words that all layers share
leaf                                              what exists twice: compiled, and plain
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if os.environ.get("ZEROWIRE_PURE"):
    from zerowire import _plain  # noqa: F401  # first, as it decides what the others are

from zerowire import constants, error
from zerowire._later import later_names
from zerowire.api.context import Context
from zerowire.api.socket import Socket
from zerowire.api.tracker import _FINISHED_TRACKER, MessageTracker
from zerowire.constants import *  # noqa: F403  # the numbers of ZeroMQ; __all__ there lists them
from zerowire.error import (
    Again,
    ConnectFailed,
    ContextTerminated,
    DraftFDWarning,
    InterruptedSystemCall,
    LocalProtocolError,
    NotDone,
    PlaintextWarning,
    ProtocolError,
    RemoteProtocolError,
    ZMQBaseError,
    ZMQBindError,
    ZMQError,
    ZMQVersionError,
    strerror,
    zmq_errno,
)
from zerowire.message import COPY_THRESHOLD, Frame
from zerowire.options import Limits
from zerowire.version import __revision__, __version__

if TYPE_CHECKING:
    from zerowire.api import library
    from zerowire.api.events import EventStream, MonitorEvent
    from zerowire.api.library import (
        DRAFT_API,
        IPC_PATH_MAX_LEN,
        PYZMQ_DRAFT_API,
        build_info,
        curve_keypair,
        curve_public,
        get_includes,
        get_library_dirs,
        has,
        pyzmq_version,
        pyzmq_version_info,
        zerowire_version,
        zmq_version,
        zmq_version_info,
    )
    from zerowire.api.poller import Poller, select, zmq_poll
    from zerowire.api.proxy import device, proxy, proxy_steerable
    from zerowire.api.request import NoReply
    from zerowire.api.stopwatch import Stopwatch
    from zerowire.engine.records import DatagramStats, MulticastStats, PeerStats, SocketStats
else:
    __getattr__ = later_names(
        __name__,
        {
            "library": "zerowire.api",
            "EventStream": "zerowire.api.events",
            "MonitorEvent": "zerowire.api.events",
            "DRAFT_API": "zerowire.api.library",
            "IPC_PATH_MAX_LEN": "zerowire.api.library",
            "PYZMQ_DRAFT_API": "zerowire.api.library",
            "build_info": "zerowire.api.library",
            "curve_keypair": "zerowire.api.library",
            "curve_public": "zerowire.api.library",
            "get_includes": "zerowire.api.library",
            "get_library_dirs": "zerowire.api.library",
            "has": "zerowire.api.library",
            "pyzmq_version": "zerowire.api.library",
            "pyzmq_version_info": "zerowire.api.library",
            "zerowire_version": "zerowire.api.library",
            "zmq_version": "zerowire.api.library",
            "zmq_version_info": "zerowire.api.library",
            "Poller": "zerowire.api.poller",
            "select": "zerowire.api.poller",
            "zmq_poll": "zerowire.api.poller",
            "device": "zerowire.api.proxy",
            "proxy": "zerowire.api.proxy",
            "proxy_steerable": "zerowire.api.proxy",
            "NoReply": "zerowire.api.request",
            "Stopwatch": "zerowire.api.stopwatch",
            "DatagramStats": "zerowire.engine.records",
            "MulticastStats": "zerowire.engine.records",
            "PeerStats": "zerowire.engine.records",
            "SocketStats": "zerowire.engine.records",
        },
    )

Message = Frame
SyncContext = Context
SyncSocket = Socket

__all__ = [
    # sockets
    "Context",
    "EventStream",
    "Frame",
    "Limits",
    "Message",
    "MessageTracker",
    "_FINISHED_TRACKER",
    "MonitorEvent",
    "DatagramStats",
    "MulticastStats",
    "PeerStats",
    "Poller",
    "Socket",
    "SocketStats",
    "Stopwatch",
    "SyncContext",
    "SyncSocket",
    "device",
    "proxy",
    "proxy_steerable",
    "select",
    "zmq_poll",
    # errors
    "Again",
    "ConnectFailed",
    "ContextTerminated",
    "DraftFDWarning",
    "InterruptedSystemCall",
    "LocalProtocolError",
    "NoReply",
    "NotDone",
    "PlaintextWarning",
    "ProtocolError",
    "RemoteProtocolError",
    "ZMQBaseError",
    "ZMQBindError",
    "ZMQError",
    "ZMQVersionError",
    "strerror",
    "zmq_errno",
    # the library
    "build_info",
    "library",
    "COPY_THRESHOLD",
    "DRAFT_API",
    "IPC_PATH_MAX_LEN",
    "PYZMQ_DRAFT_API",
    "__revision__",
    "__version__",
    "constants",
    "curve_keypair",
    "curve_public",
    "error",
    "get_includes",
    "get_library_dirs",
    "has",
    "pyzmq_version",
    "pyzmq_version_info",
    "zerowire_version",
    "zmq_version",
    "zmq_version_info",
]
__all__ += constants.__all__


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
