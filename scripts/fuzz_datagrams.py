"""Send nonsense in datagrams: random octets, and messages that are damaged on their way.

    scripts/fuzz_datagrams.py [--count 1000000] [--seed NUMBER] [--start NUMBER]

A DISH either hears a message that says the same octets again, or drops it as malformed or not
wanted; a DGRAM sends to an address, or drops what is for none. Nothing else may come of it, and no
memory may stay behind. A case that goes wrong is told as the options that repeat it. No sockets.
"""

from __future__ import annotations

import argparse
import socket
import sys
import traceback
from collections.abc import Callable, Sequence
from random import Random, SystemRandom

from fuzz import Wrong, cut, flip, insert, play, repeat
from zerowire.engine.datagrams import Addressed, Grouped
from zerowire.error import RemoteProtocolError
from zerowire.message import Frame
from zerowire.options import Settings
from zerowire.patterns.draft.dish import Dish
from zerowire.routing.pipe import Pipe, Queue
from zerowire.transport.udp_address import peer_address, peer_text

SOURCE = ("127.0.0.1", 5555)
GROUPS = (b"", b"g", b"group", b"x" * 255, "Gruß".encode())
SIZES = (0, 1, 2, 5, 50, 255, 256, 257, 1000, 8190, 8191, 8192, 8193, 8194)
TEXTS = (b"127.0.0.1:5555", b"[::1]:5555", b"[fe80::1%lo]:1", b"239.255.0.1:65535", b"[::ffff:1.2.3.4]:9")
FAMILIES = (socket.AF_INET, socket.AF_INET6)


def damaged(whole: bytes, random: Random) -> bytes:
    """Return octets, changed or not."""
    change = random.choice((flip, cut, insert, repeat, None))
    return whole if change is None else change(whole, random)


class Listener:
    """A DISH, and the end of the pipe into which a transport pushes."""

    def __init__(self) -> None:
        self.dish = Dish(Settings(), 1)
        there, back = Queue(0), Queue(0)
        self.near = Pipe(there, back, self.dish)
        self.far = Pipe(back, there, self)
        self.form = Grouped(SOURCE, -1)
        for group in GROUPS:
            self.dish.join(group)
        self.dish.attach(self.near)

    def on_readable(self, pipe: Pipe) -> None:
        """It joins."""

    on_writable = on_closed = on_readable

    def hear(self, datagram: bytes) -> Frame | None:
        """Return what the application is given of a datagram."""
        dropped = self.dish.dropped
        try:
            message = self.form.decode(datagram, SOURCE)
        except RemoteProtocolError:
            return None
        assert self.form.encode(message) == (datagram, SOURCE), "it says something else"
        assert self.far.push(message)
        found = self.dish.receive()
        assert (found is None) == (self.dish.dropped > dropped), "neither heard nor dropped"
        return found  # type: ignore[return-value]  # a DISH gives Frames


def hear(listener: Listener, random: Random) -> None:
    """Let a DISH hear a datagram."""
    if random.random() < 0.3:
        datagram = random.randbytes(random.choice(SIZES))
    else:
        group = random.choice(GROUPS)
        whole = bytes((len(group),)) + group + random.randbytes(random.choice(SIZES))
        datagram = damaged(whole, random)
    frame = listener.hear(datagram)
    if frame is not None:
        group = frame.group.encode()
        assert group in GROUPS, "a group that nobody has joined"
        assert bytes((len(group),)) + group + frame.bytes == datagram, "other octets"


def address(listener: Listener, random: Random) -> None:
    """Let a DGRAM send to an address."""
    text, family = damaged(random.choice(TEXTS), random), random.choice(FAMILIES)
    target = peer_address(text, family)
    letter = Addressed(family, -1).encode([text, b"data"])
    assert letter == (None if target is None else (b"data", target)), "another address"
    if target is not None:
        assert peer_address(peer_text(target), family) == target, "no way back"


CASES: tuple[Callable[[Listener, Random], None], ...] = (hear, hear, hear, address)


def run_case(listener: Listener, seed: int, number: int) -> None:
    """Play one case.

    Raises:
        Wrong: Something else came of it. Its text says how to repeat it.
    """
    random = Random(f"{seed} {number}")
    try:
        random.choice(CASES)(listener, random)
    except Exception as error:
        again = f"scripts/fuzz_datagrams.py --seed {seed} --start {number} --count 1"
        raise Wrong(f"{type(error).__name__}: {error}; again with: {again}") from error


def run(seed: int, numbers: range) -> None:
    """Play cases, and tell how it goes on."""
    listener = Listener()
    play(numbers, lambda number: run_case(listener, seed, number), "datagrams", 200_000)


def main(arguments: Sequence[str] | None = None) -> int:
    """Play cases as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=1_000_000, help="how many datagrams (1000000)")
    parser.add_argument("--start", type=int, default=0, help="the number of the first one (0)")
    parser.add_argument("--seed", type=int, default=None, help="what they are made from (chosen, and shown)")
    options = parser.parse_args(arguments)
    seed = SystemRandom().randrange(1 << 32) if options.seed is None else options.seed
    print(f"--seed {seed}", flush=True)
    try:
        run(seed, range(options.start, options.start + options.count))
    except Wrong as wrong:
        traceback.print_exception(wrong)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
