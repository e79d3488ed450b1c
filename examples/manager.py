"""Hand out work: the PUSH end of PUSH/PULL.

    python worker_1.py          in one terminal, and again in another
    python manager.py

Each piece goes to one worker; the workers take turns. With none there, the
manager waits. With --connect it feeds streamer.py, as one of several managers.
"""

import argparse
import time

import zerowire as zmq


def main() -> None:
    parser = argparse.ArgumentParser(description="Hand out work.")
    parser.add_argument("port", nargs="?", default=5557, type=int)
    parser.add_argument("--connect", action="store_true", help="connect to the port of a device")
    parser.add_argument("--count", type=int, default=20, help="how many pieces of work there are")
    parser.add_argument("--pause", type=float, default=0.1, help="seconds between two pieces")
    options = parser.parse_args()

    with zmq.Context() as context, context.socket(zmq.PUSH) as socket:
        socket.setsockopt(zmq.LINGER, 1000)  # ms to wait, at the end, for a worker who is late
        if options.connect:
            socket.connect(f"tcp://localhost:{options.port}")
        else:
            socket.bind(f"tcp://*:{options.port}")
        print(f"Handing out work on port {options.port}")

        for number in range(1, options.count + 1):
            socket.send_string(f"work {number}")
            print(f"Handed out: work {number}")
            time.sleep(options.pause)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped")
