"""Every benchmark case runs, with every library that is there; how fast is not a matter of tests."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.cases import CASES
from benchmarks.libraries import BASELINE, LIBRARIES, why_missing

ROOT = Path(__file__).parent.parent.parent
COMMAND = [sys.executable, "-m", "benchmarks"]
SHARES = 10


@pytest.mark.skipif(
    "ZEROWIRE_PURE" in os.environ and why_missing(LIBRARIES["zerowire"]) is None,
    reason="the run of the compiled form measures the plain one, too",
)
@pytest.mark.parametrize("share", range(SHARES))
def test_every_case_yields_a_figure_for_every_library(share: int, tmp_path: Path) -> None:
    """The smoke form of `make bench`, in shares that may run beside each other."""
    measurements = list(dict.fromkeys(case.measurement for case in CASES))[share::SHARES]
    cases = [case for case in CASES if case.measurement in measurements]
    command = [*COMMAND, *(case.name for case in cases), "--rounds", "1", "--scale", "0.001"]
    command += ["--results", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=55, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    there = [library for library in LIBRARIES.values() if why_missing(library) is None]
    assert BASELINE in [library.name for library in there]
    rows = json.loads((tmp_path / "latest.json").read_text(encoding="utf-8"))["rows"]
    names = {case.name for case in cases}
    expected = [(case.name, library.name) for case in cases for library in there if case.roles(library)]
    assert sorted((row["case"], row["library"]) for row in rows if row["case"] in names) == sorted(expected)
    assert [row for row in rows for sample in row["samples"] if not 0 < sample < math.inf] == []
    table = (tmp_path / "latest.md").read_text(encoding="utf-8")
    assert [case.name for case in cases if case.name not in table] == []
    for theme in {case.workload.theme for case in cases}:
        ElementTree.parse(tmp_path / f"{theme.replace(' ', '-')}.svg")


def test_list_shows_every_case_and_measures_nothing() -> None:
    done = subprocess.run([*COMMAND, "--list"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [line[:40].strip() for line in done.stdout.splitlines()] == [case.name for case in CASES]
    assert done.stderr == ""
