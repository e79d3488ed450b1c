"""After fork() the child finds inherited sockets closed, and the parent notices nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("forking.py")
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def run(part: str, rounds: int) -> None:
    command = [sys.executable, "-W", "ignore::DeprecationWarning", str(PROGRAM), part, str(rounds)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr


def test_an_inherited_socket_raises_in_the_child_and_sends_nothing() -> None:
    """The parent's peer gets what the parent sends, in order, and no octet more."""
    run("inherited", 10)


def test_the_shared_context_of_the_child_is_its_own() -> None:
    """T-4: Context.instance() works in the child; that of the parent stays."""
    run("instance", 5)


def test_forks_do_not_disturb_a_parent_under_load() -> None:
    """Other threads send and receive meanwhile."""
    run("load", 30)
