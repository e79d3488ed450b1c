"""What pyzmq asks of a backend: zmq.backend.select."""

from __future__ import annotations

from importlib import import_module
from typing import Any

public_api = [
    "Context",
    "Frame",
    "IPC_PATH_MAX_LEN",
    "Message",
    "PYZMQ_DRAFT_API",
    "Socket",
    "curve_keypair",
    "curve_public",
    "has",
    "proxy",
    "proxy_steerable",
    "strerror",
    "zmq_errno",
    "zmq_poll",
    "zmq_version_info",
]


def select_backend(name: str) -> dict[str, Any]:
    """Return the names that a module has of those in public_api, and monitored_queue.

    Raises:
        ImportError: There is no such module, or it lacks one of them.
    """
    module = import_module(name)
    try:
        return {each: getattr(module, each) for each in (*public_api, "monitored_queue")}
    except AttributeError as error:
        raise ImportError(f"{name} is no backend: {error}", name=name) from error
