"""What is compared, and what of it is there."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
PURE = "ZEROWIRE_PURE"

COMPILED = """
try:
    from zerowire import library
    info = library.build_info()
except (ImportError, AttributeError):
    info = {}
is_compiled = info.get("compiled") if isinstance(info, dict) else getattr(info, "compiled", False)
if not is_compiled:
    raise SystemExit("nothing of it is compiled")
"""
PLAIN = "import zerowire"
PYZMQ = "import zmq"


@dataclass(frozen=True)
class Library:
    """An implementation to measure.

    Attributes:
        name: What tables call it.
        module: What a program imports; empty for bare sockets.
        probe: A program that fails where the library is not there.
        environment: Variables that choose among ways to run it.
    """

    name: str
    module: str
    probe: str = ""
    environment: dict[str, str] = field(default_factory=dict)


ZEROWIRE, ZEROWIRE_PLAIN, BASELINE, SOCKETS = "zerowire", "zerowire plain", "pyzmq", "sockets"

LIBRARIES = {
    library.name: library
    for library in (
        Library(ZEROWIRE, "zerowire", COMPILED),
        Library(ZEROWIRE_PLAIN, "zerowire", PLAIN, {PURE: "1"}),
        Library(BASELINE, "zmq", PYZMQ),
        Library(SOCKETS, ""),
    )
}


def environment(library: Library) -> dict[str, str]:
    """Return the variables for a worker: relative paths would mean something else in ROOT."""
    paths = [os.path.abspath(path) for path in sys.path if path]
    inherited = {name: value for name, value in os.environ.items() if name != PURE}
    return inherited | {"PYTHONPATH": os.pathsep.join([str(ROOT), *paths])} | library.environment


def why_missing(library: Library) -> str | None:
    """Return why a library cannot be measured, None if it can."""
    command = [sys.executable, "-c", library.probe]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(library), check=False)
    if done.returncode == 0:
        return None
    return (done.stderr.strip().splitlines() or ["it does not start"])[-1]
