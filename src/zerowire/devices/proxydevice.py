"""Devices with a third socket that gets a copy of every message."""

from __future__ import annotations

from typing import Any

from zerowire.api.proxy import proxy
from zerowire.api.socket import Socket
from zerowire.constants import SocketType
from zerowire.devices.basedevice import Device, ProcessDevice, ThreadDevice
from zerowire.devices.plug import Plug


class Proxy(Device):
    """A device with a monitor socket, which the methods that end in _mon are about."""

    def __init__(self, in_type: int, out_type: int, mon_type: int = SocketType.PUB) -> None:
        """Prepare a proxy.

        Args:
            in_type, out_type: The types of the sockets at the front and the back.
            mon_type: The type of the socket that gets the copies.
        """
        super().__init__(in_type=in_type, out_type=out_type)
        self.mon_type = mon_type
        self._mon = Plug(mon_type)
        self._plugs.append(self._mon)

    def setsockopt_mon(self, opt: int, value: Any) -> None:
        """Set an option of the monitor socket when it is made."""
        self._mon.options.append((opt, value))

    def bind_mon(self, addr: str) -> None:
        """Bind the monitor socket to an endpoint when it is made."""
        self._mon.binds.append(addr)

    def bind_mon_to_random_port(self, addr: str, *args: int, **kwargs: int) -> int:
        """Bind the monitor socket to a port that is free now; see Socket.bind_to_random_port()."""
        return self._mon.bind_to_random_port(addr, *args, **kwargs)

    def connect_mon(self, addr: str) -> None:
        """Connect the monitor socket to an endpoint when it is made."""
        self._mon.connects.append(addr)

    def _run(self, *sockets: Socket) -> None:
        proxy(*sockets)


class ThreadProxy(ThreadDevice, Proxy):
    """A Proxy in a thread."""


class ProcessProxy(ProcessDevice, Proxy):
    """A Proxy in a process."""


__all__ = ["ProcessProxy", "Proxy", "ThreadProxy"]
