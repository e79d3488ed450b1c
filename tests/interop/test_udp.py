"""RADIO, DISH and DGRAM over udp, with others (features 2.6).

pyzmq's libzmq knows DGRAM, and RADIO with the empty group; groups need a libzmq with draft types, which
the zeromq package of Node brings. Where that is missing the octets of libzmq, as they were recorded,
show as much: tests/engine/test_udp_link.py. (pyomq has datagrams of another layout: it cannot talk to
libzmq by udp either.)
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import zerowire
from tests.interop.library import DEADLINE
from tests.interop.node import ENVIRONMENT, NODE, missing
from tests.interop.pgm_lab import Host, Lab

zmq = pytest.importorskip("zmq", reason="the peer is pyzmq")

HERE = Path(__file__).parent
PROGRAM = [NODE, str(HERE / "udp_node.js")]
OURS = [sys.executable, str(HERE / "udp_program.py")]
PATIENCE = int(DEADLINE * 1000)
GROUP = f"239.255.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
BODIES = [b"", b"x", bytes(range(256)), b"y" * 8000]
LONG = "x" * 127  # a DISH of libzmq 4.3.5 ends its process when it hears a longer one
MESSAGES = [(group, body) for body in BODIES for group in ("wanted", "unwanted", LONG)]
WANTED = ["wanted", LONG]
HEARD = [(group, body) for group, body in MESSAGES if group in WANTED]


class Other:
    """A program that has one socket."""

    def __init__(self, *command: str) -> None:
        self._process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)

    def line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def message(self) -> tuple[str, bytes]:
        line = self.line()
        assert line.startswith("["), f"it says {line!r}"
        group, body = json.loads(line)
        return group, bytes.fromhex(body)

    def wait_to_end(self) -> None:
        assert self._process.wait(DEADLINE) == 0, self.line()

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


@pytest.fixture
def sock(stack: ExitStack) -> Any:
    """Return `sock(kind, **options)`, which opens a socket until the test ends."""
    context = stack.enter_context(zerowire.Context())

    def open_one(kind: str, **options: Any) -> Any:
        made = stack.enter_context(context.socket(getattr(zerowire, kind)))
        for name, value in {"linger": 0, "rcvtimeo": PATIENCE, "sndtimeo": PATIENCE, **options}.items():
            setattr(made, name, value)
        return made

    return open_one


@pytest.fixture
def start(stack: ExitStack) -> Any:
    """Return `start(*arguments)`, which starts udp_node.js until the test ends."""
    if why := missing():
        pytest.skip(why)

    def begin(*arguments: str) -> Other:
        other = Other(*PROGRAM, *arguments)
        stack.callback(other.end)
        return other

    return begin


def free_port() -> int:
    """Return a port of UDP that nobody uses: nobody else can tell us which one it has chosen."""
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.bind(("::", 0))
        return int(sock.getsockname()[1])


PLACES = {
    "ipv4": "127.0.0.1",
    "ipv6": "[::1]",
    "group": f"127.0.0.1;{GROUP}",
    "group of a named interface": f"lo;{GROUP}",
}


@pytest.fixture(params=PLACES)
def where(request: pytest.FixtureRequest) -> str:
    return PLACES[request.param]


def test_dish_hears_their_radio(sock: Any, start: Any, where: str) -> None:
    """RADIO-4, UDP-1 to UDP-3"""
    dish = sock("DISH", ipv6=True)
    for group in WANTED:
        dish.join(group)
    dish.bind(f"udp://{where}:*")
    words = json.dumps([[group, body.hex()] for group, body in MESSAGES])
    start("radio", dish.last_endpoint.decode(), words).wait_to_end()
    for group, body in HEARD:
        frame = dish.recv(copy=False)
        assert (frame.group, frame.bytes) == (group, body)
    assert dish.stats().peers[0].datagrams.malformed == 0


def test_their_dish_hears_radio(sock: Any, start: Any, where: str) -> None:
    """RADIO-4, UDP-1 to UDP-3"""
    endpoint = f"udp://{where}:{free_port()}"
    other = start("dish", endpoint, json.dumps(WANTED), str(len(HEARD)))
    assert other.line() == "ready"
    radio = sock("RADIO", ipv6=True)
    radio.connect(endpoint)
    for group, body in MESSAGES:
        radio.send(body, group=group)
    assert [other.message() for _ in HEARD] == HEARD
    other.wait_to_end()


@pytest.fixture
def theirs(stack: ExitStack) -> Any:
    """A DGRAM of pyzmq, and its address."""
    their_context = zmq.Context()
    stack.callback(their_context.destroy, linger=0)
    dgram = their_context.socket(zmq.DGRAM)
    dgram.rcvtimeo = PATIENCE
    address = f"127.0.0.1:{free_port()}"
    dgram.bind(f"udp://{address}")
    return dgram, address.encode()


def test_dgram_talks_to_their_dgram(sock: Any, theirs: Any) -> None:
    """DGRAM-1: what libzmq says ends with a NUL, and each understands the other's address."""
    dgram, address = theirs
    ours = sock("DGRAM")
    ours.bind("udp://127.0.0.1:*")
    ours_address = ours.last_endpoint.removeprefix(b"udp://")
    for body in BODIES:
        ours.send_multipart([address, body])
        source, question = dgram.recv_multipart()
        assert (source, question) == (ours_address + b"\0", body)
        dgram.send_multipart([source, b"back " + body])
        assert ours.recv_multipart() == [address, b"back " + body]
    ours.send_multipart([address + b"\0", b"with a NUL"])
    assert dgram.recv_multipart()[1] == b"with a NUL"


def test_datagrams_of_radio_are_those_of_libzmq(sock: Any, theirs: Any) -> None:
    """UDP-1: pyzmq's RADIO can only send to the empty group."""
    dgram, address = theirs
    with zmq.Context() as other, other.socket(zmq.RADIO) as their_radio:
        their_radio.connect(f"udp://{address.decode()}")
        their_radio.send(b"body")
        datagrams = [dgram.recv_multipart()[1]]
        radio = sock("RADIO")
        radio.connect(f"udp://{address.decode()}")
        radio.send(b"body")
        datagrams.append(dgram.recv_multipart()[1])
    assert datagrams == [b"\0body"] * 2


# -- between hosts -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hosts() -> Iterator[Lab]:
    made = Lab()
    try:
        made.build()
    except (OSError, RuntimeError) as error:
        made.remove()
        pytest.skip(f"no network namespaces here: {error}")
    yield made
    made.remove()


def on(host: Host, program: list[str], *arguments: str) -> Other:
    return Other("ip", "netns", "exec", host.name, *program, *arguments)


@pytest.mark.parametrize("group", ["veth0;239.192.78.1", "veth0;[ff08::78:1]"])
@pytest.mark.parametrize("pair", ["ours to ours", "ours to theirs", "theirs to ours"])
def test_group_is_heard_on_another_host(hosts: Lab, stack: ExitStack, pair: str, group: str) -> None:
    """UDP-2, UDP-3: IPv6 too, which the loopback interface does not multicast."""
    if "theirs" in pair and (why := missing()):
        pytest.skip(why)
    radio, _, dish = (PROGRAM if word == "theirs" else OURS for word in pair.split())
    endpoint = f"udp://{group}:5578"
    listener = on(hosts.b, dish, "dish", endpoint, json.dumps(WANTED), str(len(HEARD)))
    stack.callback(listener.end)
    assert listener.line() == "ready"
    words = json.dumps([[each, body.hex()] for each, body in MESSAGES])
    speaker = on(hosts.a, radio, "radio", endpoint, words)
    stack.callback(speaker.end)
    assert [listener.message() for _ in HEARD] == HEARD
    speaker.wait_to_end()
    listener.wait_to_end()
