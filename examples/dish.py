"""Listen to the weather of some places, and tell what was missed: the DISH end of RADIO/DISH, over udp.

    python dish.py Rome Oslo
    python radio.py

Start as many as you like: the radio does not notice.
"""

import argparse
import itertools

import zerowire as zmq


def main() -> None:
    parser = argparse.ArgumentParser(description="Listen to the weather of some places.")
    parser.add_argument("places", nargs="*", default=["Rome"], metavar="place", help="Rome, Oslo, Cairo")
    parser.add_argument("--port", default=5557, type=int)
    parser.add_argument("--group", default="239.192.1.2", help="the address that is listened to")
    parser.add_argument("--interface", default="127.0.0.1", help="name or address of an interface")
    parser.add_argument("--count", type=int, help="end after so many reports")
    options = parser.parse_args()

    with zmq.Context() as context, context.socket(zmq.DISH) as socket:
        for place in options.places:
            socket.join(place)
        socket.bind(f"udp://{options.interface};{options.group}:{options.port}")
        print(f"Listening to {options.group} on port {options.port}")

        for number in itertools.count(1):
            frame = socket.recv(copy=False)
            print(f"Heard: {frame.group} {frame.bytes.decode()}")
            if number == options.count:
                break

        for endpoint in socket.peers():
            if seen := endpoint.datagrams:
                print(f"Of {seen.received + seen.overflowed} reports there was no room for {seen.overflowed}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped")
