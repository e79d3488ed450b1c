"""Devices, events, counts, threads: what stands around a socket."""

from __future__ import annotations

import threading

import zerowire as zmq
from zerowire.devices import ThreadDevice
from zerowire.utils.monitor import parse_monitor_message


def forward() -> ThreadDevice:
    device = ThreadDevice(zmq.QUEUE, zmq.ROUTER, zmq.DEALER)
    device.bind_in("tcp://127.0.0.1:*")
    device.connect_out("tcp://127.0.0.1:5556")
    device.setsockopt_in(zmq.ROUTING_ID, b"front")
    device.start()
    return device


def watch(socket: zmq.Socket) -> list[str]:
    events = socket.events(zmq.EVENT_CONNECTED | zmq.EVENT_DISCONNECTED, timeout=10)
    seen = [f"{event.event.name} {event.endpoint} {event.reason}" for event in events]
    monitor = socket.get_monitor_socket()
    known = parse_monitor_message(monitor.recv_multipart())
    return [*seen, str(known["event"])]


def count(socket: zmq.Socket) -> dict[str, int]:
    stats = socket.stats()
    return {peer.endpoint: peer.messages_in for peer in stats.peers}


def share(socket: zmq.Socket) -> threading.Thread:
    def work() -> None:
        message = socket.try_recv_multipart()
        if message is not None:
            print(len(message[0]))

    thread = threading.Thread(target=work)
    thread.start()
    return thread
