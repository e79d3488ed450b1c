"""Give each request to the worker who has been free the longest: ROUTER in the middle, twice.

    python load_balancer.py                                                     the story in short
    python load_balancer.py broker tcp://127.0.0.1:5621 tcp://127.0.0.1:5622
    python load_balancer.py worker tcp://127.0.0.1:5622 Anna                    as often as you like
    python load_balancer.py client tcp://127.0.0.1:5621 0.3 0 0                 as often as you like

PUSH and DEALER deal out messages in turn, to slow workers as to fast ones. Here a worker says
when she is free. The broker sends a request to nobody else, and while nobody is free requests
wait in the queues of ZeroMQ, where they hold up the clients when there are too many.
"""

import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from tempfile import TemporaryDirectory

import zerowire as zmq


def broker(front: str, back: str) -> None:
    """Pass requests to free workers, and replies to the clients who asked."""
    free: deque[bytes] = deque()  # the one who has been free the longest comes first
    with (
        zmq.Context() as context,
        context.socket(zmq.ROUTER) as clients,
        context.socket(zmq.ROUTER) as workers,
    ):
        clients.bind(front)
        print("The broker is ready")
        workers.bind(back)
        poller = zmq.Poller()
        poller.register(workers, zmq.POLLIN)
        while True:
            poller.register(clients, zmq.POLLIN if free else 0)
            ready = dict(poller.poll())
            if workers in ready:
                worker, _, *reply = workers.recv_multipart()
                free.append(worker)
                if reply != [b"free"]:
                    clients.send_multipart(reply)
            if clients in ready:
                workers.send_multipart([free.popleft(), b"", *clients.recv_multipart()])


def worker(endpoint: str, name: str = "Worker") -> None:
    """Do jobs for ever: sleep as many seconds as each says."""
    with zmq.Context() as context, context.socket(zmq.REQ) as socket:
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(endpoint)
        print(f"{name} is ready")
        socket.send(b"free")  # a worker asks for work: with this, or with the reply to the last request
        while True:
            *client, job = socket.recv_multipart()
            time.sleep(float(job))
            socket.send_multipart([*client, name.encode()])


def client(endpoint: str, *jobs: str) -> None:
    """Have jobs done, all at the same time, and tell by whom."""
    with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
        socket.setsockopt(zmq.LINGER, 1000)  # ms to wait, at the end, for a broker who never came
        socket.connect(endpoint)
        print(f"Asking for {len(jobs)} jobs")
        for name in ask(socket, jobs):
            print(f"Done by {name}")


def ask(socket: zmq.Socket, jobs: Sequence[str]) -> list[str]:
    """Send all jobs, and return who did them, in the order in which they were done."""
    for job in jobs:
        socket.send_multipart([b"", job.encode()])  # the empty frame ends the address, as that of a REQ does
    return [socket.recv_multipart()[-1].decode() for _ in jobs]


def demo() -> None:
    """Let a long job keep Anna busy while Ben does five short ones; then both are free."""
    with TemporaryDirectory() as folder, zmq.Context() as context, context.socket(zmq.DEALER) as socket:
        front, back = f"ipc://{folder}/front", f"ipc://{folder}/back"
        threading.Thread(target=broker, args=(front, back), daemon=True).start()
        socket.connect(front)
        socket.wait_for_peers(1)
        threading.Thread(target=worker, args=(back, "Anna"), daemon=True).start()
        print(f"A first job is done by {', '.join(ask(socket, ['0']))}")
        threading.Thread(target=worker, args=(back, "Ben"), daemon=True).start()
        ends = ask(socket, ["0.5", "0", "0", "0", "0", "0"])
        print(f"A long job and five short ones are done, in this order, by {', '.join(ends)}")
        turns = [name for _ in range(4) for name in ask(socket, ["0"])]
        print(f"Then both are free, and four more jobs are done by {', '.join(turns)}")


ROLES: dict[str, Callable[..., None]] = {"broker": broker, "worker": worker, "client": client, "demo": demo}


if __name__ == "__main__":
    name, *words = sys.argv[1:] or ["demo"]
    if name not in ROLES:
        sys.exit(__doc__)
    try:
        ROLES[name](*words)
    except KeyboardInterrupt:
        print("Stopped")
