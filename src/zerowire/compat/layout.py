"""Which modules of pyzmq are what here.

zmq is zerowire, and zmq.x is zerowire.x, unless it is listed below. A name is zmq's own
name, unless ELSEWHERE has it.
"""

from __future__ import annotations

from zerowire.compat.select import public_api

VERSION = (
    "__revision__",
    "__version__",
    "pyzmq_version",
    "pyzmq_version_info",
    "zmq_version",
    "zmq_version_info",
)
ERRORS = (
    "Again",
    "ContextTerminated",
    "DraftFDWarning",
    "InterruptedSystemCall",
    "NotDone",
    "ZMQBaseError",
    "ZMQBindError",
    "ZMQError",
    "ZMQVersionError",
)

MODULES = {  # those that are modules here, too
    "zmq._future": "zerowire.compat.future",
    "zmq.backend.select": "zerowire.compat.select",
    "zmq.sugar.stopwatch": "zerowire.api.stopwatch",
    "zmq.sugar.version": "zerowire.compat.version",
    "zmq.tests": "zerowire.compat.tests",
}
NAMES: dict[str, tuple[str, ...]] = {  # those that only gather names
    "zmq._typing": ("TypeAlias",),
    "zmq.backend": (*public_api, "monitored_queue"),
    "zmq.sugar": (
        *("Context", "Frame", "Message", "MessageTracker", "Poller", "Socket", "Stopwatch", "SyncContext"),
        *("SyncSocket", "_FINISHED_TRACKER", "device", "proxy", "select"),
        *ERRORS,
        *VERSION,
    ),
    "zmq.sugar.attrsettr": ("AttributeSetter",),
    "zmq.sugar.context": ("Context", "SyncContext"),
    "zmq.sugar.frame": ("Frame", "Message"),
    "zmq.sugar.poll": ("Poller", "select"),
    "zmq.sugar.socket": ("Socket", "SyncSocket"),
    "zmq.sugar.tracker": ("MessageTracker", "_FINISHED_TRACKER"),
}
ELSEWHERE = {  # names that zerowire itself does not have, or not with this meaning
    "AttributeSetter": "zerowire.compat.attrsettr",
    "Stopwatch": "zerowire.api.stopwatch",
    "TypeAlias": "typing",
    "__revision__": "zerowire.compat.version",
    "__version__": "zerowire.compat.version",
    "monitored_queue": "zerowire.devices.monitoredqueue",
}

ADDED = {  # names that modules of ours get from ELSEWHERE
    "zmq": ("Stopwatch", "__revision__", "__version__"),
    "zmq.green": ("Stopwatch",),
}
LOADED = ("zmq.backend.select", "zmq.sugar", "zmq.utils.interop", "zmq.utils.jsonapi")  # with zmq itself
