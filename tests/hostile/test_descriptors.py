"""Running out of descriptors: clear errors, and everything goes on when they return."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("exhausted.py")

pytest.importorskip("resource", reason="limits the number of descriptors")


@pytest.mark.parametrize("call", ["accept", "connect", "bind", "socket"])
def test_a_process_without_descriptors_lives_and_recovers(call: str) -> None:
    """Its peers lose nothing meanwhile."""
    command = [sys.executable, str(PROGRAM), call]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert (done.returncode, done.stderr) == (0, "")
