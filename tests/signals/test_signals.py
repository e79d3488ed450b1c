"""Signals: Ctrl+C ends any wait at once, a signal with a handler disturbs none."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).with_name("blocked.py")
BOUND = 20  # seconds
CALLS = ["recv", "recv_multipart", "send", "poll", "poller", "term", "proxy"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")


@contextmanager
def program(call: str, what: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-W", "ignore::ResourceWarning", str(PROGRAM), call, what]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def sleeps(pid: int) -> bool:
    """Tell whether a process waits for something; not known everywhere, then say yes."""
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] == "S"


@pytest.mark.parametrize("call", CALLS)
def test_ctrl_c_ends_a_wait_with_keyboard_interrupt(call: str, wait_until: Any) -> None:
    """And the context can be destroyed afterwards."""
    with program(call, "interrupt") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        wait_until(lambda: sleeps(process.pid))
        process.send_signal(signal.SIGINT)
        said, complained = process.communicate(timeout=BOUND)
    assert (said, process.returncode) == ("interrupted\n", 0), complained


@pytest.mark.parametrize("call", CALLS)
def test_a_signal_with_a_handler_does_not_disturb_a_wait(call: str) -> None:
    """T-11: SIGALRM during recv, send, poll, term and proxy."""
    with program(call, "alarm") as process:
        said, complained = process.communicate(timeout=BOUND)
    assert (said, process.returncode) == ("undisturbed\n", 0), complained
