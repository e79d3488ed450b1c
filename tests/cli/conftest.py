"""Processes: Python as it is, with ZeroWire as its zmq, verbs. And sockets of libzmq at the other end."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.cli.process import PATIENCE, SOURCE, Process

PATIENCE_MS = 20_000

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Begin = Callable[..., Process]
Peer = Callable[..., Any]


@pytest.fixture(scope="session")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python with nothing installed: no pyzmq, and ZeroWire on its path only."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, symlinks=os.name != "nt")
    return str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


@pytest.fixture(params=["with pyzmq", "without pyzmq"])
def python(request: pytest.FixtureRequest) -> str:
    """A Python that has pyzmq, and one that has not."""
    if request.param == "without pyzmq":
        return str(request.getfixturevalue("bare_python"))
    if find_spec("zmq") is None:
        pytest.skip("pyzmq is not installed")
    return sys.executable


@pytest.fixture
def start(tmp_path: Path) -> Run:
    """Return `start(word, ..., python=..., **environment)`, which runs Python in a folder of its own."""

    def run(
        *words: str, python: str = sys.executable, stdin: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(SOURCE), *filter(None, [environment.pop("PYTHONPATH", "")])])
        return subprocess.run(
            [python, *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": path, **environment},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    return run


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Return `begin(verb, word, ...)`, which starts a verb in a folder of its own; it is gone afterwards."""
    with ExitStack() as stack:

        def start_verb(*words: str, **environment: str) -> Process:
            process = Process(tmp_path, *words, **environment)
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        yield start_verb


@pytest.fixture
def peer() -> Iterator[Peer]:
    """Return `peer("PULL", endpoint)`, a connected socket of libzmq; without an endpoint it is bound."""
    zmq = pytest.importorskip("zmq", reason="pyzmq is not installed: there is no libzmq to talk to")
    context = zmq.Context()
    peers = []  # which would complain if they were collected before the context ends

    def open_one(socket_type: str, endpoint: str | None = None) -> Any:
        socket = context.socket(getattr(zmq, socket_type))
        socket.linger, socket.rcvtimeo, socket.sndtimeo = 0, PATIENCE_MS, PATIENCE_MS
        if endpoint is None:
            socket.bind("tcp://127.0.0.1:*")
        else:
            socket.connect(endpoint)
        peers.append(socket)
        return socket

    yield open_one
    context.destroy(linger=0)
