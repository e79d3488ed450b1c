"""A dictionary that many share: each has all of it, and hears of every change.

    python clone.py                                                             the story in short
    python clone.py server tcp://127.0.0.1:5661 tcp://127.0.0.1:5662 tcp://127.0.0.1:5663
    python clone.py watch tcp://127.0.0.1:5661 tcp://127.0.0.1:5662             as often as you like
    python clone.py set tcp://127.0.0.1:5663 colour red                         without "red" to delete

After the Clustered Hashmap Protocol (RFC 12). Changes go to the server, who numbers and publishes
them. Who joins first subscribes. The server hears of that, and publishes where he stands (HUGZ):
whoever hears it knows that he misses nothing any more, asks for a snapshot (ICANHAZ?), and ignores
the updates that it has in it. If a number is missing, after a lost connection say, or because the
server was started again, he asks for another snapshot.
"""

import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from tempfile import TemporaryDirectory

import zerowire as zmq

PATIENCE = 1000  # milliseconds until the request for a snapshot is repeated


def change(values: dict[bytes, bytes], key: bytes, value: bytes) -> None:
    """Set a key, or delete it if the value is empty."""
    if value:
        values[key] = value
    else:
        values.pop(key, None)


def pack(number: int) -> bytes:
    return number.to_bytes(8, "big")


def server(snapshots_at: str, updates_at: str, changes_at: str) -> None:
    """Keep the dictionary for ever."""
    values: dict[bytes, bytes] = {}
    number = time.time_ns()  # higher than all numbers of a server that was here before
    with ExitStack() as stack:
        context = stack.enter_context(zmq.Context())
        poller = zmq.Poller()

        def bind(kind: int, endpoint: str) -> zmq.Socket:
            socket = stack.enter_context(context.socket(kind))
            socket.setsockopt(zmq.SNDHWM, 0)  # no part of a snapshot may be dropped because it is a long one
            socket.bind(endpoint)
            poller.register(socket, zmq.POLLIN)
            return socket

        print("The server is ready")
        snapshots = bind(zmq.ROUTER, snapshots_at)
        updates = bind(zmq.XPUB, updates_at)
        updates.setsockopt(zmq.XPUB_VERBOSE, 1)  # hear of every subscription, not only of the first
        changes = bind(zmq.PULL, changes_at)
        while True:
            ready = dict(poller.poll())
            if changes in ready:
                key, value = changes.recv_multipart()
                change(values, key, value)
                number += 1
                updates.send_multipart([key, pack(number), value])
            if updates in ready and updates.recv().startswith(b"\x01"):
                updates.send_multipart([b"HUGZ", pack(number), b""])
            if snapshots in ready:
                client = snapshots.recv_multipart()[0]
                for pair in values.items():
                    snapshots.send_multipart([client, *pair])
                snapshots.send_multipart([client, b"KTHXBAI", pack(number)])


class Clone:
    """A copy of the dictionary; it has nothing until it follows."""

    def __init__(self, updates: zmq.Socket, snapshots_at: str, updates_at: str) -> None:
        self.updates = updates
        self.snapshots_at = snapshots_at
        self.values: dict[bytes, bytes] = {}
        self.number = 0
        updates.setsockopt(zmq.SUBSCRIBE, b"")
        updates.connect(updates_at)

    def __str__(self) -> str:
        return b", ".join(b"%b=%b" % pair for pair in sorted(self.values.items())).decode()

    def follow(self) -> None:
        """Wait until there is something new, and take it over."""
        before = self.number
        while self.number == before:
            key, packed, value = self.updates.recv_multipart()
            number = int.from_bytes(packed, "big")
            if key != b"HUGZ" and number == self.number + 1:
                change(self.values, key, value)
                self.number = number
            elif number > self.number:
                self.load()

    def load(self) -> None:
        """Take over what the server has; ask again if he does not answer in time."""
        while True:
            with self.updates.context.socket(zmq.DEALER) as socket:
                socket.setsockopt(zmq.LINGER, 0)
                socket.setsockopt(zmq.RCVTIMEO, PATIENCE)
                socket.connect(self.snapshots_at)
                socket.send(b"ICANHAZ?")
                values: dict[bytes, bytes] = {}
                try:
                    while (frames := socket.recv_multipart())[0] != b"KTHXBAI":
                        change(values, *frames)
                except zmq.Again:
                    continue
                self.values, self.number = values, int.from_bytes(frames[1], "big")
                return


def watch(snapshots_at: str, updates_at: str) -> None:
    """Show the dictionary for ever, whenever it changes."""
    with zmq.Context() as context, context.socket(zmq.SUB) as updates:
        clone = Clone(updates, snapshots_at, updates_at)
        print("Watching")
        while True:
            clone.follow()
            print(f"Known: {clone}")


def set_key(changes_at: str, key: str, value: str = "") -> None:
    """Set a key, or delete it."""
    with zmq.Context() as context, context.socket(zmq.PUSH) as changes:
        changes.connect(changes_at)
        print(f"Setting {key}")
        changes.send_multipart([key.encode(), value.encode()])


def demo() -> None:
    """Let two clones follow some changes, and a third join late."""
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        context = stack.enter_context(zmq.Context())
        at = [f"ipc://{folder}/{what}" for what in ("snapshots", "updates", "changes")]
        threading.Thread(target=server, args=at, daemon=True).start()

        def join() -> Clone:
            clone = Clone(stack.enter_context(context.socket(zmq.SUB)), *at[:2])
            clone.follow()
            return clone

        clones = {"Anna": join(), "Ben": join()}
        changes = stack.enter_context(context.socket(zmq.PUSH))
        changes.connect(at[2])

        def make(*pairs: tuple[bytes, bytes]) -> None:
            for pair in pairs:
                changes.send_multipart(pair)
                for clone in clones.values():
                    clone.follow()

        make((b"colour", b"red"), (b"shape", b"round"), (b"colour", b"blue"))
        print(f"Anna and Ben have heard of three changes: {clones['Anna']}")
        clones["Cleo"] = join()
        print(f"Cleo comes late, and knows: {clones['Cleo']}")
        make((b"shape", b""), (b"size", b"XL"))
        print(f"Two changes later all know: {' | '.join(set(map(str, clones.values())))}")


ROLES: dict[str, Callable[..., None]] = {"server": server, "watch": watch, "set": set_key, "demo": demo}


if __name__ == "__main__":
    name, *words = sys.argv[1:] or ["demo"]
    if name not in ROLES:
        sys.exit(__doc__)
    try:
        ROLES[name](*words)
    except KeyboardInterrupt:
        print("Stopped")
