"""Measures: starts the processes of each measurement, and gives the libraries their turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import product
from time import monotonic, sleep
from typing import Any

from benchmarks.cases import Case
from benchmarks.libraries import ROOT, Library, environment
from benchmarks.progress import Progress
from benchmarks.worker import LIMIT
from benchmarks.workloads.work import Figures

GRACE = 10.0  # seconds that a worker has to end itself after LIMIT
GLANCE = 0.02  # seconds between looks at the workers

Samples = dict[str, dict[str, list[float]]]
"""The figures of each case, for each library."""


class MeasurementError(Exception):
    """A measurement yielded no figures."""


@dataclass
class Outcome:
    """What a run has found.

    Attributes:
        samples: The figures.
        failures: A line for each measurement that went wrong.
    """

    samples: Samples = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def add(self, case: Case, library: Library, figure: float) -> None:
        """Keep a figure."""
        self.samples.setdefault(case.name, {}).setdefault(library.name, []).append(figure)


def groups_of(cases: Sequence[Case]) -> list[list[Case]]:
    """Return the cases that one measurement serves together."""
    groups: dict[tuple[object, ...], list[Case]] = {}
    for case in cases:
        groups.setdefault(case.measurement, []).append(case)
    return list(groups.values())


def alternate(
    cases: Sequence[Case], libraries: Sequence[Library], rounds: int, scale: float, progress: Progress
) -> Outcome:
    """Measure every case with every library in turn, A B C A B C, so that all share the machine's moods."""
    outcome = Outcome()
    groups = groups_of(cases)
    progress.total = rounds * sum(bool(group[0].roles(library)) for group in groups for library in libraries)
    for group in groups:
        able = [library for library in libraries if group[0].roles(library)]
        for turn, library in product(range(rounds), tuple(able)):
            if library not in able:
                continue
            progress.begin(group[0].name, f"{turn + 1}/{rounds}", library.name)
            try:
                figures = measure(group[0], library, scale)
            except MeasurementError as error:
                able.remove(library)
                outcome.failures.append(f"{group[0].name}, {library.name}: {error}")
                progress.skip(rounds - turn, str(error))
                continue
            for case in group:
                outcome.add(case, library, figures[case.figure])
            progress.end("  ".join(f"{figures[case.figure]:,.1f} {case.unit}" for case in group))
    return outcome


def measure(case: Case, library: Library, scale: float) -> Figures:
    """Run a case once, in fresh processes; inproc in one process with a thread a role."""
    roles = case.roles(library)
    names = ["all"] if case.transport == "inproc" else [str(index) for index in range(len(roles))]
    deadline = monotonic() + LIMIT + GRACE
    with place_for(case.transport) as place, ExitStack() as stack:
        workers = [stack.enter_context(worker(case, library, name, scale, place)) for name in names]
        targets: list[str] = []
        for one in workers[:-1]:
            give(one, targets)
            targets = read_line(one)
        give(workers[-1], targets)
        mortal = [one for one, role in zip(workers, roles, strict=False) if role is not case.workload.endless]
        wait_for(mortal, workers, deadline)
        figures: Counter[str] = Counter()
        for one in mortal:
            figures.update(read_line(one))
        return dict(figures)


@contextmanager
def place_for(transport: str) -> Iterator[str]:
    """Give a place to bind that nobody else has; one that ends with a slash wants a name."""
    if transport == "tcp":
        yield "tcp://127.0.0.1:*"
    elif transport == "inproc":
        yield "inproc://benchmark"
    else:
        with tempfile.TemporaryDirectory(prefix="zerowire-") as folder:
            yield f"{transport}://{folder}/"


@contextmanager
def worker(
    case: Case, library: Library, role: str, scale: float, place: str
) -> Iterator[subprocess.Popen[str]]:
    """Start one process, and see to it that it ends."""
    if place.endswith("/"):
        place += role
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.worker", case.name, library.name, role, str(scale), place],
        stdin=subprocess.PIPE,
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


def give(process: subprocess.Popen[str], targets: list[str]) -> None:
    """Tell a worker where to connect to, and so to begin."""
    assert process.stdin is not None
    try:
        os.write(process.stdin.fileno(), json.dumps(targets).encode() + b"\n")
    except BrokenPipeError:
        raise MeasurementError("a worker ended before it began") from None


def release(process: subprocess.Popen[str]) -> None:
    """Tell a worker that the first one has its figures."""
    assert process.stdin is not None
    with suppress(BrokenPipeError):
        os.write(process.stdin.fileno(), b"\n")


def read_line(process: subprocess.Popen[str]) -> Any:
    """Read what a worker tells."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise MeasurementError("a worker ended without a word")
    return json.loads(line)


def wait_for(
    mortal: Sequence[subprocess.Popen[str]], workers: Sequence[subprocess.Popen[str]], deadline: float
) -> None:
    """Wait until those that do not go on for ever have ended, and see that none has ended badly."""
    is_over = False
    while True:
        if not is_over and workers[0].poll() is not None:
            is_over = True
            for one in workers[1:]:
                release(one)
        are_over = all(one.poll() is not None for one in mortal)
        for one in workers:
            if one.poll():
                raise MeasurementError(f"a worker ended with {one.returncode}")
        if are_over:
            return
        if monotonic() > deadline:
            raise MeasurementError(f"the workers did not end within {LIMIT:g} seconds")
        sleep(GLANCE)
