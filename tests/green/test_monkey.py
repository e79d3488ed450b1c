"""Programs that gevent.monkey has patched, before ZeroWire was loaded or after."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import zerowire

pyzmq = pytest.importorskip("zmq", reason="the peer is pyzmq")

PATIENCE = 10_000  # milliseconds
PATCH = "from gevent import monkey; monkey.patch_all()\n"
ORDERS = {
    "early patch": PATCH + "import {front} as zmq\n",
    "late patch": "import {front} as zmq\n" + PATCH,
}
ASK = """
import gevent, sys, threading
ticks = 0

def tick():
    global ticks
    while True:
        ticks += 1
        gevent.sleep(0)

ticking = gevent.spawn(tick)
with zmq.Context() as context, context.socket(zmq.REQ) as req:
    req.rcvtimeo = req.sndtimeo = 10_000
    req.connect(sys.argv[1])
    for number in range(100):
        req.send(b"%d" % number)
        assert req.recv() == b"%d" % number
ticking.kill()
print(threading.active_count(), ticks > 0)
"""
BUSY = """
import os, sys
context = zmq.Context()
pull = context.socket(zmq.PULL)
pull.bind(sys.argv[1])
os.write(1, b"bound\\n")
os.read(0, 1)  # no greenlet runs meanwhile
print(pull.recv())
pull.close()
context.term()
"""


@pytest.fixture(params=["zerowire", "zerowire.green"])
def front(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=ORDERS)
def program(request: pytest.FixtureRequest, front: str) -> str:
    """The first lines of a program: the import, and the patch."""
    return ORDERS[request.param].format(front=front)


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Return `start(source, *arguments)`, which runs a program until the test ends."""
    running: list[subprocess.Popen[str]] = []

    def run(source: str, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-W", "error", "-c", source, *arguments]
        pipe = subprocess.PIPE
        running.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True))
        return running[-1]

    yield run
    for process in running:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
def test_patched_program_asks_pyzmq(
    program: str, front: str, scheme: str, start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    """Only with zerowire.green do other greenlets run while it waits."""
    with pyzmq.Context() as context, context.socket(pyzmq.REP) as rep:
        rep.rcvtimeo = PATIENCE
        rep.bind("tcp://127.0.0.1:*" if scheme == "tcp" else f"ipc://{tmp_path}/rep")
        asking = start(program + ASK, rep.last_endpoint.decode())
        for _ in range(100):
            rep.send(rep.recv())
        said, complaints = asking.communicate(timeout=10)
    assert complaints == ""
    assert said == f"1 {front == 'zerowire.green'}\n"


def test_caretaker_of_a_patched_program_is_a_thread_of_the_system(
    program: str, start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    """It welcomes a peer while the only thread with greenlets is busy."""
    busy = start(program + BUSY, f"ipc://{tmp_path}/pull")
    assert busy.stdout is not None
    assert busy.stdout.readline() == "bound\n"
    with zerowire.Context() as context, context.socket(zerowire.PUSH) as push:
        push.connect(f"ipc://{tmp_path}/pull")
        assert push.wait_for_peers(timeout=PATIENCE)
        push.send(b"message")
        said, complaints = busy.communicate("x", timeout=10)
    assert complaints == ""
    assert said == "b'message'\n"
