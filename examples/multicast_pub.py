"""Draw a lottery for the whole network: PUB/SUB by multicast, each draw sent once for all who listen.

    python multicast_sub.py
    python multicast_pub.py

On a network of several machines both ends name an interface of theirs: --interface eth0.
A libzmq with PGM can be either end.
"""

import argparse
import itertools
import random
import time

import zerowire as zmq


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw a lottery for the whole network.")
    parser.add_argument("port", nargs="?", default=5556, type=int)
    parser.add_argument("--group", default="239.192.1.1", help="the address that is sent to")
    parser.add_argument("--interface", default="127.0.0.1", help="name or address of an interface")
    parser.add_argument("--rate", default=10_000, type=int, help="kilobits to send a second, at most")
    parser.add_argument("--count", type=int, help="end after so many draws")
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between two draws")
    options = parser.parse_args()

    with zmq.Context() as context, context.socket(zmq.PUB) as socket:
        socket.setsockopt(zmq.RATE, options.rate)  # nothing else slows a publisher down
        socket.setsockopt(zmq.RECOVERY_IVL, 2000)  # ms for which what was missed can be repeated
        socket.setsockopt(zmq.LINGER, 1000)  # ms to repeat what was missed, at the end
        socket.bind(f"epgm://{options.interface};{options.group}:{options.port}")
        print(f"Publishing to {options.group} on port {options.port}")

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
