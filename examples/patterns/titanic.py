"""Requests that survive everything but the disk: stored first, and answered when somebody can.

    python titanic.py                                                  the story in short
    python titanic.py store tcp://127.0.0.1:5651 /var/tmp/titanic
    python titanic.py worker tcp://127.0.0.1:5651                      as often as you like
    python titanic.py client tcp://127.0.0.1:5651 first hello          stores a request, named "first"
    python titanic.py client tcp://127.0.0.1:5651 first                waits for the reply to it

The store confirms a request when it is on the disk. So store, workers and clients need never be
there at the same time, and each may be killed at any moment. It is asked in the words of the
Titanic Service Protocol (RFC 9), but the client names a request, so that it is one request even
when he repeats it. Workers ask for work; what is not done in time goes to another, so it may be
done twice, and must do no harm then.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import zerowire as zmq

EXPIRY = 0.5  # seconds after which a worker must have died; no request takes that long
PATIENCE = 250  # milliseconds until a question is repeated
PAUSE = 0.05  # seconds until somebody asks again who was told that there is nothing yet
OK, PENDING, UNKNOWN = b"200", b"300", b"400"


class Store:
    """A folder with a file for each request, and one for each reply."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        done = {path.stem for path in folder.glob("*.reply")}
        self.due = {path.stem: 0.0 for path in folder.glob("*.request") if path.stem not in done}
        """When to hand out each request that has no reply."""

    def answer(self, question: bytes, name: str, word: bytes) -> list[bytes]:
        """Return a status, and what was asked for."""
        if question == b"titanic.work":
            return self.work()
        if not name.isidentifier():
            return [UNKNOWN]
        request, reply = self.folder / f"{name}.request", self.folder / f"{name}.reply"
        if question == b"titanic.reply":
            return [OK, reply.read_bytes()] if reply.exists() else [PENDING if name in self.due else UNKNOWN]
        if question == b"titanic.request" and not request.exists():
            self.save(request, word)
            self.due[name] = 0.0
        elif question == b"titanic.done" and name in self.due:  # it is not if another was faster
            self.save(reply, word)
            del self.due[name]
        elif question == b"titanic.close":
            self.due.pop(name, None)
            request.unlink(missing_ok=True)
            reply.unlink(missing_ok=True)
        return [OK]

    def work(self) -> list[bytes]:
        """Return a request to be done now, if there is any."""
        now = time.monotonic()
        for name, when in self.due.items():
            if when <= now:
                self.due[name] = now + EXPIRY
                return [OK, name.encode(), (self.folder / f"{name}.request").read_bytes()]
        return [PENDING]

    def save(self, path: Path, data: bytes) -> None:
        """Write a file so that it is there completely or not at all, whatever happens."""
        with (self.folder / "unfinished").open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(file.name, path)


def store(endpoint: str, folder: str) -> None:
    """Answer clients and workers for ever."""
    keeping = Store(Path(folder))
    with zmq.Context() as context, context.socket(zmq.REP) as socket:
        socket.bind(endpoint)
        print(f"The store is ready, and {len(keeping.due)} requests wait")
        while True:
            question, name, word = socket.recv_multipart()
            socket.send_multipart(keeping.answer(question, name.decode("ascii", "replace"), word))


def connect(context: zmq.Context, endpoint: str) -> zmq.Socket:
    """Return a REQ socket that may ask again, and hears the answer to its last question only."""
    socket = context.socket(zmq.REQ)
    socket.setsockopt(zmq.REQ_RELAXED, 1)
    socket.setsockopt(zmq.REQ_CORRELATE, 1)
    socket.setsockopt(zmq.RCVTIMEO, PATIENCE)
    socket.setsockopt(zmq.LINGER, 0)
    socket.connect(endpoint)
    return socket


def ask(socket: zmq.Socket, question: str, name: str, word: str = "") -> list[bytes]:
    """Return the answer of the store; ask again until there is one."""
    while True:
        socket.send_multipart([question.encode(), name.encode(), word.encode()])
        try:
            return socket.recv_multipart()
        except zmq.Again:
            continue


def wait(socket: zmq.Socket, question: str, name: str = "") -> list[str]:
    """Ask until the store has what is asked for, and return that."""
    while True:
        status, *frames = ask(socket, question, name)
        if status == OK:
            return [frame.decode() for frame in frames]
        if status != PENDING:
            sys.exit(f"The store knows no request named {name}")
        time.sleep(PAUSE)


def worker(endpoint: str, pause: str = "0") -> None:
    """Put words into capitals for ever; each takes some seconds."""
    with zmq.Context() as context, connect(context, endpoint) as socket:
        print("A worker is ready")
        while True:
            name, word = wait(socket, "titanic.work")
            time.sleep(float(pause))  # hard work
            ask(socket, "titanic.done", name, word.upper())


def client(endpoint: str, name: str, *words: str) -> None:
    """Have a word put into capitals some day; or, without one, wait for that, and have it forgotten."""
    with zmq.Context() as context, connect(context, endpoint) as socket:
        if words:
            print(f"Status: {ask(socket, 'titanic.request', name, *words)[0].decode()}")
        else:
            print(f"Reply: {wait(socket, 'titanic.reply', name)[0]}")
            ask(socket, "titanic.close", name)


def demo() -> None:
    """Kill the store, while it has requests and while it has replies."""
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        endpoint = f"ipc://{folder}/store"
        socket = stack.enter_context(connect(stack.enter_context(zmq.Context()), endpoint))

        def start(*words: str) -> subprocess.Popen[bytes]:
            process = subprocess.Popen([sys.executable, __file__, *words], stdout=subprocess.DEVNULL)
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        def restart(process: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
            process.kill()
            process.wait()
            return start("store", endpoint, f"{folder}/requests")

        words = {"first": "hello", "second": "wide", "third": "world"}
        storing = start("store", endpoint, f"{folder}/requests")
        states = [ask(socket, "titanic.request", name, word)[0].decode() for name, word in words.items()]
        print(f"Three requests are stored: {' '.join(states)}")
        storing = restart(storing)
        states = [ask(socket, "titanic.reply", name)[0].decode() for name in words]
        print(f"The store is killed and started again, and knows them: {' '.join(states)}")
        start("worker", endpoint)
        print(f"A worker comes: {' '.join(wait(socket, 'titanic.reply', name)[0] for name in words)}")
        restart(storing)
        replies = [wait(socket, "titanic.reply", name)[0] for name in words]
        print(f"The store is killed and started again, and knows the replies: {' '.join(replies)}")
        states = [ask(socket, "titanic.close", name)[0].decode() for name in words]
        print(f"They are closed: {' '.join(states)}; {len(os.listdir(f'{folder}/requests'))} files are left")


ROLES: dict[str, Callable[..., None]] = {"store": store, "worker": worker, "client": client, "demo": demo}


if __name__ == "__main__":
    name, *words = sys.argv[1:] or ["demo"]
    if name not in ROLES:
        sys.exit(__doc__)
    try:
        ROLES[name](*words)
    except KeyboardInterrupt:
        print("Stopped")
