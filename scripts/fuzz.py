"""Talk nonsense to connections: handshakes that are changed on their way, one octet or all of them.

    scripts/fuzz.py [--count 1000000] [--seed NUMBER] [--only ROLE ...] [--start NUMBER]

A role is a mechanism and the side that hears the nonsense. Nothing but a ProtocolError may come of it,
and no memory may stay behind. A case that goes wrong is told as the options that repeat it. No sockets.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from random import Random, SystemRandom
from sys import maxsize

from fuzz_roles import ROLES, Role
from zerowire.constants import SocketType
from zerowire.error import RemoteProtocolError
from zerowire.leaf.octets import LARGE, MORE
from zerowire.leaf.ring import Ring
from zerowire.message import Message
from zerowire.zmtp import command
from zerowire.zmtp.connection import Config, Connection, PeerTimeout, State
from zerowire.zmtp.events import AuthenticationWanted, HandshakeDone, HandshakeFailed
from zerowire.zmtp.framing import COMMAND, Encoder
from zerowire.zmtp.mechanism.base import Mechanism, Traffic

MOST_ROUNDS = 12  # flights of a handshake and of the traffic after it
MOST_ANSWER = 1 << 17  # octets that a side may say at once, whatever it hears
GROWTH = 8 << 20  # octets that the process may grow by, once it has warmed up
NOW = 0.0

TYPES = [
    (SocketType.DEALER, SocketType.ROUTER),
    (SocketType.REQ, SocketType.REP),
    (SocketType.SUB, SocketType.XPUB),
    (SocketType.PUSH, SocketType.PULL),
]
NAMES = (
    b"READY",
    b"ERROR",
    b"HELLO",
    b"WELCOME",
    b"INITIATE",
    b"MESSAGE",
    b"PING",
    b"PONG",
    b"SUBSCRIBE",
    b"CANCEL",
    b"",
)
SIZES = (0, 1, 2, 4, 8, 16, 24, 32, 33, 64, 80, 96, 113, 128, 144, 168, 200, 255, 256, 257, 1000)
OCTETS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 0x10, 0x7F, 0x80, 0xFE, 0xFF)


# -- nonsense ----------------------------------------------------------------------------------------


def flip(data: bytes, random: Random) -> bytes:
    """Change some octets."""
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 5)) if changed else 0):
        at = random.randrange(len(changed))
        changed[at] = random.choice((changed[at] ^ 1 << random.randrange(8), random.choice(OCTETS)))
    return bytes(changed)


def cut(data: bytes, random: Random) -> bytes:
    """Leave some octets out."""
    start = random.randint(0, len(data))
    return data[:start] + data[random.randint(start, len(data)) :]


def insert(data: bytes, random: Random) -> bytes:
    """Put some octets in."""
    at = random.randint(0, len(data))
    return data[:at] + random.randbytes(random.choice(SIZES)) + data[at:]


def repeat(data: bytes, random: Random) -> bytes:
    """Say some octets again."""
    start = random.randint(0, len(data))
    end = random.randint(start, len(data))
    return data[:end] + data[start:end] + data[end:]


def nonsense(random: Random) -> bytes:
    """Return a command that means nothing."""
    return command.encode(random.choice(NAMES), random.randbytes(random.choice(SIZES)))


def replace(data: bytes, random: Random) -> bytes:
    """Say a command that nobody expects."""
    return Encoder().command(nonsense(random))


def append(data: bytes, random: Random) -> bytes:
    """Say a command too many."""
    return data + replace(data, random)


def reframe(data: bytes, random: Random) -> bytes:
    """Change what is in a frame, so that it still is one."""
    frame = frame_at(data, 0)
    if frame is None:
        return flip(data, random)
    flags, body, end = frame
    body = random.choice((flip, cut, insert, repeat))(body, random)
    return Encoder().frame(flags & ~2, body) + data[end:]


def frame_at(data: bytes, start: int) -> tuple[int, bytes, int] | None:
    """Return the flags, the body and the end of a whole frame that starts there."""
    if len(data) < start + 9:
        return None
    is_long = data[start] & 2
    body_at = start + (9 if is_long else 2)
    end = body_at + int.from_bytes(data[start + 1 : body_at], "big")
    return (data[start], data[body_at:end], end) if end <= len(data) else None


CHANGES = (flip, cut, insert, repeat, replace, append, reframe, reframe, reframe)


# -- a case ------------------------------------------------------------------------------------------


class Case:
    """One handshake in which something goes wrong, or nothing does."""

    def __init__(self, role: Role, random: Random) -> None:
        self._random = random
        types = random.choice(TYPES)
        victim, partner = random.choice((types, types[::-1]))
        self._mechanism: Mechanism | None = None  # the partner's
        self._role = role
        self._victim = Connection(Config(victim, mechanism=role.victim, handshake_timeout=1.0), NOW)
        self._partner = Connection(Config(partner, b"id", mechanism=self._make_partner), NOW)
        self._due = random.randrange(10)  # which flight is changed
        self._said: list[bytes] = []
        self._told: dict[Connection, list[type]] = {self._victim: [], self._partner: []}

    def _make_partner(self, metadata: bytes) -> Mechanism:
        if self._random.random() < 0.1:  # what the mechanism seals may be nonsense, too
            metadata = self._random.choice((flip, cut, insert, repeat))(metadata, self._random)
        self._mechanism = self._role.partner(metadata)
        return self._mechanism

    def run(self) -> None:
        """Carry octets until nobody says anything any more, or either gives up."""
        try:
            for _ in range(MOST_ROUNDS):
                said = self._flight(self._partner)
                heard = self._change(said) if len(self._said) == self._due else said
                self._said.append(said)
                self._hear(self._victim, heard)
                answer = self._flight(self._victim)
                self._hear(self._partner, answer)
                if not (heard or answer):
                    break
            self._victim.handle_timeout(NOW + 2.0)
        except (RemoteProtocolError, PeerTimeout):
            self._check_end()
        self._victim.receive_eof()

    def _flight(self, side: Connection) -> bytes:
        """Return what a side has to say; in traffic it always has something."""
        said = side.data_to_send()
        assert len(said) <= MOST_ANSWER, f"an answer of {len(said)} octets"
        if side.state is State.TRAFFIC and side is self._partner:
            said += self._traffic()
        return said

    def _traffic(self) -> bytes:
        """Return some messages; or what the mechanism seals of a command."""
        random = self._random
        if self._seals is not None and random.random() < 0.5:
            flags = random.choice((0, MORE, COMMAND))
            return Encoder().frame(0, self._seals.encode(flags, nonsense(random)))
        messages = [self._message() for _ in range(random.choice((1, 1, 3, 20)))]
        buffers, _, _ = self._partner.encode(messages, maxsize)
        return b"".join(buffers)

    def _message(self) -> Message:
        random = self._random
        body = random.randbytes(LARGE if random.random() < 0.01 else random.choice(SIZES))
        return [b"", body] if random.random() < 0.5 else body

    @property
    def _seals(self) -> Traffic | None:
        return None if self._mechanism is None else self._mechanism.traffic

    def _change(self, data: bytes) -> bytes:
        random = self._random
        if self._said and random.random() < 0.1:
            return random.choice(self._said)  # as somebody says it who has listened
        return random.choice(CHANGES)(data, random)

    def _hear(self, side: Connection, data: bytes) -> None:
        random = self._random
        pieces = 300 if random.random() < 0.2 else 1
        step = max(random.choice((1, 7, 64)), len(data) // pieces)
        for start in range(0, len(data), step):
            side.receive_data(data[start : start + step], NOW)
            into: Ring[Message] = Ring()
            side.take_messages(into, -1)
            self._attend(side)

    def _attend(self, side: Connection) -> None:
        """Do what a connection has others do."""
        while side.work is not None:
            side.work()
            side.work_done(NOW)
        for event in side.events():
            self._told[side].append(type(event))
            if isinstance(event, AuthenticationWanted):
                status = self._random.choice((300, 400, 500)) if self._random.random() < 0.1 else 200
                side.zap_reply(status, b"user", {"A": "b"}, NOW)

    def _check_end(self) -> None:
        """See that whoever gave up has ended, and has told how the handshake did."""
        ended = [side for side in (self._victim, self._partner) if side.state is State.FAILED]
        assert ended, "an error, but no end"
        for side in ended:
            self._attend(side)
            assert {HandshakeDone, HandshakeFailed}.intersection(self._told[side]), "nothing is told"
            side.data_to_send()
            side.receive_data(b"\0" * 100, NOW)
            assert not side.data_to_send(), "words after the end"


# -- many of them ------------------------------------------------------------------------------------


class Wrong(Exception):
    """A case came to an end that it should not have."""


def run_case(name: str, seed: int, number: int) -> None:
    """Play one case.

    Raises:
        Wrong: It ended with something else than a ProtocolError. Its text says how to repeat it.
    """
    random = Random(f"{seed} {name} {number}")
    try:
        Case(ROLES[name](random), random).run()
    except Exception as error:
        again = f"scripts/fuzz.py --seed {seed} --only {name} --start {number} --count 1"
        raise Wrong(f"{type(error).__name__} in the role {name}; again with: {again}") from error


def memory() -> int:
    """Return how many octets the process has in memory; 0 where the system does not say."""
    gc.collect()
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def run(names: Sequence[str], seed: int, numbers: range) -> None:
    """Play cases, and tell how it goes on."""
    play(numbers, lambda number: run_case(names[number % len(names)], seed, number), "cases", 50_000)


def play(numbers: range, one: Callable[[int], None], what: str, every: int) -> None:
    """Play one after another; tell how it goes on after `every` of them, and whether the process grows.

    Raises:
        Wrong: It has grown by more than GROWTH octets since a tenth of them was played.
    """
    begun, before = time.monotonic(), 0
    for done, number in enumerate(numbers):
        one(number)
        if done == len(numbers) // 10:
            before = memory()
        if done % every == every - 1:
            print(
                f"{done + 1:,} {what} in {time.monotonic() - begun:.0f} s, {memory() >> 20} MiB", flush=True
            )
    growth = memory() - before
    seconds = time.monotonic() - begun
    print(f"{len(numbers):,} {what} in {seconds:.0f} s; grown by {growth >> 10} KiB since a tenth")
    if growth > GROWTH:
        raise Wrong(f"the process has grown by {growth:,} octets")


def main(arguments: Sequence[str] | None = None) -> int:
    """Play cases as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=1_000_000, help="how many cases (1000000)")
    parser.add_argument("--start", type=int, default=0, help="the number of the first one (0)")
    parser.add_argument("--seed", type=int, default=None, help="what they are made from (chosen, and shown)")
    parser.add_argument("--only", nargs="+", choices=ROLES, default=list(ROLES), help="these roles")
    options = parser.parse_args(arguments)
    seed = SystemRandom().randrange(1 << 32) if options.seed is None else options.seed
    print(f"--seed {seed}: {', '.join(options.only)}", flush=True)
    try:
        run(options.only, seed, range(options.start, options.start + options.count))
    except Wrong as wrong:
        traceback.print_exception(wrong)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
