"""The long tests: python tests/stress/soak.py [SECTION ...] [--count N] [--seed N].

    stream     messages in order through PUSH/PULL and DEALER/ROUTER, tcp and ipc, two processes
    restart    the process at the other end is killed and started again, round after round
    cut        the connection is cut at random places, both processes live on
    churn      peers connect and drop; a healthy one loses nothing, nothing leaks
    idle       a hundred connected sockets, and no wake-ups

Without a section all run, in full length: 10,000,000 messages a stream. Ordinary tests run
each in short. A process that ends with 0 has seen no fault.
"""

from __future__ import annotations

import gc
import os
import random
import signal
import socket as net
import subprocess
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from struct import Struct
from typing import Any

import zerowire as zmq

DEADLINE = 30.0  # seconds without progress after which something is wrong
GROWTH = 16 << 20  # octets that a process may grow once it is warm
WINDOW = 400  # requests in flight; less than a high-water mark, so that ROUTER drops nothing
NUMBER = Struct(">QQ")  # which life of the sender, which message of it
PADDING = bytes(48)
END = 1 << 60


class Fault(Exception):
    """What must not happen has happened."""


def say(text: str) -> None:
    """Write a line of progress."""
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def check(condition: object, text: str) -> None:
    """Raise a Fault unless a condition holds."""
    if not condition:
        raise Fault(text)


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Wait for a condition, until DEADLINE."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        check(time.monotonic() < deadline, f"waited {DEADLINE} seconds in vain: {what}")
        time.sleep(0.005)


def resident(pid: int | str = "self") -> int:
    """Return the memory that a process has, in octets; 0 where the system does not tell."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def descriptors() -> int:
    """Return how many descriptors are open."""
    return len(os.listdir("/dev/fd"))


def new_socket(context: Any, kind: int, **options: Any) -> Any:
    """Open a socket that fails instead of waiting for ever."""
    socket = context.socket(kind)
    socket.rcvtimeo = socket.sndtimeo = int(DEADLINE * 1000)
    for name, value in options.items():
        setattr(socket, name, value)
    return socket


@contextmanager
def other_process(role: str, *arguments: object) -> Iterator[subprocess.Popen[bytes]]:
    """Run a role of this program in another process."""
    command = [sys.executable, __file__, "--role", role, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


class Sequence:
    """Checks what arrives: each number once, in order, for each life of the sender."""

    def __init__(self, *, may_lose: bool) -> None:
        self.may_lose = may_lose
        self.life = 0
        self.next = 0
        self.lost = 0
        self.count = 0

    def take(self, data: bytes) -> None:
        """Look at one message."""
        life, number = NUMBER.unpack_from(data)
        if life != self.life:
            check(life > self.life, f"life {life} after life {self.life}")
            self.life, self.next = life, 0
        if number != self.next:
            kind = "doubled or out of order" if number < self.next else "lost"
            check(self.may_lose and number > self.next, f"{kind}: message {number} where {self.next} was due")
            self.lost += number - self.next
        self.next = number + 1
        self.count += 1


class Memory:
    """Watches that processes do not grow once they are warm."""

    def __init__(self, *pids: int) -> None:
        self.pids = pids
        self.first: dict[int, int] = {}

    def look(self) -> str:
        """Take a sample and describe it."""
        now = {pid: resident(pid) for pid in self.pids}
        if not self.first:
            self.first = now
        for pid, size in now.items():
            grown = size - self.first[pid]
            check(grown < GROWTH, f"process {pid} has grown by {grown} octets, to {size}")
        return " and ".join(f"{size / 2**20:.1f} MiB" for size in now.values())


# -- stream --------------------------------------------------------------------------------------


def stream(count: int) -> None:
    """Run every combination of pattern and transport."""
    for pattern in ("push-pull", "dealer-router"):
        for transport in ("tcp", "ipc"):
            with tempfile.TemporaryDirectory(prefix="zerowire-") as folder:
                endpoint = "tcp://127.0.0.1:*" if transport == "tcp" else f"ipc://{folder}/soak"
                take_stream(pattern, endpoint, count)


def take_stream(pattern: str, endpoint: str, count: int) -> None:
    """Receive `count` messages from another process and check each."""
    answers = pattern == "dealer-router"
    sequence, start = Sequence(may_lose=False), time.monotonic()
    with zmq.Context() as context, new_socket(context, zmq.ROUTER if answers else zmq.PULL) as socket:
        socket.bind(endpoint)
        where = socket.get_string(zmq.LAST_ENDPOINT)
        with other_process("send", pattern, where, count) as process:
            memory = Memory(os.getpid(), process.pid)
            step = max(1, count // 20)
            for index in range(count):
                if answers:
                    message = socket.recv_multipart()
                    sequence.take(message[-1])
                    socket.send_multipart(message)
                else:
                    sequence.take(socket.recv())
                if index % step == step - 1:
                    rate = (index + 1) / (time.monotonic() - start)
                    say(f"{pattern} {where.split(':')[0]}: {index + 1:,} ({rate:,.0f}/s), {memory.look()}")
            check(process.wait(DEADLINE) == 0, "the sender has seen a fault")
        check(not socket.poll(0), "more messages came than were sent")


def send_stream(pattern: str, endpoint: str, count: str) -> None:
    """Send `count` messages; of DEALER, check the answers too."""
    total, answers = int(count), pattern == "dealer-router"
    back = Sequence(may_lose=False)
    with zmq.Context() as context, new_socket(context, zmq.DEALER if answers else zmq.PUSH) as socket:
        socket.connect(endpoint)
        for number in range(total):
            if answers and number >= WINDOW:
                back.take(socket.recv())
            socket.send(NUMBER.pack(0, number) + PADDING)
        while answers and back.count < total:
            back.take(socket.recv())


# -- restart -------------------------------------------------------------------------------------


def restart(rounds: int, rng: random.Random) -> None:
    """Kill the receiver, then the sender, round after round."""
    kill_receivers(rounds, rng)
    kill_senders(rounds, rng)


def kill_receivers(rounds: int, rng: random.Random) -> None:
    """One PUSH; its PULL dies and comes back at the same place."""
    sequence = Sequence(may_lose=True)
    ended = threading.Event()
    with tempfile.TemporaryDirectory(prefix="zerowire-") as folder, zmq.Context() as context:
        endpoint = f"ipc://{folder}/soak"

        def send() -> None:
            with new_socket(context, zmq.PUSH, reconnect_ivl=5, linger=0) as socket:
                socket.connect(endpoint)
                for number in range(END):
                    if ended.is_set():
                        return
                    socket.send(NUMBER.pack(0, number) + PADDING)

        thread = threading.Thread(target=send)
        thread.start()
        try:
            for turn in range(rounds):
                with other_process("report", endpoint) as process:
                    amount = rng.randrange(1000, 5000)
                    read_numbers(process, sequence, amount)
                    process.send_signal(signal.SIGKILL)
                    read_numbers(process, sequence, None)
                if turn % max(1, rounds // 10) == 0:
                    say(f"receiver killed {turn + 1}x: {sequence.count:,} received, {sequence.lost:,} lost")
            ended.set()
            with new_socket(context, zmq.PULL) as last:
                last.bind(endpoint)  # a sender that waits for room must see the end
                last.rcvtimeo = 100
                while thread.is_alive():
                    drain(last, sequence)
        finally:
            ended.set()
            thread.join(DEADLINE)
    check(not thread.is_alive(), "the sender did not end")


def drain(socket: Any, sequence: Sequence | Once) -> None:
    """Receive until nothing has come for a while."""
    try:
        while True:
            sequence.take(socket.recv())
    except zmq.Again:
        return


def read_numbers(process: subprocess.Popen[bytes], sequence: Sequence, amount: int | None) -> None:
    """Check what a receiver reports: so many messages, or all until its end."""
    assert process.stdout is not None
    while amount is None or amount > 0:
        data = process.stdout.read(NUMBER.size)
        if len(data) < NUMBER.size:
            check(amount is None, "a receiver ended by itself")
            return
        sequence.take(data)
        if amount is not None:
            amount -= 1


def report_numbers(endpoint: str) -> None:
    """Receive, and report what comes to the process that will kill this one."""
    out = sys.stdout.fileno()
    with zmq.Context() as context, new_socket(context, zmq.PULL) as socket:
        socket.bind(endpoint)
        while True:
            os.write(out, socket.recv()[: NUMBER.size])


def kill_senders(rounds: int, rng: random.Random) -> None:
    """One PULL; its PUSH dies, and another one comes. What arrived of each is whole and in order."""
    total = lives = 0
    with zmq.Context() as context, new_socket(context, zmq.PULL) as socket:
        port = socket.bind_to_random_port("tcp://127.0.0.1")
        for life in range(rounds):
            sequence = Sequence(may_lose=False)
            with other_process("flood", f"tcp://127.0.0.1:{port}", life + 1) as process:
                for _ in range(rng.randrange(1000, 5000)):
                    sequence.take(socket.recv())
                process.send_signal(signal.SIGKILL)
            socket.rcvtimeo = 100
            drain(socket, sequence)
            socket.rcvtimeo = int(DEADLINE * 1000)
            check(sequence.life == life + 1, f"messages of life {sequence.life} in life {life + 1}")
            total, lives = total + sequence.count, lives + 1
    say(f"sender killed {lives}x: {total:,} received, in order")


def flood(endpoint: str, life: str) -> None:
    """Send until killed."""
    with zmq.Context() as context, new_socket(context, zmq.PUSH) as socket:
        socket.connect(endpoint)
        for number in range(END):
            socket.send(NUMBER.pack(int(life), number) + PADDING)


# -- cut -----------------------------------------------------------------------------------------


class Relay:
    """Passes octets on to a tcp port, and cuts each connection after some of them."""

    def __init__(self, target: int, rng: random.Random) -> None:
        self.target = target
        self.rng = rng
        self.cuts = 0
        self.left = 0  # octets that the connection may still carry
        self.cutting = True
        self.listener = net.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        """Serve one connection after the other."""
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            with near, net.create_connection(("127.0.0.1", self.target)) as far:
                self.left = self.rng.randrange(1, 300_000)
                back = threading.Thread(target=self.copy, args=(far, near))
                back.start()
                self.copy(near, far)
                back.join()
                self.cuts += 1

    def copy(self, source: net.socket, target: net.socket) -> None:
        """Copy octets until either end is gone, or both directions have carried enough."""
        try:
            while self.left > 0 or not self.cutting:
                data = source.recv(min(65536, self.left) if self.cutting else 65536)
                if not data:
                    break
                self.left -= len(data)
                target.sendall(data)
        except (OSError, ValueError):  # ValueError: the other direction has used up what was left
            pass
        shut(source)
        shut(target)

    def close(self) -> None:
        """Stop listening, and wait until the last connection is over."""
        shut(self.listener)
        self.listener.close()
        self.thread.join()


def shut(end: net.socket) -> None:
    """End a connection, if it has not ended."""
    try:
        end.shutdown(net.SHUT_RDWR)
    except OSError:
        pass


class Once:
    """Checks that no message comes twice; with the sender connecting, each link is a pipe of its own."""

    def __init__(self) -> None:
        self.seen = bytearray()
        self.count = 0

    def take(self, data: bytes) -> None:
        """Look at one message."""
        _, number = NUMBER.unpack_from(data)
        if number >= len(self.seen):
            self.seen.extend(bytes(number + 1 - len(self.seen)))
        check(not self.seen[number], f"message {number} came twice")
        self.seen[number] = 1
        self.count += 1


def cut(rounds: int, rng: random.Random) -> None:
    """Cut the connection so often, with either side being the one that connects again."""
    cut_link(rounds, rng, Once(), zmq.PULL, zmq.PUSH)
    cut_link(rounds, rng, Sequence(may_lose=True), zmq.PUSH, zmq.PULL)


def cut_link(rounds: int, rng: random.Random, order: Once | Sequence, bound: int, connected: int) -> None:
    """Send through a relay that cuts, and look at what arrives."""
    ended = threading.Event()
    with zmq.Context() as context:
        ends = {kind: new_socket(context, kind, reconnect_ivl=1, linger=0) for kind in (bound, connected)}
        push, pull = ends[zmq.PUSH], ends[zmq.PULL]
        relay = Relay(ends[bound].bind_to_random_port("tcp://127.0.0.1"), rng)
        ends[connected].connect(f"tcp://127.0.0.1:{relay.port}")

        def send() -> None:
            number = 0
            while not ended.is_set():
                push.send(NUMBER.pack(0, number) + PADDING)
                number += 1

        thread = threading.Thread(target=send)
        thread.start()
        try:
            while relay.cuts < rounds:
                order.take(pull.recv())
            relay.cutting = False
            for _ in range(5000):  # the last connection works as well as the first
                order.take(pull.recv())
            pull.rcvtimeo = 50
            ended.set()
            while thread.is_alive():
                drain(pull, order)
        finally:
            ended.set()
            thread.join(DEADLINE)
            pull.close()
            push.close()
            relay.close()
    who = "PUSH" if connected == zmq.PUSH else "PULL"
    say(f"{who} was cut off {relay.cuts}x: {order.count:,} messages came")


# -- churn ---------------------------------------------------------------------------------------


def churn(count: int, rng: random.Random) -> None:
    """Let `count` peers connect and drop, at any stage of the handshake."""
    greeting = b"\xff" + bytes(8) + b"\x7f\x03\x01NULL" + bytes(16 + 32)
    ready = b"\x04\x29\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER\x08Identity\x00\x00\x00\x00"
    words = greeting + ready + b"\x00\x05hello"
    with zmq.Context() as context, new_socket(context, zmq.ROUTER) as socket:
        port = socket.bind_to_random_port("tcp://127.0.0.1")
        with new_socket(context, zmq.DEALER, routing_id=b"healthy") as healthy:
            healthy.connect(f"tcp://127.0.0.1:{port}")
            number = exchange(socket, healthy, 0)
            few, warm = descriptors(), 0
            for index in range(count):
                with net.create_connection(("127.0.0.1", port)) as peer:
                    peer.sendall(words[: rng.randrange(len(words) + 1)])
                    if rng.random() < 0.5:
                        peer.setsockopt(net.SOL_SOCKET, net.SO_LINGER, Struct("ii").pack(1, 0))  # a reset
                if index % 100 == 99:
                    number = exchange(socket, healthy, number)
                if index == count // 10:
                    warm = settled(few)
            size = settled(few)
            exchange(socket, healthy, number)
            check(len(socket.peers()) == 1, "strangers stay")
    check(size - warm < GROWTH, f"memory: {warm} became {size} octets")
    say(f"{count:,} peers came and went: {few} descriptors as before, {size / 2**20:.1f} MiB")


def exchange(router: Any, dealer: Any, number: int) -> int:
    """Send a few messages there and back; what strangers have sent does not matter."""
    for due in range(number, number + 10):
        dealer.send(NUMBER.pack(0, due))
        while (message := router.recv_multipart())[0] != b"healthy":
            pass
        check(message[1] == NUMBER.pack(0, due), f"message {due} of the healthy peer was lost")
        router.send_multipart(message)
        check(dealer.recv() == NUMBER.pack(0, due), f"answer {due} to the healthy peer was lost")
    return number + 10


def settled(few: int) -> int:
    """Wait until no more descriptors are open than before, and return the memory in use."""
    wait_for(lambda: descriptors() <= few, "the descriptors of strangers stay open")
    gc.collect()
    return resident()


# -- idle ----------------------------------------------------------------------------------------


def idle(seconds: int, pairs: int = 50, limit: int = 20) -> None:
    """Count the times that a process with two sockets for each pair wakes up meanwhile."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    with zmq.Context() as context:
        sockets = []
        for _ in range(pairs):
            push, pull = new_socket(context, zmq.PUSH), new_socket(context, zmq.PULL)
            push.connect(f"tcp://127.0.0.1:{pull.bind_to_random_port('tcp://127.0.0.1')}")
            push.send(b"hello")
            check(pull.recv() == b"hello", "a message has changed")
            sockets += [push, pull]
        before = at_rest()
        signal.sigtimedwait([signal.SIGUSR1], seconds)
        count = wake_ups() - before
        for socket in sockets:
            socket.close(0)
    say(f"{len(sockets)} idle sockets: {count} wake-ups in {seconds} seconds")
    check(count <= limit, f"{count} wake-ups in {seconds} seconds, {limit} are allowed")


def at_rest() -> int:
    """Wait until nothing goes on any more, and return the wake-ups so far."""
    wait_for(lambda: -wake_ups() + (signal.sigtimedwait([signal.SIGUSR1], 0.2), wake_ups())[1] <= 1, "rest")
    return wake_ups()


def wake_ups() -> int:
    """Return how often the threads of this process have gone to sleep so far."""
    total = 0
    for status in Path("/proc/self/task").glob("*/status"):
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                total += int(line.split()[1])
    return total


# -- the program ---------------------------------------------------------------------------------

ROLES: dict[str, Callable[..., None]] = {"send": send_stream, "report": report_numbers, "flood": flood}
SECTIONS: dict[str, tuple[int, Callable[[int, random.Random], None]]] = {
    "stream": (10_000_000, lambda count, rng: stream(count)),
    "restart": (100, restart),
    "cut": (1000, cut),
    "churn": (10_000, churn),
    "idle": (10, lambda count, rng: idle(count)),
}


def main() -> None:
    """Run what was asked for; any fault ends the process with a traceback."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--count", type=int, help="messages, rounds, peers or seconds, as the section has it")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    asked = parser.parse_args()
    say(f"seed {asked.seed}")
    for name in asked.sections or SECTIONS:
        full, section = SECTIONS[name]
        say(f"== {name}")
        section(asked.count or full, random.Random(asked.seed))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--role"]:
        ROLES[sys.argv[2]](*sys.argv[3:])
    else:
        main()
