"""Stand between many managers and many workers: the streamer device.

    python streamer.py 5559 5560
    python worker_1.py 5560                 as often as you like
    python manager.py 5559 --connect        as often as you like

Both sides know only the device, so either may come and go.
"""

import argparse

import zerowire as zmq


def main() -> None:
    parser = argparse.ArgumentParser(description="Pass work on from managers to workers.")
    parser.add_argument("front", nargs="?", default=5559, type=int, help="the port for managers")
    parser.add_argument("back", nargs="?", default=5560, type=int, help="the port for workers")
    options = parser.parse_args()

    with zmq.Context() as context, context.socket(zmq.PULL) as front, context.socket(zmq.PUSH) as back:
        back.setsockopt(zmq.LINGER, 1000)  # ms to wait, at the end, for a slow worker
        front.bind(f"tcp://*:{options.front}")
        back.bind(f"tcp://*:{options.back}")
        print(f"Streaming from port {options.front} to port {options.back}")
        zmq.device(zmq.STREAMER, front, back)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped")
