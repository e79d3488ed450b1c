"""Listen to a lottery that is sent to the whole network, and tell what the network has lost.

    python multicast_sub.py
    python multicast_pub.py

Start as many as you like: the publisher does not notice. A libzmq with PGM can be either end.
"""

import argparse
import itertools

import zerowire as zmq


def main() -> None:
    parser = argparse.ArgumentParser(description="Listen to the balls that begin with a prefix.")
    parser.add_argument("port", nargs="?", default=5556, type=int)
    parser.add_argument("topic", nargs="?", default="")
    parser.add_argument("--group", default="239.192.1.1", help="the address that is listened to")
    parser.add_argument("--interface", default="127.0.0.1", help="name or address of an interface")
    parser.add_argument("--rate", default=10_000, type=int, help="as the publisher has it")
    parser.add_argument("--count", type=int, help="end after so many messages")
    options = parser.parse_args()

    with zmq.Context() as context, context.socket(zmq.SUB) as socket:
        socket.setsockopt(zmq.RATE, options.rate)  # with the next, how much is kept while some is missing
        socket.setsockopt(zmq.RECOVERY_IVL, 2000)
        socket.setsockopt_string(zmq.SUBSCRIBE, options.topic)
        socket.connect(f"epgm://{options.interface};{options.group}:{options.port}")
        print(f"Listening to {options.group} on port {options.port}")

        for number in itertools.count(1):
            print(f"Received: {socket.recv_string()}")
            if number == options.count:
                break

        for source in socket.peers():  # everybody who publishes to the group
            if seen := source.multicast:
                print(f"Of {seen.packets} packets {seen.repaired} came when asked for, and {seen.lost} never")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped")
