"""Frames that are for a peer or a group, while other greenlets run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import zerowire.green as zmq

PATIENCE = 10_000  # milliseconds


def test_server_waits_for_room_in_the_hub(context: zmq.Context, spawn: Callable[..., Any]) -> None:
    """SRV-1."""
    with context.socket(zmq.SERVER) as server, context.socket(zmq.CLIENT) as client:
        server.sndhwm = client.rcvhwm = 1
        server.bind("inproc://drafts")
        client.connect("inproc://drafts")
        client.send(b"question")
        asked = server.recv(copy=False)
        server.send(b"1", routing_id=asked.routing_id)
        server.send_multipart([b"2"], routing_id=asked.routing_id)
        sending = spawn(lambda: server.send(b"3", routing_id=asked.routing_id))
        also = spawn(lambda: server.send_multipart([b"4"], routing_id=asked.routing_id))
        assert not sending.ready()
        assert {client.recv() for _ in range(4)} == {b"1", b"2", b"3", b"4"}
        sending.get(timeout=10)
        also.get(timeout=10)


def test_radio_sends_to_a_group(context: zmq.Context) -> None:
    """RADIO-1."""
    with context.socket(zmq.RADIO) as radio, context.socket(zmq.DISH) as dish:
        radio.bind("inproc://drafts")
        dish.connect("inproc://drafts")
        dish.join("news")
        assert radio.wait_for_subscribers(topic="news", timeout=PATIENCE)
        radio.send(b"no", group="sport")
        radio.send(b"yes", group="news")
        assert dish.recv() == b"yes"
