"""Programs that end without close() or term(): python exiting.py CASE ENDPOINT."""

from __future__ import annotations

import sys
import threading

import zerowire as zmq

context = zmq.Context()
socket = context.socket(zmq.PUSH)
case, endpoint = sys.argv[1:]

if case == "unreachable":  # three messages for somebody who is not there
    socket.connect(endpoint)
    for _ in range(3):
        socket.send(b"unsent")
elif case == "no linger":
    socket.linger = 0
    socket.connect(endpoint)
    socket.send(b"dropped")
elif case == "stuck":  # a peer that accepts, and reads nothing
    socket.connect(endpoint)
    socket.sndtimeo = 0
    try:
        while True:
            socket.send(bytes(65536))
    except zmq.Again:
        pass
elif case == "tail":  # the peer reads: all of it arrives
    socket.connect(endpoint)
    for number in range(500):
        socket.send(b"%d" % number)
elif case == "waiting thread":
    socket.bind(endpoint)
    threading.Thread(target=context.socket(zmq.PULL).recv, daemon=True).start()
elif case == "busy thread":  # it calls again and again, and is between two calls at times
    puller = context.socket(zmq.PULL)
    puller.rcvtimeo = 0

    def work() -> None:
        while True:
            puller.try_recv()

    threading.Thread(target=work, daemon=True).start()
elif case == "global instance":
    zmq.Context.instance().socket(zmq.DEALER).connect(endpoint)
elif case == "exception":
    socket.connect(endpoint)
    socket.send(b"unsent")
    raise SystemExit(7)
else:
    raise SystemExit(f"what is {case}?")
