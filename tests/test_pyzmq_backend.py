"""pyzmq's own Python layer on ZeroWire's engine; its peer is libzmq, in this process.

The scenes are in pyzmq_layer.py, which runs in a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import zerowire
from zerowire.compat.select import public_api

if find_spec("zmq") is None:
    pytest.skip("pyzmq is not installed", allow_module_level=True)

import zmq

PROGRAM = Path(__file__).with_name("pyzmq_layer.py")
BACKEND = "zerowire.pyzmq_backend"
PATIENCE = 30


def play(scene: str, *endpoints: str) -> None:
    """Play a scene to its end."""
    done = subprocess.run(
        [sys.executable, "-W", "error", str(PROGRAM), scene, *endpoints],
        env={
            **os.environ,
            "PYZMQ_BACKEND": BACKEND,
            "PYTHONPATH": str(Path(zerowire.__file__).parents[1]),
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def libzmq() -> Iterator[zmq.Context[Any]]:
    """A context of libzmq."""
    with zmq.Context() as context:
        yield context


@pytest.fixture
def echo(libzmq: zmq.Context[Any]) -> Iterator[str]:
    """The endpoint of a REP socket of libzmq that returns what it is sent."""
    rep = libzmq.socket(zmq.REP)
    rep.linger = 0
    port = rep.bind_to_random_port("tcp://127.0.0.1")

    def answer() -> None:
        try:
            while True:
                rep.send_multipart(rep.recv_multipart())
        except zmq.ContextTerminated:
            rep.close()

    thread = threading.Thread(target=answer)
    thread.start()
    yield f"tcp://127.0.0.1:{port}"
    libzmq.term()
    thread.join(PATIENCE)


@pytest.mark.parametrize("scene", ["devices", "frames", "loop", "poll", "talk"])
def test_layer_talks_with_libzmq(scene: str, echo: str) -> None:
    play(scene, echo)


@pytest.mark.parametrize("scene", ["descriptor", "errors", "forgotten", "handles", "names", "trackers"])
def test_layer_is_told_what_it_expects(scene: str) -> None:
    play(scene)


def test_layer_subscribes_at_libzmq(libzmq: zmq.Context[Any]) -> None:
    with libzmq.socket(zmq.XPUB) as xpub, ThreadPoolExecutor() as pool:
        xpub.linger = 0
        port = xpub.bind_to_random_port("tcp://127.0.0.1")
        scene = pool.submit(play, "subscribe", f"tcp://127.0.0.1:{port}")
        assert xpub.poll(PATIENCE * 1000)
        assert xpub.recv() == b"\1wanted"
        xpub.send(b"other")
        xpub.send(b"wanted")
        scene.result(PATIENCE)


def test_backend_has_the_names_that_pyzmq_asks_for() -> None:
    module = import_module(BACKEND)
    assert set(zmq.backend.select.public_api) == set(public_api)
    assert [name for name in (*public_api, "monitored_queue") if not hasattr(module, name)] == []


def test_every_error_of_ours_has_one_of_pyzmq() -> None:
    module: Any = import_module(BACKEND)
    for number, kind in (
        (zerowire.EAGAIN, zmq.Again),
        (zerowire.ETERM, zmq.ContextTerminated),
        (4, zmq.error.InterruptedSystemCall),
        (zerowire.EINVAL, zmq.ZMQError),
    ):
        found = module.pyzmq_error(zerowire.error.zmq_error(number, "why"))
        assert type(found) is kind
        assert found.errno == number
