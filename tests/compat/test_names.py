"""Every public module and name of pyzmq is there under `zerowire run`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import zerowire

if find_spec("zmq") is None:
    pytest.skip("pyzmq is not installed", allow_module_level=True)

PROGRAM = str(Path(__file__).with_name("list_names.py"))
PRIVATE = {"zmq._future", "zmq._typing", "zmq.backend.cython", "zmq.backend.cython._zmq"}
NOT_HERE = {
    "zmq.utils.garbage": "a thread that nothing needs here",
}

IMPORTED = {"Enum", "IntEnum", "IntFlag"}  # pyzmq exports these by accident

Names = dict[str, list[str]]  # of each module


def ask(*words: str, stdin: str = "") -> Names:
    """Return what the program prints."""
    said = subprocess.run(
        [sys.executable, *words],
        env={**os.environ, "PYTHONPATH": str(Path(zerowire.__file__).parents[1])},
        input=stdin,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    found: Names = json.loads(said)
    return found


def test_every_name_of_pyzmq_is_there() -> None:
    """Section 7.1."""
    names = {
        module: sorted(set(found) - IMPORTED)
        for module, found in ask(PROGRAM).items()
        if module not in PRIVATE | NOT_HERE.keys()
    }
    assert len(names) > 40
    assert ask("-m", "zerowire", "run", PROGRAM, "missing", stdin=json.dumps(names)) == {}
