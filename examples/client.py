"""Ask, and wait for the answer: the REQ end of REQ/REP.

Name several ports, and the servers there take turns:

    python client.py 5546 5556
"""

import argparse

import zerowire as zmq


def main() -> None:
    parser = argparse.ArgumentParser(description="Ask, and wait for the answer.")
    parser.add_argument("ports", nargs="*", default=[5556], type=int)
    parser.add_argument("--name", default="client")
    parser.add_argument("--count", type=int, default=10, help="how many requests to send")
    options = parser.parse_args()

    with zmq.Context() as context, context.socket(zmq.REQ) as socket:
        socket.setsockopt(zmq.LINGER, 1000)  # ms to wait, at the end, for a server that never came
        for port in options.ports:
            socket.connect(f"tcp://localhost:{port}")
        print(f"Asking {options.ports}")

        for number in range(1, options.count + 1):
            socket.send_string(f"Hello {number} from {options.name}")
            print(f"Received: {socket.recv_string()}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped")
