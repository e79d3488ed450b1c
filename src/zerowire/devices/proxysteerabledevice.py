"""Proxies that obey commands."""

from __future__ import annotations

from typing import Any

from zerowire.api.proxy import proxy_steerable
from zerowire.api.socket import Socket
from zerowire.constants import SocketType
from zerowire.devices.basedevice import ProcessDevice, ThreadDevice
from zerowire.devices.plug import Plug
from zerowire.devices.proxydevice import Proxy


class ProxySteerable(Proxy):
    """A proxy with a control socket, which the methods that end in _ctrl are about."""

    def __init__(
        self,
        in_type: int,
        out_type: int,
        mon_type: int = SocketType.PUB,
        ctrl_type: int | None = None,
    ) -> None:
        """Prepare a steerable proxy.

        Args:
            in_type, out_type, mon_type: As for Proxy.
            ctrl_type: The type of the socket that commands come to: PAIR or REP, say.

        Raises:
            TypeError: The latter is missing.
        """
        if ctrl_type is None:
            raise TypeError("a steerable proxy needs a ctrl_type: PAIR or REP, say")
        super().__init__(in_type, out_type, mon_type)
        self.ctrl_type = ctrl_type
        self._ctrl = Plug(ctrl_type)
        self._plugs.append(self._ctrl)

    def setsockopt_ctrl(self, opt: int, value: Any) -> None:
        """Set an option of the control socket when it is made."""
        self._ctrl.options.append((opt, value))

    def bind_ctrl(self, addr: str) -> None:
        """Bind the control socket to an endpoint when it is made."""
        self._ctrl.binds.append(addr)

    def bind_ctrl_to_random_port(self, addr: str, *args: int, **kwargs: int) -> int:
        """Bind the control socket to a port that is free now; see Socket.bind_to_random_port()."""
        return self._ctrl.bind_to_random_port(addr, *args, **kwargs)

    def connect_ctrl(self, addr: str) -> None:
        """Connect the control socket to an endpoint when it is made."""
        self._ctrl.connects.append(addr)

    def _run(self, *sockets: Socket) -> None:
        proxy_steerable(*sockets)


class ThreadProxySteerable(ThreadDevice, ProxySteerable):
    """A ProxySteerable in a thread."""


class ProcessProxySteerable(ProcessDevice, ProxySteerable):
    """A ProxySteerable in a process."""


__all__ = ["ProcessProxySteerable", "ProxySteerable", "ThreadProxySteerable"]
