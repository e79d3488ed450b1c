"""Measures: starts process pairs, and gives the libraries their turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.cases import Case, Library, measurement

ROOT = Path(__file__).parent.parent
TIMEOUT = 120.0  # seconds for one process pair

Samples = dict[str, dict[str, list[float]]]
"""The figures of each case, for each library."""


def alternate(
    cases: list[Case], libraries: list[Library], rounds: int, scale: float, tell: Callable[[str], None]
) -> Samples:
    """Measure every case with every library in turn, A B A B, so that all share the machine's moods."""
    samples: Samples = {case.name: {library.name: [] for library in libraries} for case in cases}
    groups: dict[tuple[str, str, int], list[Case]] = {}
    for case in cases:
        groups.setdefault(measurement(case), []).append(case)
    for group in groups.values():
        for turn in range(rounds):
            for library in libraries:
                figures = measure(group[0], library, scale)
                for case in group:
                    samples[case.name][library.name].append(figures[case.figure])
                shown = "  ".join(f"{figures[case.figure]:12,.1f} {case.unit}" for case in group)
                tell(f"{group[0].name:28} {turn + 1}/{rounds}  {library.name:10} {shown}")
    return samples


def measure(case: Case, library: Library, scale: float) -> dict[str, float]:
    """Run a case once, in a fresh process pair; inproc in one process with two threads."""
    count = max(1000, int(case.count * scale))
    with endpoint_for(case.transport) as endpoint:
        if case.transport == "inproc":
            with worker(case, "both", library, count, endpoint) as alone:
                return figures_of(alone)
        with worker(case, "bind", library, count, endpoint) as bound:
            assert bound.stdout is not None
            line = bound.stdout.readline()
            if not line:
                raise RuntimeError(f"{library.name} did not bind {endpoint} for {case.name}")
            with worker(case, "connect", library, count, json.loads(line)) as connected:
                return figures_of(connected) | figures_of(bound)


@contextmanager
def endpoint_for(transport: str) -> Iterator[str]:
    """Give an endpoint that nobody else has."""
    if transport == "tcp":
        yield "tcp://127.0.0.1:*"
    elif transport == "inproc":
        yield "inproc://benchmark"
    else:
        with tempfile.TemporaryDirectory(prefix="zerowire-") as folder:
            yield f"{transport}://{folder}/benchmark"


@contextmanager
def worker(
    case: Case, side: str, library: Library, count: int, endpoint: str
) -> Iterator[subprocess.Popen[str]]:
    """Start one process, and see to it that it ends."""
    arguments = [case.name, side, library.module, str(count), endpoint]
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.worker", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(library),
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def environment(library: Library) -> dict[str, str]:
    """Return the variables for a worker: relative paths would mean something else in ROOT."""
    paths = [os.path.abspath(path) for path in sys.path if path]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths)} | library.environment


def figures_of(process: subprocess.Popen[str]) -> dict[str, float]:
    """Wait for a worker's last line."""
    output, _ = process.communicate(timeout=TIMEOUT)
    if process.returncode:
        raise RuntimeError(f"a worker ended with {process.returncode}: {process.args!r}")
    return dict(json.loads(output.splitlines()[-1]))
