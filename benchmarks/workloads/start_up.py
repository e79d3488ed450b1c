"""How long a fresh interpreter takes to import a library and open a socket."""

from __future__ import annotations

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
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    return float(done.stdout)


START_UP = Workload("start-up", (start_up,))
