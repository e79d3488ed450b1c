"""A bound socket, a healthy peer that must not notice anything, and strangers that misbehave."""

from __future__ import annotations

import os
import socket as net
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import zerowire as zmq

TIMEOUT = 20_000  # milliseconds
PAIRS = {"PULL": "PUSH", "ROUTER": "DEALER", "REP": "REQ", "XPUB": "SUB", "SUB": "PUB"}
"""Types that are bound, each with the one that connects to it."""


def resident() -> int:
    """Return the memory of this process, in octets; 0 where the system does not tell."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return 0
    return int(statm.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Scene:
    """A bound socket under attack, and its healthy peer.

    Attributes:
        victim: The bound socket.
        peer_type: What connects to it.
        port: Where it is bound.
    """

    def __init__(self, victim: Any, healthy: Any, kind: str, wait_until: Any) -> None:
        self.victim = victim
        self.healthy = healthy
        self.kind = kind
        self.peer_type = PAIRS[kind]
        self.wait_until = wait_until
        self.port = victim.bind_to_random_port("tcp://127.0.0.1")
        self.number = 0
        for socket in (victim, healthy):
            socket.linger = 0
            socket.rcvtimeo = socket.sndtimeo = TIMEOUT
            socket.set_hwm(0)
        for socket, its_kind in ((victim, kind), (healthy, self.peer_type)):
            if its_kind == "SUB":
                socket.subscribe(b"")
        healthy.connect(f"tcp://127.0.0.1:{self.port}")
        self.meet()
        self.check()
        self.descriptors = self.count_descriptors()

    def meet(self) -> None:
        """Wait until messages flow."""
        if self.kind == "XPUB":
            assert self.victim.recv() == b"\x01"
        elif self.kind == "SUB":
            self.wait_until(lambda: self.healthy.send(b"are you there?") or self.victim.poll(10))
            self.healthy.send(b"now")
            while self.victim.recv() != b"now":
                pass

    def stranger(self) -> net.socket:
        """Connect somebody who speaks for himself."""
        return net.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT / 1000)

    def stranger_says(self, data: bytes) -> None:
        """Connect, say something, and leave."""
        with self.stranger() as peer:
            try:
                peer.sendall(data)
                peer.shutdown(net.SHUT_WR)
            except OSError:
                pass  # thrown out already

    def check(self, count: int = 3) -> None:
        """Exchange messages with the healthy peer: none may be missing."""
        for _ in range(count):
            self.number += 1
            text = b"healthy %d" % self.number
            {"XPUB": self.publish, "REP": self.ask}.get(self.kind, self.push)(text)

    def push(self, text: bytes) -> None:
        """The healthy peer sends, and the victim receives, among what strangers sent."""
        self.healthy.send(text)
        while (data := self.victim.recv_multipart()[-1]) != text:
            assert not data.startswith(b"healthy"), f"{data!r} where {text!r} was due"

    def ask(self, text: bytes) -> None:
        """The healthy peer gets an answer."""
        self.healthy.send(text)
        data = b""
        while data != text:
            data = self.victim.recv_multipart()[-1]
            assert data == text or not data.startswith(b"healthy"), f"{data!r} where {text!r} was due"
            self.victim.send(data)
        assert self.healthy.recv() == text

    def publish(self, text: bytes) -> None:
        """The healthy peer gets what is published."""
        self.victim.send(text)
        assert self.healthy.recv() == text

    def count_descriptors(self) -> int:
        """Return how many descriptors are open."""
        return len(os.listdir("/dev/fd"))

    def check_all_is_as_before(self) -> None:
        """The healthy peer has lost nothing, and the strangers have left nothing."""
        self.check()
        self.wait_until(lambda: self.count_descriptors() <= self.descriptors)
        self.check()


@pytest.fixture
def memory() -> Callable[[], int]:
    """Return `memory()`, which says how much this process has, in octets."""
    return resident


@pytest.fixture(params=["zerowire", "libzmq"])
def library(request: pytest.FixtureRequest) -> Any:
    """What the healthy peer is made with."""
    return zmq if request.param == "zerowire" else pytest.importorskip("zmq")


@pytest.fixture
def scene_with(context: zmq.Context, library: Any, wait_until: Any) -> Iterator[Callable[[str], Scene]]:
    """Return `scene_with(kind)`, which binds a socket and connects a healthy peer."""
    opened = []
    other = library.Context()

    def make(kind: str) -> Scene:
        victim = context.socket(getattr(zmq, kind))
        healthy = other.socket(getattr(library, PAIRS[kind]))
        opened.extend([victim, healthy])
        return Scene(victim, healthy, kind, wait_until)

    yield make
    for socket in opened:
        socket.close(0)
    other.term()


@pytest.fixture(params=PAIRS)
def scene(request: pytest.FixtureRequest, scene_with: Callable[[str], Scene]) -> Scene:
    """A scene for each type that is bound."""
    return scene_with(request.param)
