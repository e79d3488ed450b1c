"""A ticker whose watchers may come late: PUB/SUB with a last-value cache in the middle.

    python ticker.py                                          the story in short
    python ticker.py market tcp://127.0.0.1:5601
    python ticker.py cache tcp://127.0.0.1:5601 tcp://127.0.0.1:5602
    python ticker.py watch tcp://127.0.0.1:5602 gold silver   as often as you like

A publisher forgets what it has sent: who joins between two prices would know none until the
next one. The cache keeps the last price of each metal. Its XPUB socket hears of each
subscription, so it can repeat that price at once. All who watch the metal hear the
repetition; the stamp of a price tells them that they know it already.
"""

import itertools
import sys
import threading
import time
from collections.abc import Callable, Sequence
from tempfile import TemporaryDirectory

import zerowire as zmq

METALS = {"copper": 9, "gold": 2400, "silver": 30}


def publish(socket: zmq.Socket, tick: int) -> None:
    """Send a price for each metal: its name, a stamp that only ever grows, the price."""
    for metal, price in METALS.items():
        socket.send_multipart([metal.encode(), b"%d" % time.time_ns(), b"%d" % (price + tick)])


def market(endpoint: str, pause: str = "0.5") -> None:
    """Publish prices for ever, with a pause of some seconds in between."""
    with zmq.Context() as context, context.socket(zmq.PUB) as socket:
        socket.bind(endpoint)
        print("The market is open")
        for tick in itertools.count(1):
            publish(socket, tick)
            time.sleep(float(pause))


def cache(source: str, endpoint: str) -> None:
    """Pass on what the market publishes, and tell each newcomer the last of it."""
    last: dict[bytes, list[bytes]] = {}
    with zmq.Context() as context, context.socket(zmq.SUB) as front, context.socket(zmq.XPUB) as back:
        back.setsockopt(zmq.XPUB_VERBOSE, 1)  # hear of every subscription, not only of a topic's first
        back.bind(endpoint)
        front.setsockopt(zmq.SUBSCRIBE, b"")
        print("The cache is ready")
        front.connect(source)
        poller = zmq.Poller()
        poller.register(front, zmq.POLLIN)
        poller.register(back, zmq.POLLIN)
        while True:
            ready = dict(poller.poll())
            if front in ready:
                price = front.recv_multipart()
                last[price[0]] = price
                back.send_multipart(price)
            if back in ready:
                repeat(last, back)


def repeat(last: dict[bytes, list[bytes]], back: zmq.Socket) -> None:
    """Receive the wish of a subscriber, and send again what is known about it."""
    wish = back.recv()
    joins, topic = wish[:1] == b"\x01", wish[1:]
    for metal, price in last.items():
        if joins and metal.startswith(topic):
            back.send_multipart(price)


class Watcher:
    """Who watches some metals."""

    def __init__(self, socket: zmq.Socket, endpoint: str, metals: Sequence[str]) -> None:
        self.socket = socket
        self.stamps: dict[bytes, int] = {}
        for metal in metals:
            socket.setsockopt_string(zmq.SUBSCRIBE, metal)
        socket.connect(endpoint)

    def hear(self) -> str:
        """Return the next price that is news."""
        while True:
            metal, stamp, price = self.socket.recv_multipart()
            if int(stamp) > self.stamps.get(metal, 0):
                self.stamps[metal] = int(stamp)
                return f"{metal.decode()} {price.decode()}"


def watch(endpoint: str, *metals: str) -> None:
    """Print the prices of some metals for ever."""
    with zmq.Context() as context, context.socket(zmq.SUB) as socket:
        watcher = Watcher(socket, endpoint, metals)
        print(f"Watching {' '.join(metals)}")
        while True:
            print(f"Heard: {watcher.hear()}")


def demo() -> None:
    """Let two watchers come late."""
    with (
        TemporaryDirectory() as folder,
        zmq.Context() as context,
        context.socket(zmq.PUB) as source,
        context.socket(zmq.SUB) as first,
        context.socket(zmq.SUB) as second,
    ):
        source_at, cache_at = f"ipc://{folder}/market", f"ipc://{folder}/cache"
        source.bind(source_at)
        threading.Thread(target=cache, args=(source_at, cache_at), daemon=True).start()
        source.wait_for_subscribers(1)
        publish(source, 1)
        anna = Watcher(first, cache_at, ["gold"])
        print(f"Anna comes late, and knows: {anna.hear()}")
        publish(source, 2)
        print(f"Anna hears: {anna.hear()}")
        ben = Watcher(second, cache_at, ["gold", "silver"])
        print(f"Ben comes later still, and knows: {', '.join(sorted([ben.hear(), ben.hear()]))}")
        publish(source, 3)
        print(f"Anna hears: {anna.hear()}")
        print(f"Ben hears: {ben.hear()}, {ben.hear()}")


ROLES: dict[str, Callable[..., None]] = {"market": market, "cache": cache, "watch": watch, "demo": demo}


if __name__ == "__main__":
    name, *words = sys.argv[1:] or ["demo"]
    if name not in ROLES:
        sys.exit(__doc__)
    try:
        ROLES[name](*words)
    except KeyboardInterrupt:
        print("Stopped")
