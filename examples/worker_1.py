"""Do the work that comes: the PULL end of PUSH/PULL.

Start it several times, with a name each, and the work is shared:

    python worker_1.py --name Anna
    python worker_1.py --name Ben
"""

import argparse
import itertools

import zerowire as zmq


def main() -> None:
    parser = argparse.ArgumentParser(description="Do the work that comes.")
    parser.add_argument("port", nargs="?", default=5557, type=int)
    parser.add_argument("--name", default="Worker 1")
    parser.add_argument("--count", type=int, help="end after so many pieces of work")
    options = parser.parse_args()

    with zmq.Context() as context, context.socket(zmq.PULL) as socket:
        socket.connect(f"tcp://localhost:{options.port}")
        print(f"{options.name} is ready")

        for number in itertools.count(1):
            work = socket.recv_string()
            print(f"{options.name} did: {work}")
            if number == options.count:
                break


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped")
