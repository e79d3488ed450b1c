"""Stand between many publishers and many subscribers: the forwarder device.

    python forwarder.py 5559 5560
    python sub.py 5560 1                    as often as you like
    python pub.py 5559 --connect            as often as you like

The device takes in everything; what a subscriber did not ask for stays here.
"""

import argparse

import zerowire as zmq


def main() -> None:
    parser = argparse.ArgumentParser(description="Pass news on from publishers to subscribers.")
    parser.add_argument("front", nargs="?", default=5559, type=int, help="the port for publishers")
    parser.add_argument("back", nargs="?", default=5560, type=int, help="the port for subscribers")
    options = parser.parse_args()

    with zmq.Context() as context, context.socket(zmq.SUB) as front, context.socket(zmq.PUB) as back:
        front.setsockopt_string(zmq.SUBSCRIBE, "")
        back.setsockopt(zmq.LINGER, 1000)  # ms to wait, at the end, for a slow subscriber
        front.bind(f"tcp://*:{options.front}")
        back.bind(f"tcp://*:{options.back}")
        print(f"Forwarding from port {options.front} to port {options.back}")
        zmq.device(zmq.FORWARDER, front, back)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped")
