"""Measure multicast: ZeroWire and libzmq, each with itself and with the other, between two hosts.

    sudo .venv/bin/python -m benchmarks.multicast --libzmq /path/to/python

The hosts are network namespaces, which root may make. pyzmq must stand on a libzmq that is built
with OpenPGM, as Debian's: PYZMQ_NO_BUNDLE=1 pip install --no-binary pyzmq pyzmq, with
libzmq3-dev, in an environment of its own whose Python is given here. Without it ZeroWire is
measured alone.

A publisher sends messages as fast as RATE allows, and drops none; the subscriber counts. Told are
messages a second, megabits of payload, microseconds of processor time for each message at either
end, and how many never came, although the publisher stays until its subscriber has heard nothing
for three seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from itertools import product
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
GROUP = "239.192.77.9:5599"
HOSTS = {"a": "10.78.0.1", "b": "10.78.0.2"}
SETTLE = 1.0  # seconds until everybody has joined
PATIENCE = 3000  # milliseconds without a message: the rest is lost
END = b"end"


# -- the two ends, as processes ------------------------------------------------------------------------


def options_of(zmq: Any, socket: Any, rate: int) -> None:
    socket.setsockopt(zmq.RATE, rate)
    socket.setsockopt(zmq.RECOVERY_IVL, 500)
    socket.setsockopt(zmq.SNDHWM, 0)
    socket.setsockopt(zmq.RCVHWM, 0)
    socket.setsockopt(zmq.RCVBUF, 4 << 20)
    socket.setsockopt(zmq.LINGER, 0)


def seconds_used() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def subscribe(zmq: Any, address: str, rate: int, count: int, size: int) -> dict[str, float]:
    with zmq.Context() as context, context.socket(zmq.SUB) as sub:
        options_of(zmq, sub, rate)
        sub.setsockopt(zmq.RCVTIMEO, 20_000)
        sub.setsockopt(zmq.SUBSCRIBE, b"")
        sub.connect(f"{address};{GROUP}")
        sub.recv()
        used, start, end, received = seconds_used(), time.perf_counter(), 0.0, 0
        sub.setsockopt(zmq.RCVTIMEO, PATIENCE)
        try:
            while sub.recv() != END:
                received += 1
                end = time.perf_counter()
        except zmq.Again:
            pass
        return {"received": received, "seconds": end - start, "used": seconds_used() - used}


def publish(zmq: Any, address: str, rate: int, count: int, size: int) -> dict[str, float]:
    with zmq.Context() as context, context.socket(zmq.PUB) as pub:
        options_of(zmq, pub, rate)
        pub.bind(f"{address};{GROUP}")
        time.sleep(SETTLE)
        pub.send(b"begin")
        message = b"x" * size
        used = seconds_used()
        for _ in range(count):
            pub.send(message)
        pub.send(END)
        sys.stdin.readline()  # until the subscriber has all: who left would repair nothing any more
        return {"used": seconds_used() - used}


def work(library: str, end: str, address: str, rate: int, count: int, size: int) -> None:
    """Be one end, and print what it has measured."""
    if library == "libzmq":
        import zmq
    else:
        import zerowire as zmq  # type: ignore[no-redef]
    print(json.dumps((publish if end == "pub" else subscribe)(zmq, address, rate, count, size)))


# -- the stage -----------------------------------------------------------------------------------------


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, timeout=20)


def build(names: dict[str, str]) -> None:
    for name in names.values():
        ip("netns", "add", name)
    a, b = names.values()
    ip("-n", a, "link", "add", "veth0", "type", "veth", "peer", "name", "veth0", "netns", b)
    for host, name in names.items():
        ip("-n", name, "addr", "add", f"{HOSTS[host]}/24", "dev", "veth0")
        ip("-n", name, "link", "set", "veth0", "up")


def start(
    pythons: dict[str, str], namespace: str, library: str, end: str, address: str, *numbers: int
) -> subprocess.Popen[str]:
    command = ["ip", "netns", "exec", namespace, pythons[library], str(Path(__file__).resolve()), "--work"]
    return subprocess.Popen(
        [*command, library, end, address, *map(str, numbers)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )


def measure(
    names: dict[str, str], pythons: dict[str, str], scheme: str, pub: str, sub: str, *numbers: int
) -> str:
    """Return a row of the table."""
    receiver = start(pythons, names["b"], sub, "sub", f"{scheme}://{HOSTS['b']}", *numbers)
    time.sleep(SETTLE)
    sender = start(pythons, names["a"], pub, "pub", f"{scheme}://{HOSTS['a']}", *numbers)
    got, sent = (json.loads(process.communicate("\n", timeout=120)[0]) for process in (receiver, sender))
    rate, count, size = numbers
    speed = got["received"] / got["seconds"] if got["seconds"] else 0.0
    lost = count - got["received"]
    return (
        f"| {pub} | {sub} | {rate / 1000:g} | {size} | {speed:,.0f} | {speed * size / 125_000:.0f} "
        f"| {1e6 * sent['used'] / count:.2f} | {1e6 * got['used'] / max(1, got['received']):.2f} | {lost} |"
    )


def main() -> None:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--libzmq", metavar="PYTHON", help="a Python whose pyzmq has PGM")
    parser.add_argument("--scheme", choices=["epgm", "pgm"], default="epgm")
    parser.add_argument("--rates", type=int, nargs="*", default=[100_000, 1_000_000], help="kbit/s")
    parser.add_argument("--sizes", type=int, nargs="*", default=[64, 1024, 8192], help="octets")
    parser.add_argument("--seconds", type=float, default=2.0, help="to send for, at most")
    options = parser.parse_args()
    pythons = {"zerowire": sys.executable} | ({"libzmq": options.libzmq} if options.libzmq else {})
    names = {host: f"zwbench{os.getpid()}{host}" for host in HOSTS}
    print("| PUB | SUB | RATE, Mbit/s | octets | messages/s | Mbit/s | PUB us | SUB us | lost |")
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|")
    try:
        build(names)
        for rate, size, pub, sub in product(options.rates, options.sizes, pythons, pythons):
            count = int(min(options.seconds * rate * 125 / (size + 10), 400_000))
            print(measure(names, pythons, options.scheme, pub, sub, rate, count, size), flush=True)
    finally:
        for name in names.values():
            subprocess.run(["ip", "netns", "del", name], timeout=20, check=False)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        library, end, address, *numbers = sys.argv[2:]
        work(library, end, address, *map(int, numbers))
    else:
        main()
