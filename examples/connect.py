"""Talk with one partner, who may answer whenever he likes: a PAIR that connects.

python bind.py
python connect.py
"""

import argparse

import zerowire as zmq


def main() -> None:
    parser = argparse.ArgumentParser(description="Talk with one partner, and begin.")
    parser.add_argument("port", nargs="?", default=5558, type=int)
    parser.add_argument("--count", type=int, default=5, help="how many sentences each side says")
    options = parser.parse_args()

    with zmq.Context() as context, context.socket(zmq.PAIR) as socket:
        socket.setsockopt(zmq.LINGER, 1000)  # ms to wait, at the end, for the partner
        socket.connect(f"tcp://localhost:{options.port}")
        print(f"Talking on port {options.port}")

        for number in range(1, options.count + 1):
            socket.send_string(f"remark {number}")
            print(f"Heard: {socket.recv_string()}")
            print(f"Heard: {socket.recv_string()}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped")
