"""Processes: Python as it is, and with ZeroWire as its zmq."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.cli.process import PATIENCE, SOURCE, Process

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Begin = Callable[..., Process]


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
