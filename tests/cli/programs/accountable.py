"""Does what is known to the message: sends, drops, loses, has a peer die; then waits for its input to end.

It prints a line of JSON: what stats() says of each socket, and where its page is.
"""

from __future__ import annotations

import json
import subprocess
import sys
from time import monotonic, sleep

import zerowire as zmq
import zerowire.page

PATIENCE = 20_000  # milliseconds
MORTAL = """
import sys
import zerowire as zmq
pull = zmq.Context().socket(zmq.PULL)
pull.connect(sys.argv[1])
for _ in range(10):
    pull.recv()
print("all here", flush=True)
sys.stdin.read()
"""


def wait_until(condition: object) -> None:
    """Wait for what others do."""
    deadline = monotonic() + PATIENCE / 1000
    while not condition():  # type: ignore[operator]
        if monotonic() > deadline:
            sys.exit("this did not happen in time")
        sleep(0.002)


def open_socket(context: zmq.Context, kind: int, name: str) -> zmq.Socket:
    """Return a socket that is called so."""
    socket = context.socket(kind)
    socket.linger, socket.rcvtimeo, socket.sndtimeo = 0, PATIENCE, PATIENCE
    socket.set(zmq.METADATA, b"X-Name:" + name.encode())
    return socket


context = zmq.Context()
feeder, eater = open_socket(context, zmq.PUSH, "feeder"), open_socket(context, zmq.PULL, "eater")
feeder.bind("tcp://127.0.0.1:*")
eater.connect(feeder.get_string(zmq.LAST_ENDPOINT))
for _ in range(100):
    feeder.send(b"ten octets")
for _ in range(60):
    eater.recv()
wait_until(lambda: eater.stats().queued_in == 40)

news, reader = open_socket(context, zmq.PUB, "news"), open_socket(context, zmq.SUB, "reader")
news.sndhwm = reader.rcvhwm = 5  # over inproc both count: 10 may wait
news.bind("inproc://news")
reader.connect("inproc://news")
reader.subscribe("")
news.wait_for_subscribers(timeout=PATIENCE)
for _ in range(25):
    news.send(b"headline")
for _ in range(4):
    reader.recv()

widow = open_socket(context, zmq.PUSH, "widow")
widow.bind("tcp://127.0.0.1:*")
command = [sys.executable, "-c", MORTAL, widow.get_string(zmq.LAST_ENDPOINT)]
with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as mortal:
    for _ in range(10):
        widow.send(b"last words")
    assert mortal.stdout is not None
    mortal.stdout.readline()
    mortal.kill()
wait_until(lambda: not widow.peers())

hopeless = open_socket(context, zmq.PUSH, "hopeless")
nowhere = "ipc:///nowhere/at/all"
hopeless.connect(nowhere)
for _ in range(7):
    hopeless.send(b"is anybody there?")
hopeless.disconnect(nowhere)

page = zerowire.page.serve(context, port=0)
sockets = {
    "feeder": feeder,
    "eater": eater,
    "news": news,
    "reader": reader,
    "widow": widow,
    "hopeless": hopeless,
}
stats = {name: socket.stats()._asdict() for name, socket in sockets.items()}
for row in stats.values():
    row["peers"] = sum(peer.state == "ready" for peer in row["peers"])
print(json.dumps({"url": page.url, "stats": stats}), flush=True)
sys.stdin.read()
page.close()
context.destroy(0)
