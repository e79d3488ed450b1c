"""Programs from the package index that were written for pyzmq, run as they are."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parent / "programs"
RUN = [sys.executable, "-m", "zerowire", "run"]


def free_port() -> int:
    """Return a port that nobody has, nor the next one: Locust takes both."""
    for _ in range(50):
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
            try:
                other.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    pytest.fail("no two neighbouring ports are free")


@pytest.mark.timeout(120)
def test_jupyter_kernel_executes_is_interrupted_and_restarts(tmp_path: Path) -> None:
    for package in ("jupyter_client", "ipykernel"):
        pytest.importorskip(package)
    environment = os.environ | {"JUPYTER_RUNTIME_DIR": str(tmp_path), "IPYTHONDIR": str(tmp_path)}
    done = subprocess.run(
        [*RUN, str(PROGRAMS / "notebook.py")],
        capture_output=True,
        text=True,
        env=environment,
        timeout=110,
        check=False,
    )
    assert done.stdout.splitlines() == [
        "client: zerowire.api.socket",
        "kernel: zerowire.api.socket",
        "executed: 42",
        "interrupted: KeyboardInterrupt",
        "restarted: anew",
        "large: 200000",
    ], done.stderr
    assert done.returncode == 0


@pytest.mark.timeout(120)
def test_locust_master_hears_of_the_calls_of_its_worker(tmp_path: Path) -> None:
    pytest.importorskip("gevent")
    if not (Path(sys.executable).parent / "locust").exists():
        pytest.skip("locust is not installed")
    port = str(free_port())
    locust = [*RUN, "-m", "locust", "-f", str(PROGRAMS / "swarm.py")]
    worker = subprocess.Popen(
        [*locust, "--worker", "--master-port", port],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=tmp_path,
    )
    try:
        options = [
            "--master",
            "--headless",
            "--expect-workers",
            "1",
            "--only-summary",
            "-u",
            "5",
            "-r",
            "5",
            "-t",
            "2",
        ]
        master = subprocess.run(
            [*locust, *options, "--master-bind-port", port],
            capture_output=True,
            text=True,
            timeout=100,
            cwd=tmp_path,
            check=False,
        )
        worker.wait(20)
    finally:
        worker.kill()
        worker.wait()
    assert master.returncode == 0, master.stderr
    calls = re.search(r"CALL +nothing +(\d+) +0\(", master.stdout + master.stderr)
    assert calls is not None, master.stdout + master.stderr
    assert int(calls[1]) > 100
