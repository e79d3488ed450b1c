"""Tell the weather to whoever listens, and to nobody in particular: the RADIO end of RADIO/DISH, over udp.

    python dish.py Rome Oslo
    python radio.py

Each report is one datagram to a group of multicast. It is heard by all who listen, or lost.
On a network of several machines both ends name an interface of theirs: --interface eth0.
"""

import argparse
import itertools
import random
import time

import zerowire as zmq

PLACES = "Rome", "Oslo", "Cairo"


def main() -> None:
    parser = argparse.ArgumentParser(description="Tell the weather to whoever listens.")
    parser.add_argument("port", nargs="?", default=5557, type=int)
    parser.add_argument("--group", default="239.192.1.2", help="the address that is sent to")
    parser.add_argument("--interface", default="127.0.0.1", help="name or address of an interface")
    parser.add_argument("--count", type=int, help="end after so many reports of each place")
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between two reports")
    options = parser.parse_args()

    with zmq.Context() as context, context.socket(zmq.RADIO) as socket:
        socket.setsockopt(zmq.MULTICAST_HOPS, 1)  # networks that a report may cross: none but its own
        socket.setsockopt(zmq.LINGER, 1000)
        socket.connect(f"udp://{options.interface};{options.group}:{options.port}")
        print(f"Telling {options.group} on port {options.port}")

        for number in itertools.count(1):
            for place in PLACES:
                report = f"{random.randint(-10, 40)} degrees, report {number}"
                socket.send_string(report, group=place)
                print(f"Told: {place} {report}")
            if number == options.count:
                break
            time.sleep(options.pause)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped")
