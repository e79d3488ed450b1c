"""Processes: Python as it is, and with ZeroWire as its zmq."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

import zerowire

SOURCE = Path(zerowire.__file__).parents[1]
PATIENCE = 30

Run = Callable[..., "subprocess.CompletedProcess[str]"]


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
