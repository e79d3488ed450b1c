"""Send a file to many, each as fast as he can take it: chunks on credit, ROUTER to DEALER.

    python file_transfer.py                                                     the story in short
    python file_transfer.py sender tcp://127.0.0.1:5671 film.mp4
    python file_transfer.py receiver tcp://127.0.0.1:5671 copy.mp4              as often as you like
    python file_transfer.py receiver tcp://127.0.0.1:5671 copy.mp4 1            with a credit of one chunk

A receiver asks for chunks, and for no more at a time than his credit: so never more than that
is on the way to him, however large the file is and however slow he is. The sender remembers
nothing about receivers. When chunks do not come in time, since the sender was started again say,
the receiver asks for them once more. At the end the SHA-256 tells whether the file is right.
"""

import hashlib
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import zerowire as zmq

CHUNK = 64 * 1024
PATIENCE = 500  # milliseconds until chunks are asked for again


def sender(endpoint: str, path: str) -> None:
    """Give chunks of a file to all who ask, for ever."""
    with open(path, "rb") as file, zmq.Context() as context, context.socket(zmq.ROUTER) as socket:
        digest = hashlib.file_digest(file, "sha256").hexdigest().encode()
        size = b"%d" % file.tell()
        socket.bind(endpoint)
        print(f"Sending {path}")
        while True:
            match socket.recv_multipart():
                case [receiver, b"about"]:
                    socket.send_multipart([receiver, b"about", size, digest])
                case [receiver, b"fetch", offset] if offset.isdigit():
                    file.seek(int(offset))
                    socket.send_multipart([receiver, b"chunk", offset, file.read(CHUNK)])


def ask_about(socket: zmq.Socket) -> tuple[int, str]:
    """Return the size and the SHA-256 of the file."""
    while True:
        socket.send(b"about")
        try:
            _, size, digest = socket.recv_multipart()
        except zmq.Again:
            continue
        return int(size), digest.decode()


def fetch(endpoint: str, path: Path, credit: int) -> Iterator[float]:
    """Fetch the file, and yield again and again how much of it is there, from 0 to 1."""
    with zmq.Context() as context, context.socket(zmq.DEALER) as socket, path.open("w+b") as file:
        socket.setsockopt(zmq.RCVTIMEO, PATIENCE)
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(endpoint)
        size, digest = ask_about(socket)
        missing = deque(range(0, size, CHUNK))
        under_way: set[int] = set()
        while missing or under_way:
            while missing and len(under_way) < credit:
                offset = missing.popleft()
                under_way.add(offset)
                socket.send_multipart([b"fetch", b"%d" % offset])
            try:
                match socket.recv_multipart():
                    case [b"chunk", found, data] if int(found) in under_way:
                        under_way.remove(int(found))
                        file.seek(int(found))
                        file.write(data)
                        yield 1 - (len(missing) + len(under_way)) * CHUNK / size
            except zmq.Again:
                missing.extend(under_way)
                under_way.clear()
        file.seek(0)
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            sys.exit("The file is not the one that was announced")


def receiver(endpoint: str, path: str, credit: str = "8") -> None:
    """Fetch the file, and tell how far it is."""
    print(f"Receiving {path}")
    tenths = 0
    for share in fetch(endpoint, Path(path), int(credit)):
        if share >= tenths / 10:
            print(f"{int(share * 100)} % is there")
            tenths = int(share * 10) + 1
    print("The SHA-256 is right")


def demo() -> None:
    """Let three fetch a file at once; then kill the sender while another fetches it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        endpoint = f"ipc://{folder}/sender"
        (folder / "file").write_bytes(os.urandom(100 * CHUNK - 1))

        def start() -> subprocess.Popen[bytes]:
            process = subprocess.Popen(
                [sys.executable, __file__, "sender", endpoint, str(folder / "file")],
                stdout=subprocess.DEVNULL,
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        sending = start()

        def receive(name: str) -> int:
            return sum(1 for _ in fetch(endpoint, folder / name, credit=8))

        with ThreadPoolExecutor() as threads:
            counts = list(threads.map(receive, ("Anna", "Ben", "Cleo")))
        print(f"Anna, Ben and Cleo have received {' and '.join(map(str, set(counts)))} chunks each")
        for share in fetch(endpoint, folder / "Dora", credit=8):
            if 0.5 <= share < 0.51:
                sending.kill()
                sending.wait()
                sending = start()
                print("The sender is killed, with half of the file sent to Dora, and started again")
        files = {(folder / name).read_bytes() for name in ("file", "Anna", "Ben", "Cleo", "Dora")}
        print(f"All have the same file: {len(files) == 1}")


ROLES: dict[str, Callable[..., None]] = {"sender": sender, "receiver": receiver, "demo": demo}


if __name__ == "__main__":
    name, *words = sys.argv[1:] or ["demo"]
    if name not in ROLES:
        sys.exit(__doc__)
    try:
        ROLES[name](*words)
    except KeyboardInterrupt:
        print("Stopped")
