"""A room to talk in, which knows who is there: one ROUTER, and a DEALER for each user.

    python chat.py                                                the story in short
    python chat.py room tcp://127.0.0.1:5681
    python chat.py user tcp://127.0.0.1:5681 Anna                 in as many terminals as you like; type

Who joins is told who is there, and the others are told of him. Nobody needs to say goodbye: the
room has an option set (DISCONNECT_MSG) that lets it receive the message "leave" from a user when
the connection to him is lost, and heartbeats tell when a connection is dead that does not look it.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from tempfile import TemporaryDirectory

import zerowire as zmq


class Room:
    """Who is there, and what they are told."""

    def __init__(self, socket: zmq.Socket) -> None:
        self.socket = socket
        self.names: dict[bytes, str] = {}

    def receive(self) -> str:
        """Do what a user wants, and return a line about it for the log, or nothing."""
        match self.socket.recv_multipart():
            case [user, b"join", name] if user not in self.names:
                there = ", ".join(self.names.values()) or "nobody"
                self.names[user] = name.decode(errors="replace")
                self.socket.send_multipart([user, f"Here is {there}".encode()])
                return self.tell(f"{self.names[user]} joined", user)
            case [user, b"say", text] if user in self.names:
                return self.tell(f"{self.names[user]}: {text.decode(errors='replace')}", user)
            case [user, b"leave"] if user in self.names:
                return self.tell(f"{self.names.pop(user)} left", user)
        return ""

    def tell(self, line: str, author: bytes) -> str:
        """Tell a line to all others."""
        for user in self.names:
            if user != author:
                self.socket.send_multipart([user, line.encode()])
        return line


def room(endpoint: str) -> None:
    """Keep the room open for ever."""
    with zmq.Context() as context, context.socket(zmq.ROUTER) as socket:
        socket.setsockopt(zmq.DISCONNECT_MSG, b"leave")
        socket.setsockopt(zmq.HEARTBEAT_IVL, 1000)  # ms between two looks whether a silent user is there
        socket.setsockopt(zmq.LINGER, 0)
        socket.bind(endpoint)
        print("The room is open")
        inside = Room(socket)
        while True:
            if line := inside.receive():
                print(line)


def join(socket: zmq.Socket, endpoint: str, name: str) -> None:
    """Enter the room."""
    socket.setsockopt(zmq.LINGER, 1000)  # ms to wait, at the end, for a room that has gone
    socket.connect(endpoint)
    socket.send_multipart([b"join", name.encode()])


def user(endpoint: str, name: str) -> None:
    """Print what the others say, and say what is typed, until that ends."""
    with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
        join(socket, endpoint, name)
        print(f"Hello {name}")
        poller = zmq.Poller()
        poller.register(socket, zmq.POLLIN)
        poller.register(sys.stdin.fileno(), zmq.POLLIN)
        while True:
            ready = dict(poller.poll())
            if socket in ready:
                print(socket.recv_string())
            if sys.stdin.fileno() in ready:
                typed = os.read(sys.stdin.fileno(), 65536)
                for line in typed.splitlines():
                    socket.send_multipart([b"say", line])
                if not typed:
                    return


def demo() -> None:
    """Let three users come, talk and go; Cleo is killed before she can say goodbye."""
    with ExitStack() as stack:
        endpoint = f"ipc://{stack.enter_context(TemporaryDirectory())}/room"
        context = stack.enter_context(zmq.Context())

        def start(*words: str) -> subprocess.Popen[bytes]:
            command = [sys.executable, __file__, *words]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        start("room", endpoint)
        with context.socket(zmq.DEALER) as anna, context.socket(zmq.DEALER) as ben:
            join(anna, endpoint, "Anna")
            print(f"Anna reads: {anna.recv_string()}")
            join(ben, endpoint, "Ben")
            print(f"Ben reads: {ben.recv_string()}")
            ben.send_multipart([b"say", b"hello"])
            for _ in range(2):
                print(f"Anna reads: {anna.recv_string()}")
            cleo = start("user", endpoint, "Cleo")
            print(f"Anna reads: {anna.recv_string()}")
            cleo.kill()
            print(f"Anna reads: {anna.recv_string()}")
            ben.close()
            print(f"Anna reads: {anna.recv_string()}")


ROLES: dict[str, Callable[..., None]] = {"room": room, "user": user, "demo": demo}


if __name__ == "__main__":
    name, *words = sys.argv[1:] or ["demo"]
    if name not in ROLES:
        sys.exit(__doc__)
    try:
        ROLES[name](*words)
    except KeyboardInterrupt:
        print("Stopped")
