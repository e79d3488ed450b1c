"""Services with a name, workers who offer them, and a broker who knows which are there.

    python majordomo.py                                           the story in short
    python majordomo.py broker tcp://127.0.0.1:5641
    python majordomo.py worker tcp://127.0.0.1:5641 upper         or lower, or title; as often as you like
    python majordomo.py client tcp://127.0.0.1:5641 upper hello
    python majordomo.py client tcp://127.0.0.1:5641 mmi.service upper

All speak the Majordomo Protocol (RFC 7), and the broker tells whether a service is there
(RFC 8). He keeps what a worker has in hand until she replies. If she falls silent, the next
worker gets it; if there is none, it waits for one. So workers may come, go and die. A client
asks again when the broker has died, so a request may be done twice, and must do no harm then.
"""

import subprocess
import sys
import time
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import TemporaryDirectory

import zerowire as zmq

INTERVAL = 0.1  # seconds between two heartbeats
EXPIRY = 0.5  # seconds of silence until the other side counts as dead; no request takes that long
PATIENCE = 1000  # milliseconds until a client repeats its request
SERVICES = {"upper": bytes.upper, "lower": bytes.lower, "title": bytes.title}


class MDP:
    """The words of the protocol: who speaks, and what a worker is told or tells."""

    CLIENT, WORKER = b"MDPC01", b"MDPW01"
    READY, REQUEST, REPLY, HEARTBEAT, DISCONNECT = b"\x01", b"\x02", b"\x03", b"\x04", b"\x05"


@dataclass
class Worker:
    """What the broker knows of a worker."""

    service: bytes
    heard: float
    request: list[bytes] | None = None  # what she has in hand


class Broker:
    """Who gives each request to the worker that has been free the longest."""

    def __init__(self, socket: zmq.Socket) -> None:
        self.socket = socket
        self.workers: dict[bytes, Worker] = {}
        self.requests: defaultdict[bytes, deque[list[bytes]]] = defaultdict(deque)

    def receive(self, now: float) -> None:
        """Take in one message. A worker who breaks the protocol is told to begin anew."""
        match self.socket.recv_multipart():
            case [client, b"", MDP.CLIENT, service, *body] if service.startswith(b"mmi."):
                self.socket.send_multipart([client, b"", MDP.CLIENT, service, self.manage(service, body)])
            case [client, b"", MDP.CLIENT, service, *body]:
                self.requests[service].append([client, b"", *body])
            case [address, b"", MDP.WORKER, MDP.READY, service] if address not in self.workers:
                self.workers[address] = Worker(service, now)
            case [address, b"", MDP.WORKER, MDP.REPLY, client, b"", *body] if address in self.workers:
                service = self.workers.pop(address).service
                self.workers[address] = Worker(service, now)  # at the end of the line
                self.socket.send_multipart([client, b"", MDP.CLIENT, service, *body])
            case [address, b"", MDP.WORKER, MDP.HEARTBEAT] if address in self.workers:
                self.workers[address].heard = now
            case [address, b"", MDP.WORKER, *_]:
                self.forget(address)
                self.socket.send_multipart([address, b"", MDP.WORKER, MDP.DISCONNECT])

    def manage(self, service: bytes, body: list[bytes]) -> bytes:
        """Return the status that answers a question about services."""
        if service != b"mmi.service":
            return b"501"
        return b"200" if any([worker.service] == body for worker in self.workers.values()) else b"404"

    def forget(self, address: bytes) -> None:
        """Let a worker go, and put what she had in hand at the head of the line."""
        worker = self.workers.pop(address, None)
        if worker and worker.request:
            self.requests[worker.service].appendleft(worker.request)

    def look_after(self, now: float) -> None:
        """Forget who is silent, and give what waits to those who are free."""
        for address, worker in list(self.workers.items()):
            if worker.heard < now - EXPIRY:
                self.forget(address)
            elif worker.request is None and self.requests[worker.service]:
                worker.request = self.requests[worker.service].popleft()
                self.socket.send_multipart([address, b"", MDP.WORKER, MDP.REQUEST, *worker.request])


def broker(endpoint: str) -> None:
    """Serve clients and workers for ever."""
    with zmq.Context() as context, context.socket(zmq.ROUTER) as socket:
        socket.bind(endpoint)
        print("The broker is ready")
        serving, beat = Broker(socket), 0.0
        while True:
            ready = socket.poll(INTERVAL * 1000)
            now = time.monotonic()
            if ready:
                serving.receive(now)
            serving.look_after(now)
            if now > beat:
                beat = now + INTERVAL
                for address in serving.workers:
                    socket.send_multipart([address, b"", MDP.WORKER, MDP.HEARTBEAT])


def worker(endpoint: str, service: str, pause: str = "0") -> None:
    """Offer a service for ever; each request takes some seconds. Begin anew when the broker is silent."""
    with zmq.Context() as context:
        print(f"Offering {service}")
        while True:
            with context.socket(zmq.DEALER) as socket:
                socket.setsockopt(zmq.LINGER, 0)
                socket.connect(endpoint)
                socket.send_multipart([b"", MDP.WORKER, MDP.READY, service.encode()])
                serve(socket, SERVICES[service], float(pause))


def serve(socket: zmq.Socket, work: Callable[[bytes], bytes], pause: float) -> None:
    """Do what the broker says until he is silent, or says that it is over."""
    heard = time.monotonic()
    while time.monotonic() < heard + EXPIRY:
        if socket.poll(INTERVAL * 1000):
            match socket.recv_multipart():
                case [b"", MDP.WORKER, MDP.REQUEST, client, b"", *body]:
                    time.sleep(pause)  # hard work
                    reply = [work(frame) for frame in body]
                    socket.send_multipart([b"", MDP.WORKER, MDP.REPLY, client, b"", *reply])
                case [b"", MDP.WORKER, MDP.DISCONNECT]:
                    return
            heard = time.monotonic()
        socket.send_multipart([b"", MDP.WORKER, MDP.HEARTBEAT])


def ask(context: zmq.Context, endpoint: str, service: str, word: str) -> str:
    """Return the reply of a service; ask again, with a new socket, when there is none in time."""
    while True:
        with context.socket(zmq.REQ) as socket:
            socket.setsockopt(zmq.LINGER, 0)
            socket.setsockopt(zmq.RCVTIMEO, PATIENCE)
            socket.connect(endpoint)
            socket.send_multipart([MDP.CLIENT, service.encode(), word.encode()])
            try:
                return socket.recv_multipart()[-1].decode()
            except zmq.Again:
                continue


def client(endpoint: str, service: str, *words: str) -> None:
    """Ask a service for something about each word."""
    with zmq.Context() as context:
        print(f"Asking {service}")
        for word in words:
            print(f"Reply: {ask(context, endpoint, service, word)}")


def demo() -> None:
    """Look for a service, wait for a worker, and kill one with a request in her hands."""
    with ExitStack() as stack:
        endpoint = f"ipc://{stack.enter_context(TemporaryDirectory())}/broker"
        context = stack.enter_context(zmq.Context())

        def start(*words: str) -> subprocess.Popen[bytes]:
            process = subprocess.Popen([sys.executable, __file__, *words], stdout=subprocess.DEVNULL)
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        start("broker", endpoint)
        print(f"Is there a service called upper? {ask(context, endpoint, 'mmi.service', 'upper')}")
        first = start("worker", endpoint, "upper")
        print(f"A request waits for the first worker: {ask(context, endpoint, 'upper', 'hello')}")
        print(f"Is there a service called upper? {ask(context, endpoint, 'mmi.service', 'upper')}")
        first.kill()
        start("worker", endpoint, "upper")
        print(
            f"She is killed, and another does what she was to do: {ask(context, endpoint, 'upper', 'world')}"
        )


ROLES: dict[str, Callable[..., None]] = {"broker": broker, "worker": worker, "client": client, "demo": demo}


if __name__ == "__main__":
    name, *words = sys.argv[1:] or ["demo"]
    if name not in ROLES:
        sys.exit(__doc__)
    try:
        ROLES[name](*words)
    except KeyboardInterrupt:
        print("Stopped")
