"""Each section of the soak test, in short: `make soak` runs them in full."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("soak.py")
needs_proc = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="counts wake-ups with /proc")


def run(section: str, count: int) -> str:
    command = [sys.executable, str(PROGRAM), section, "--count", str(count)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=55, check=False)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_streams_between_processes_are_complete_and_in_order() -> None:
    """RT-1: PUSH/PULL and DEALER/ROUTER over tcp and ipc; memory stays flat."""
    assert "dealer-router ipc: 30,000" in run("stream", 30_000)


def test_killed_processes_cause_no_duplicates_and_keep_the_order() -> None:
    """RT-1: after a reconnect some messages may be lost, and no more than that."""
    assert "sender killed 4x" in run("restart", 4)


def test_cut_connections_cause_no_duplicates_and_keep_the_order() -> None:
    """RT-1: a message that was cut in the middle arrives once or not at all."""
    shown = run("cut", 40)
    assert "PUSH was cut off" in shown
    assert "PULL was cut off" in shown


def test_peers_that_come_and_go_leave_nothing_behind() -> None:
    """A healthy peer loses nothing, descriptors and memory return."""
    assert "1,000 peers came and went" in run("churn", 1000)


@needs_proc
def test_idle_sockets_make_no_wake_ups() -> None:
    """A hundred connected sockets with nothing to do."""
    assert "100 idle sockets" in run("idle", 3)
