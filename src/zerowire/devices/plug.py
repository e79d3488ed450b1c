"""One socket of a device, before the device runs."""

from __future__ import annotations

from typing import Any

from zerowire.api.context import Context
from zerowire.api.socket import Socket
from zerowire.constants import SocketType
from zerowire.error import ZMQBindError

RESERVE_TRIES = 5


class Plug:
    """What a socket shall be: its type, its options, its endpoints.

    A device makes its sockets where it runs, in another thread or process, so until then
    it only remembers what it was told about them.
    """

    def __init__(self, socket_type: int) -> None:
        self.socket_type = socket_type
        self.options: list[tuple[int, Any]] = []
        self.binds: list[str] = []
        self.connects: list[str] = []
        self._reserved: set[int] = set()

    def bind_to_random_port(self, addr: str, *args: int, **kwargs: int) -> int:
        """Find a port that is free now, and remember to bind to it.

        Raises:
            ZMQBindError: There was none.
        """
        with Context() as context, context.socket(SocketType.PUSH) as trial:
            for _ in range(RESERVE_TRIES):
                port = trial.bind_to_random_port(addr, *args, **kwargs)
                if port not in self._reserved:
                    break
            else:
                raise ZMQBindError(f"no port of {addr} could be reserved in {RESERVE_TRIES} tries")
        self._reserved.add(port)
        self.binds.append(f"{addr}:{port}")
        return port


def open_sockets(context: Context, plugs: list[Plug]) -> list[Socket]:
    """Make the sockets; one whose type is negative is the one before it.

    Every option is set before any endpoint is used, and all bind before any connects.
    """
    sockets: list[Socket] = []
    try:
        for plug in plugs:
            sockets.append(sockets[-1] if plug.socket_type < 0 else context.socket(plug.socket_type))
        pairs = list(zip(plugs, sockets, strict=True))
        for plug, socket in pairs:
            for option, value in plug.options:
                socket.set(option, value)
        for plug, socket in pairs:
            for endpoint in plug.binds:
                socket.bind(endpoint)
        for plug, socket in pairs:
            for endpoint in plug.connects:
                socket.connect(endpoint)
    except BaseException:
        close_sockets(sockets)
        raise
    return sockets


def close_sockets(sockets: list[Socket]) -> None:
    """Close sockets."""
    for socket in sockets:
        socket.close()
