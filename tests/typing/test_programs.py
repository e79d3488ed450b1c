"""Programs of users, as type checkers see them: annotations are the stubs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.py"))


def check(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, timeout=110, check=False
    )


@pytest.mark.timeout(120)
def test_mypy_has_no_objection_to_any_of_them(tmp_path: Path) -> None:
    done = check("mypy", "--strict", "--cache-dir", str(tmp_path), *map(str, PROGRAMS))
    assert done.returncode == 0, done.stdout


@pytest.mark.timeout(120)
def test_pyright_has_no_objection_to_any_of_them() -> None:
    pytest.importorskip("pyright")
    if check("pyright", "--version").returncode:
        pytest.skip("pyright's own program cannot be fetched")
    done = check("pyright", "--pythonpath", sys.executable, *map(str, PROGRAMS))
    assert done.returncode == 0, done.stdout


@pytest.mark.timeout(120)
def test_type_checkers_notice_mistakes(tmp_path: Path) -> None:
    program = tmp_path / "mistaken.py"
    program.write_text(
        "import zerowire as zmq\n"
        "socket = zmq.Context().socket(zmq.REQ)\n"
        "text: str = socket.recv()\n"
        "socket.bind(5555)\n"
        "socket.recv(blocking=False)\n"
    )
    done = check("mypy", "--strict", "--cache-dir", str(tmp_path), str(program))
    for line in (3, 4, 5):
        assert f"mistaken.py:{line}: error" in done.stdout
