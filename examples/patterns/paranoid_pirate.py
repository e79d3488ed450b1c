"""Requests that survive the death of workers, and of the queue: heartbeats both ways.

    python paranoid_pirate.py                                                   the story in short
    python paranoid_pirate.py queue tcp://127.0.0.1:5631 tcp://127.0.0.1:5632
    python paranoid_pirate.py worker tcp://127.0.0.1:5632 Anna                  as often as you like
    python paranoid_pirate.py client tcp://127.0.0.1:5631                       as often as you like

Queue and workers speak the Paranoid Pirate Protocol (RFC 6): a worker says READY, and then
both sides send heartbeats. The queue forgets a worker of whom it has not heard for a while;
a worker who has not heard of the queue says READY again. A client repeats a request that is
not answered in time. So a request may be done twice, and must do no harm when it is.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from tempfile import TemporaryDirectory

import zerowire as zmq

READY, HEARTBEAT = b"\x01", b"\x02"
INTERVAL = 0.1  # seconds between two heartbeats
EXPIRY = 0.5  # seconds of silence until the other side counts as dead
PATIENCE = 500  # milliseconds until a client repeats its request


def queue(front: str, back: str) -> None:
    """Give requests to the workers, to the one first who has been free the longest."""
    free: dict[bytes, float] = {}  # until when to believe in each worker
    beat = 0.0
    with (
        zmq.Context() as context,
        context.socket(zmq.ROUTER) as clients,
        context.socket(zmq.ROUTER) as workers,
    ):
        clients.bind(front)
        workers.bind(back)
        print("The queue is ready")
        poller = zmq.Poller()
        poller.register(workers, zmq.POLLIN)
        while True:
            poller.register(clients, zmq.POLLIN if free else 0)
            ready = dict(poller.poll(INTERVAL * 1000))
            now = time.monotonic()
            if workers in ready:
                worker, *frames = workers.recv_multipart()
                if frames != [HEARTBEAT] or worker in free:
                    free[worker] = now + EXPIRY
                if frames not in ([READY], [HEARTBEAT]):
                    clients.send_multipart(frames)
            free = {worker: until for worker, until in free.items() if until > now}
            if clients in ready and free:
                worker = next(iter(free))
                del free[worker]
                workers.send_multipart([worker, *clients.recv_multipart()])
            if now > beat:
                beat = now + INTERVAL
                for worker in free:
                    workers.send_multipart([worker, HEARTBEAT])


def worker(endpoint: str, name: str = "Worker", pause: str = "0") -> None:
    """Put words into capitals, for ever."""
    heard = float("-inf")  # when the queue spoke last
    with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(endpoint)
        print(f"{name} is ready")
        while True:
            if time.monotonic() > heard + EXPIRY:
                socket.send(READY)
                heard = time.monotonic()
            else:
                socket.send(HEARTBEAT)
            if socket.poll(INTERVAL * 1000):
                *client, word = socket.recv_multipart()
                if client:  # a HEARTBEAT has none
                    time.sleep(float(pause))  # hard work
                    socket.send_multipart([*client, word.upper(), name.encode()])
                heard = time.monotonic()


class Client:
    """Who asks until there is a reply."""

    def __init__(self, socket: zmq.Socket, endpoint: str) -> None:
        self.socket = socket
        socket.setsockopt(zmq.REQ_RELAXED, 1)  # may ask again
        socket.setsockopt(zmq.REQ_CORRELATE, 1)  # hears the reply to the last request only
        socket.setsockopt(zmq.RCVTIMEO, PATIENCE)
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(endpoint)

    def ask(self, word: str) -> tuple[str, str]:
        """Return a word in capitals, and who did it."""
        while True:
            self.socket.send_string(word)
            try:
                answer, name = self.socket.recv_multipart()
                return answer.decode(), name.decode()
            except zmq.Again:
                continue

    def meet(self, *names: str) -> str:
        """Ask until each of some workers has answered, and return their names."""
        met: set[str] = set()
        while not met.issuperset(names):
            met.add(self.ask("hello")[1])
        return " and ".join(sorted(met))


def client(endpoint: str, count: str = "10") -> None:
    """Have words put into capitals."""
    with zmq.Context() as context, context.socket(zmq.REQ) as socket:
        asking = Client(socket, endpoint)
        print(f"Asking {count} times")
        for number in range(1, int(count) + 1):
            answer, name = asking.ask(f"word {number}")
            print(f"Reply: {answer}, by {name}")


def demo() -> None:
    """Kill a worker and let her come back; then do that to the queue."""
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        front, back = f"ipc://{folder}/front", f"ipc://{folder}/back"
        context = stack.enter_context(zmq.Context())
        asking = Client(stack.enter_context(context.socket(zmq.REQ)), front)

        def start(*words: str) -> subprocess.Popen[bytes]:
            process = subprocess.Popen([sys.executable, __file__, *words], stdout=subprocess.DEVNULL)
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        queueing = start("queue", front, back)
        anna = start("worker", back, "Anna")
        start("worker", back, "Ben")
        print(f"{asking.meet('Anna', 'Ben')} are at work")
        anna.kill()
        names = {asking.ask(f"word {number}")[1] for number in range(5)}
        print(f"Anna is killed: five more requests are answered by {' and '.join(names)}")
        start("worker", back, "Anna")
        print(f"Anna is started again: {asking.meet('Anna', 'Ben')} are at work")
        queueing.kill()
        queueing.wait()
        start("queue", front, back)
        print(f"The queue is killed and started again: {asking.meet('Anna', 'Ben')} are at work")


ROLES: dict[str, Callable[..., None]] = {"queue": queue, "worker": worker, "client": client, "demo": demo}


if __name__ == "__main__":
    name, *words = sys.argv[1:] or ["demo"]
    if name not in ROLES:
        sys.exit(__doc__)
    try:
        ROLES[name](*words)
    except KeyboardInterrupt:
        print("Stopped")
