"""RADIO and DISH of ZeroWire, on a host of its own: arguments and words are those of udp_node.js."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import zerowire as zmq


def radio(context: zmq.Context, endpoint: str, words: str) -> None:
    with context.socket(zmq.RADIO) as socket:
        socket.ipv6 = True
        socket.connect(endpoint)
        for group, body in json.loads(words):
            socket.send(bytes.fromhex(body), group=group)


def dish(context: zmq.Context, endpoint: str, words: str, count: str) -> None:
    with context.socket(zmq.DISH) as socket:
        socket.ipv6, socket.rcvtimeo = True, 10_000
        socket.bind(endpoint)
        for group in json.loads(words):
            socket.join(group)
        print("ready", flush=True)
        for _ in range(int(count)):
            frame = socket.recv(copy=False)
            print(json.dumps([frame.group, frame.bytes.hex()]), flush=True)


if __name__ == "__main__":
    role, *arguments = sys.argv[1:]
    with zmq.Context() as context:
        roles: dict[str, Callable[..., None]] = {"radio": radio, "dish": dish}
        roles[role](context, *arguments)
