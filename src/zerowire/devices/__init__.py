"""Proxies as objects that are configured first, and then run here, in a thread or in a process."""

from __future__ import annotations

from zerowire.api.proxy import device, proxy, proxy_steerable
from zerowire.constants import DeviceType
from zerowire.devices.basedevice import Device, ProcessDevice, ThreadDevice
from zerowire.devices.monitoredqueue import monitored_queue
from zerowire.devices.monitoredqueuedevice import (
    MonitoredQueue,
    ProcessMonitoredQueue,
    ThreadMonitoredQueue,
)
from zerowire.devices.proxydevice import ProcessProxy, Proxy, ThreadProxy
from zerowire.devices.proxysteerabledevice import (
    ProcessProxySteerable,
    ProxySteerable,
    ThreadProxySteerable,
)

__all__ = [
    "Device",
    "DeviceType",
    "MonitoredQueue",
    "ProcessDevice",
    "ProcessMonitoredQueue",
    "ProcessProxy",
    "ProcessProxySteerable",
    "Proxy",
    "ProxySteerable",
    "ThreadDevice",
    "ThreadMonitoredQueue",
    "ThreadProxy",
    "ThreadProxySteerable",
    "device",
    "monitored_queue",
    "proxy",
    "proxy_steerable",
]
