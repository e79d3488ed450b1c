"""Draw a lottery in public: the PUB end of PUB/SUB.

    python pub.py
    python sub.py 5556 1

Whoever is not listening misses the draw: a publisher waits for nobody.
With --connect it feeds forwarder.py, as one of several publishers.
"""

import argparse
import itertools
import random
import time

import zerowire as zmq


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw a lottery in public.")
    parser.add_argument("port", nargs="?", default=5556, type=int)
    parser.add_argument("--connect", action="store_true", help="connect to the port of a device")
    parser.add_argument("--count", type=int, help="end after so many draws")
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between two draws")
    options = parser.parse_args()

    with zmq.Context() as context, context.socket(zmq.PUB) as socket:
        socket.setsockopt(zmq.LINGER, 1000)  # ms to wait, at the end, for a slow subscriber
        if options.connect:
            socket.connect(f"tcp://localhost:{options.port}")
        else:
            socket.bind(f"tcp://*:{options.port}")
        print(f"Publishing on port {options.port}")

        for draw in itertools.count(1):
            ball = random.randrange(1, 50)
            socket.send_string(f"{ball} draw {draw}")
            print(f"Published: {ball} draw {draw}")
            if draw == options.count:
                break
            time.sleep(options.pause)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped")
