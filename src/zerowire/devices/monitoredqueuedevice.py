"""Devices around monitored_queue()."""

from __future__ import annotations

from zerowire.api.socket import Socket
from zerowire.constants import SocketType
from zerowire.devices.basedevice import ProcessDevice, ThreadDevice
from zerowire.devices.monitoredqueue import monitored_queue
from zerowire.devices.proxydevice import Proxy


class MonitoredQueue(Proxy):
    """A proxy whose monitor socket gets messages after a frame that tells where they came from."""

    def __init__(
        self,
        in_type: int,
        out_type: int,
        mon_type: int = SocketType.PUB,
        in_prefix: bytes = b"in",
        out_prefix: bytes = b"out",
    ) -> None:
        """Prepare a monitored queue.

        Args:
            in_type, out_type, mon_type: As for Proxy.
            in_prefix: The frame before messages that came to the front.
            out_prefix: The frame before messages that came to the back.
        """
        super().__init__(in_type, out_type, mon_type)
        self._prefixes = in_prefix, out_prefix

    def _run(self, *sockets: Socket) -> None:
        frontend, backend, monitor = sockets
        monitored_queue(frontend, backend, monitor, *self._prefixes)


class ThreadMonitoredQueue(ThreadDevice, MonitoredQueue):
    """A MonitoredQueue in a thread."""


class ProcessMonitoredQueue(ProcessDevice, MonitoredQueue):
    """A MonitoredQueue in a process."""


__all__ = ["MonitoredQueue", "ProcessMonitoredQueue", "ThreadMonitoredQueue"]
