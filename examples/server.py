"""Answer every request: the REP end of REQ/REP.

Start as many servers as you like, each on a port of its own:

    python server.py 5546
    python server.py 5556
    python client.py 5546 5556

With --connect it stands behind queue.py, as one of several servers.
"""

import argparse
import itertools

import zerowire as zmq


def main() -> None:
    parser = argparse.ArgumentParser(description="Answer every request.")
    parser.add_argument("port", nargs="?", default=5556, type=int)
    parser.add_argument("--connect", action="store_true", help="connect to the port of a device")
    parser.add_argument("--count", type=int, help="end after so many requests")
    options = parser.parse_args()

    with zmq.Context() as context, context.socket(zmq.REP) as socket:
        if options.connect:
            socket.connect(f"tcp://localhost:{options.port}")
        else:
            socket.bind(f"tcp://*:{options.port}")
        print(f"Serving on port {options.port}")

        for number in itertools.count(1):
            request = socket.recv_string()
            print(f"Received: {request}")
            socket.send_string(f"World {number} from port {options.port} to: {request}")
            if number == options.count:
                break


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped")
