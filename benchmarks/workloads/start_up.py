"""How long a fresh interpreter takes to import a library and open a socket."""

from __future__ import annotations

import os
import subprocess
import sys
from statistics import median

from benchmarks.workloads.work import Figures, Work, Workload

PROGRAM = """
from time import perf_counter
start = perf_counter()
import {module} as zmq
context = zmq.Context()
socket = context.socket(zmq.PUSH)
print(perf_counter() - start)
socket.close()
context.term()
"""


def start_up(work: Work) -> Figures:
    """Start interpreters one after another; the first only fills the caches of the system."""
    times = [start_once(work.module) for _ in range(1 + work.count)]
    return {"start": median(times[1:]) * 1000}


def start_once(module: str) -> float:
    """Return the seconds of one."""
    command = [sys.executable, "-c", PROGRAM.format(module=module)]
    # With bytecode, as pip installs both libraries; a checkout may lack it.
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


START_UP = Workload("start-up", (start_up,))
