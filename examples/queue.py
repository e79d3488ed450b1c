"""Stand between many clients and many servers: the queue device.

    python queue.py 5559 5560
    python server.py 5560 --connect         as often as you like
    python client.py 5559                   as often as you like

Each request goes to one server, and its reply back to the client who asked.
"""

import argparse
import os
from pathlib import Path

if __name__ == "queue":
    # Some library says "import queue", and this folder comes first: be the standard module for it.
    exec(Path(os.__file__).with_name("queue.py").read_text())
else:
    import zerowire as zmq


def main() -> None:
    parser = argparse.ArgumentParser(description="Pass requests on from clients to servers.")
    parser.add_argument("front", nargs="?", default=5559, type=int, help="the port for clients")
    parser.add_argument("back", nargs="?", default=5560, type=int, help="the port for servers")
    options = parser.parse_args()

    with zmq.Context() as context, context.socket(zmq.ROUTER) as front, context.socket(zmq.DEALER) as back:
        for socket in front, back:
            socket.setsockopt(zmq.LINGER, 1000)  # ms to wait, at the end, for a slow peer
        front.bind(f"tcp://*:{options.front}")
        back.bind(f"tcp://*:{options.back}")
        print(f"Queueing from port {options.front} to port {options.back}")
        zmq.device(zmq.QUEUE, front, back)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped")
