"""Listen to the balls of a lottery that begin with a prefix: the SUB end of PUB/SUB.

python sub.py 5556 1        hears ball 1, and 10 to 19 as well
python sub.py 5556 ""       hears everything
"""

import argparse
import itertools

import zerowire as zmq


def main() -> None:
    parser = argparse.ArgumentParser(description="Listen to the balls that begin with a prefix.")
    parser.add_argument("port", nargs="?", default=5556, type=int)
    parser.add_argument("topic", nargs="?", default="1")
    parser.add_argument("--count", type=int, help="end after so many messages")
    options = parser.parse_args()

    with zmq.Context() as context, context.socket(zmq.SUB) as socket:
        socket.setsockopt_string(zmq.SUBSCRIBE, options.topic)
        socket.connect(f"tcp://localhost:{options.port}")
        print(f"Subscribed to {options.topic!r} on port {options.port}")

        for number in itertools.count(1):
            message = socket.recv_string()
            print(f"Received: {message}")
            if number == options.count:
                break


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped")
